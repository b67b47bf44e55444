package value

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/capsule-kit/capsule/wit/abi"
)

// value parses one value of type t.
func (p *parser) value(t *abi.Type) (Value, error) {
	if t.Depth() > MaxDepth {
		return nil, p.want(fmt.Sprintf("a type nested at most %d deep", MaxDepth))
	}
	switch t.Kind {
	case abi.Bool:
		return p.boolean()
	case abi.S8, abi.S16, abi.S32, abi.S64, abi.U8, abi.U16, abi.U32, abi.U64:
		return p.integer(t.Kind)
	case abi.F32, abi.F64:
		return p.float(t.Kind)
	case abi.Char:
		return p.char()
	case abi.String:
		s, err := p.str()
		return String(s), err
	case abi.List:
		return p.list(t)
	case abi.Map:
		return p.mapping(t)
	case abi.Record:
		return p.record(t)
	case abi.Tuple:
		return p.tuple(t)
	case abi.Variant, abi.Enum:
		return p.variant(t)
	case abi.Option:
		return p.option(t)
	case abi.Result:
		return p.result(t)
	case abi.Flags:
		return p.flags(t)
	}
	return nil, p.want(fmt.Sprintf("nothing: a value of type %s cannot be written", typeText(t)))
}

// typeText returns t for a message, only its kind where the whole is long.
func typeText(t *abi.Type) string {
	if s := t.String(); len(s) <= 60 {
		return s
	}
	return t.Kind.String()
}

func (p *parser) boolean() (Value, error) {
	word := p.word()
	if word != "true" && word != "false" {
		return nil, p.want("bool")
	}
	p.pos += len(word)
	return Bool(word == "true"), nil
}

func (p *parser) integer(kind abi.Kind) (Value, error) {
	word := p.word()
	digits := strings.TrimPrefix(word, "-")
	if n := scanDigits(digits); n == 0 || n != len(digits) || n > 1 && digits[0] == '0' {
		return nil, p.want(kind.String())
	}
	v, err := parseInteger(word, kind)
	if err != nil {
		return nil, p.want(kind.String())
	}
	p.pos += len(word)
	return v, nil
}

func parseInteger(s string, kind abi.Kind) (Value, error) {
	bits := int(abi.Primitive(kind).Size()) * 8
	var i int64
	var u uint64
	var err error
	switch kind {
	case abi.S8, abi.S16, abi.S32, abi.S64:
		i, err = strconv.ParseInt(s, 10, bits)
	default:
		u, err = strconv.ParseUint(s, 10, bits)
	}
	if err != nil {
		return nil, err
	}
	switch kind {
	case abi.S8:
		return S8(i), nil
	case abi.S16:
		return S16(i), nil
	case abi.S32:
		return S32(i), nil
	case abi.S64:
		return S64(i), nil
	case abi.U8:
		return U8(u), nil
	case abi.U16:
		return U16(u), nil
	case abi.U32:
		return U32(u), nil
	}
	return U64(u), nil
}

// float parses a number; one too large for the type is an infinity, as in
// other readers of WAVE.
func (p *parser) float(kind abi.Kind) (Value, error) {
	word := p.word()
	switch word {
	case "nan", "inf", "-inf":
	default:
		if !isNumber(word) {
			return nil, p.want(kind.String())
		}
	}
	bits := 64
	if kind == abi.F32 {
		bits = 32
	}
	// Its only error left is that of the range, beside which it returns ±Inf.
	f, _ := strconv.ParseFloat(word, bits)
	p.pos += len(word)
	if kind == abi.F32 {
		return F32(f), nil
	}
	return F64(f), nil
}

// isNumber reports whether s is an integer with an optional fraction and
// exponent.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	n := scanDigits(s)
	if n == 0 || n > 1 && s[0] == '0' {
		return false
	}
	if s = s[n:]; strings.HasPrefix(s, ".") {
		if n = scanDigits(s[1:]); n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n = scanDigits(s)
		return n > 0 && n == len(s)
	}
	return s == ""
}

func scanDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// items parses what stands between open, which was taken, and end: item is
// called for each part with its number, and a comma may follow the last.
func (p *parser) items(end byte, item func(i int) error) (n int, err error) {
	for ; p.peek() != end; n++ {
		if err := item(n); err != nil {
			return n, err
		}
		switch p.peek() {
		case ',':
			p.pos++
		case end:
		default:
			return n, p.want(", or " + string(end))
		}
	}
	p.pos++
	return n, nil
}

func (p *parser) list(t *abi.Type) (Value, error) {
	if err := p.open('[', t); err != nil {
		return nil, err
	}
	bytes, list := Bytes{}, List{}
	n, err := p.items(']', func(i int) error {
		if t.Length > 0 && uint64(i) >= uint64(t.Length) {
			return p.want(fmt.Sprintf("] after %s", count(int(t.Length), "element")))
		}
		v, err := p.value(t.Elem)
		if err != nil {
			return err
		}
		if b, ok := v.(U8); ok {
			bytes = append(bytes, byte(b))
		} else {
			list = append(list, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if t.Length > 0 && uint64(n) != uint64(t.Length) {
		return nil, p.wantAt(p.pos-1, fmt.Sprintf("element %d of %d", n+1, t.Length))
	}
	if t.Elem.Kind == abi.U8 {
		return bytes, nil
	}
	return list, nil
}

// emptyBraces takes `:}` after an opening brace: nothing inside.
func (p *parser) emptyBraces() (bool, error) {
	if p.peek() != ':' {
		return false, nil
	}
	p.pos++
	return true, p.expect('}', "} after {:")
}

func (p *parser) mapping(t *abi.Type) (Value, error) {
	if err := p.open('{', t); err != nil {
		return nil, err
	}
	m := Map{}
	if empty, err := p.emptyBraces(); empty {
		return m, err
	}
	_, err := p.items('}', func(int) error {
		key, err := p.value(t.Key)
		if err != nil {
			return err
		}
		if err := p.expect(':', ": after a key"); err != nil {
			return err
		}
		v, err := p.value(t.Elem)
		m = append(m, Entry{key, v})
		return err
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (p *parser) tuple(t *abi.Type) (Value, error) {
	if err := p.open('(', t); err != nil {
		return nil, err
	}
	tuple := make(Tuple, 0, len(t.Fields))
	n, err := p.items(')', func(i int) error {
		if i >= len(t.Fields) {
			return p.want(fmt.Sprintf(") after %s", count(len(t.Fields), "element")))
		}
		v, err := p.value(t.Fields[i].Type)
		tuple = append(tuple, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	if n < len(t.Fields) {
		return nil, p.wantAt(p.pos-1, fmt.Sprintf("element %d of %d, %s", n+1, len(t.Fields), typeText(t.Fields[n].Type)))
	}
	return tuple, nil
}

func (p *parser) flags(t *abi.Type) (Value, error) {
	if err := p.open('{', t); err != nil {
		return nil, err
	}
	set := make([]bool, len(t.Labels))
	_, err := p.items('}', func(int) error {
		word := p.word()
		i := slices.Index(t.Labels, strings.TrimPrefix(word, "%"))
		if i < 0 {
			return p.want("one of " + alternatives(t.Labels))
		}
		if set[i] {
			return p.want("each flag once")
		}
		set[i] = true
		p.pos += len(word)
		return nil
	})
	if err != nil {
		return nil, err
	}
	flags := Flags{}
	for i, label := range t.Labels {
		if set[i] {
			flags = append(flags, label)
		}
	}
	return flags, nil
}

// alternatives lists names for a message, the first few of many.
func alternatives(names []string) string {
	const most = 8
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
