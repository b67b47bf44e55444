package value

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/capsule-kit/capsule/wit/abi"
)

// MaxDepth bounds the nesting of types that Parse reads and of values that
// Format and JSON write.
const MaxDepth = 128

// Parse returns the value of type t that text spells in WAVE.
//
// What WAVE leaves to types is decided by t: `{}` is no flags or an empty map,
// 1 may be a u8 or an f64, and a value may stand for some(value) or ok(value)
// unless it is an option or result itself. Option fields of a record can be
// left out; if all are, the record is `{:}`. A case called like one of WAVE's
// keywords is written with a percent sign, `%none`. Handles, streams, futures
// and error contexts have no text.
//
// Errors: *ParseError.
func Parse(text string, t *abi.Type) (Value, error) {
	p := parser{text: text}
	v, err := p.value(t)
	if err != nil {
		return nil, err
	}
	if p.peek() != eof {
		return nil, p.want("the end of the text")
	}
	return v, nil
}

// A Call is the text of a function call, split at its first parenthesis.
type Call struct {
	// Name is what stands before the arguments, not looked into: it may be
	// `greet` or `demo:shop/prices@1.2.0#[method]list.find`.
	Name string

	text string // of the whole call, so that columns count from its start
	args int    // where the arguments start in text
}

// ParseCall splits text like `greet("bob")` into the function's name and its
// arguments, which Args reads when the function's type is known.
//
// Errors: *ParseError.
func ParseCall(text string) (*Call, error) {
	open := strings.IndexByte(text, '(')
	if open < 0 {
		p := parser{text: text, pos: len(text)}
		return nil, p.want("a call: a function's name and its arguments in parentheses, `name(...)`")
	}
	name := strings.TrimSpace(text[:open])
	if name == "" {
		p := parser{text: text, pos: open}
		return nil, p.want("a function's name")
	}
	// A name never has any of these: a quoted argument or a list came first.
	if i := strings.IndexAny(name, " \t\r\n\"'{},"); i >= 0 {
		p := parser{text: text, pos: strings.Index(text, name) + i}
		return nil, p.want("( after the function's name")
	}
	return &Call{Name: name, text: text, args: open + 1}, nil
}

// Args returns the arguments as values of the parameters' types. Options at the
// end may be left out.
//
// Errors: *ParseError with Arg and Param set where one argument is at fault.
func (c *Call) Args(params []abi.Param) ([]Value, error) {
	p := parser{text: c.text, pos: c.args}
	args := make([]Value, 0, len(params))
	for i, param := range params {
		if p.peek() == ')' && missingIsNone(params[i:]) {
			args = append(args, Option{})
			continue
		}
		v, err := p.value(param.Type)
		if err != nil {
			return nil, inArgument(i, param, err)
		}
		args = append(args, v)
		if p.peek() == ',' {
			p.pos++
		} else if p.peek() != ')' {
			return nil, inArgument(i, param, p.want(", or )"))
		}
	}
	if p.peek() != ')' {
		return nil, p.want(fmt.Sprintf(") after %s", count(len(params), "argument")))
	}
	p.pos++
	if p.peek() != eof {
		return nil, p.want("the end of the text after the call")
	}
	return args, nil
}

func missingIsNone(params []abi.Param) bool {
	for _, p := range params {
		if p.Type.Kind != abi.Option {
			return false
		}
	}
	return true
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func inArgument(i int, param abi.Param, err error) error {
	if e, ok := err.(*ParseError); ok {
		e.Arg, e.Param = i+1, param.Name
	}
	return err
}

// A ParseError says where WAVE text differs from what its type wants.
type ParseError struct {
	// Arg is the argument at fault, counted from 1, and Param its name; 0 and
	// empty where the text isn't a call's argument.
	Arg   int
	Param string
	// Column counts bytes from 1, from the start of the whole text.
	Column int
	// Want and Got say what was needed and what is there. Got is fit for a
	// terminal.
	Want, Got string
}

// Error returns `argument 2 ("limit"), column 14: want u32, got abc`.
func (e *ParseError) Error() string {
	at := fmt.Sprintf("column %d: want %s, got %s", e.Column, e.Want, e.Got)
	if e.Arg > 0 {
		return fmt.Sprintf("argument %d (%q), %s", e.Arg, e.Param, at)
	}
	return at
}
