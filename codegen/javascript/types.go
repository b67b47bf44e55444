package javascript

import (
	"fmt"
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A namer returns what a declared type is called in the text being written.
type namer interface {
	name(def *wit.TypeDef) string
	// helper reports whether the generic type Option or Result is at hand,
	// and notes that it is used.
	helper(name string) bool
	// global returns how a built-in class is named.
	global(name string) string
}

// numbers are the primitive types that are a number in both engines, and the
// typed arrays that StarlingMonkey makes of lists of numbers.
var (
	numbers = map[abi.Kind]bool{
		abi.S8: true, abi.U8: true, abi.S16: true, abi.U16: true,
		abi.S32: true, abi.U32: true, abi.F32: true, abi.F64: true,
	}
	typedArrays = map[abi.Kind]string{
		abi.S8: "Int8Array", abi.U8: "Uint8Array",
		abi.S16: "Int16Array", abi.U16: "Uint16Array",
		abi.S32: "Int32Array", abi.U32: "Uint32Array",
		abi.S64: "BigInt64Array", abi.U64: "BigUint64Array",
		abi.F32: "Float32Array", abi.F64: "Float64Array",
	}
)

// typ returns the TypeScript type for t; nil is void. pos is where a refusal
// points to.
func (e *emitter) typ(t *wit.Type, n namer, pos wit.Position) string {
	if t == nil {
		return "void"
	}
	if t.Def != nil {
		e.note(t)
		return n.name(t.Def)
	}
	e.used[t.Kind] = true
	switch t.Kind {
	case abi.Bool:
		return "boolean"
	case abi.S64, abi.U64:
		if e.engine == QuickJS {
			return "number"
		}
		return "bigint"
	case abi.Char, abi.String:
		return "string"
	case abi.List:
		return e.list(t, n, pos)
	case abi.Tuple:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = e.typ(f.Type, n, pos)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case abi.Option:
		inner := e.typ(t.Elem, n, pos)
		switch {
		case e.bare(t) && e.engine == QuickJS:
			return inner + " | null | undefined"
		case e.bare(t):
			return inner + " | undefined"
		case n.helper("Option"):
			return "Option<" + inner + ">"
		}
		return `{ tag: "none" } | { tag: "some", val: ` + inner + " }"
	case abi.Result:
		return e.result(t, n, pos)
	case abi.Map:
		if e.engine == QuickJS {
			return n.global("Map") + "<" + e.typ(t.Key, n, pos) + ", " + e.typ(t.Elem, n, pos) + ">"
		}
	case abi.Own, abi.Borrow:
		return n.name(t.Resource)
	}
	if numbers[t.Kind] {
		return "number"
	}
	e.refuse(pos, fmt.Sprintf("%s in a %s guest: not supported yet", t.Kind, e.engineName()))
	return "unknown"
}

// note marks the kinds inside a named type as used.
func (e *emitter) note(t *wit.Type) {
	if s := guest.Structure(t); s.Def == nil {
		e.used[s.Kind] = true
	}
}

// list returns the array type. QuickJS has typed arrays for u8 and s8 only,
// and not for other names of these.
func (e *emitter) list(t *wit.Type, n namer, pos wit.Position) string {
	if t.Length != 0 {
		e.refuse(pos, "a list of fixed length in a JavaScript guest: no engine builds it yet")
	}
	elem := t.Elem.Kind // Invalid for a named type
	if e.engine == StarlingMonkey {
		elem = guest.Structure(t.Elem).Kind
	}
	array := typedArrays[elem]
	if array != "" && (e.engine == StarlingMonkey || elem == abi.U8 || elem == abi.S8) {
		e.note(t.Elem)
		return n.global(array)
	}
	inner := e.typ(t.Elem, n, pos)
	if strings.Contains(inner, "|") {
		inner = "(" + inner + ")"
	}
	return inner + "[]"
}

// result returns the type of a result that is a value, not the outcome of a
// function.
func (e *emitter) result(t *wit.Type, n namer, pos wit.Position) string {
	ok, err, _ := guest.Result(t)
	if ok != nil && err != nil && n.helper("Result") {
		return "Result<" + e.typ(ok, n, pos) + ", " + e.typ(err, n, pos) + ">"
	}
	part := func(tag string, t *wit.Type) string {
		if t == nil {
			return `{ tag: "` + tag + `", val?: undefined }`
		}
		return `{ tag: "` + tag + `", val: ` + e.typ(t, n, pos) + " }"
	}
	return part("ok", ok) + " | " + part("err", err)
}

// bare reports whether an option is its value or nothing. An option around an
// option needs a wrapper to tell none from some(none): QuickJS wraps every
// option that holds one, StarlingMonkey only one around a bare one.
func (e *emitter) bare(t *wit.Type) bool {
	inner := guest.Structure(t.Elem)
	if inner.Kind != abi.Option {
		return true
	}
	return e.engine == StarlingMonkey && !e.bare(inner)
}

// optional returns the inner type of a bare option, nil for any other type.
func (e *emitter) optional(t *wit.Type) *wit.Type {
	if s := guest.Structure(t); s.Def == nil && s.Kind == abi.Option && e.bare(s) {
		return s.Elem
	}
	return nil
}

// A signature is a function's head.
type signature struct {
	params []param
	ret    string
	// throws is the type of a result's error; empty without one.
	throws string
}

type param struct{ name, typ string }

// signature returns the head of f. A method's self is left out.
func (e *emitter) signature(f *wit.Func, n namer) signature {
	if f.Async {
		e.refuse(f.Pos, fmt.Sprintf("async function %q: asynchronous components are not supported yet", f.Name))
	}
	params := f.Params
	if f.Kind == wit.Method && len(params) > 0 {
		params = params[1:]
	}
	s := signature{ret: "void"}
	taken := map[string]bool{}
	for _, p := range params {
		name := local(p.Name)
		for taken[name] {
			name += "_"
		}
		taken[name] = true
		s.params = append(s.params, param{name, e.typ(p.Type, n, f.Pos)})
	}
	if ok, err, is := e.thrown(f.Result); is {
		s.ret = e.typ(ok, n, f.Pos)
		s.throws = "undefined"
		if err != nil {
			s.throws = e.typ(err, n, f.Pos)
		}
	} else if f.Result != nil {
		s.ret = e.typ(f.Result, n, f.Pos)
	}
	return s
}

// thrown returns the parts of a function's result where the function returns the
// one and throws the other. StarlingMonkey doesn't look behind another name of a
// result type, which a use or an alias gives it: such a result is a value.
func (e *emitter) thrown(t *wit.Type) (ok, err *wit.Type, is bool) {
	if t != nil && t.Def != nil && t.Def.Shape.Def != nil && e.engine == StarlingMonkey {
		return nil, nil, false
	}
	return guest.Result(t)
}

// list returns the parameters as TypeScript declares them.
func (s signature) list() string {
	parts := make([]string, len(s.params))
	for i, p := range s.params {
		parts[i] = p.name + ": " + p.typ
	}
	return strings.Join(parts, ", ")
}

// names returns the parameters' names alone.
func (s signature) names() string {
	parts := make([]string, len(s.params))
	for i, p := range s.params {
		parts[i] = p.name
	}
	return strings.Join(parts, ", ")
}
