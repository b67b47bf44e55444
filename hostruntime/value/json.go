package value

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode"
	"unicode/utf16"
)

// JSON returns v as JSON, on one line. Nothing is lost: with the type, each
// value can be told from its JSON.
//
//	bool                  true, false
//	s8 … u32              a number
//	s64, u64              a number up to 2^53-1 either side of zero, beyond
//	                      that a string of digits, which many readers need
//	f32, f64              the shortest number; "nan", "inf", "-inf"
//	char, string          a string
//	list, tuple           an array; list<u8> is an array of numbers
//	map                   an array of [key, value] arrays, in order
//	record                an object with the fields in order
//	enum                  a string
//	variant               {"tag": "case", "val": payload}, val only with one
//	result                {"tag": "ok" or "err", "val": payload} likewise
//	option                null or the value; where the value is an option
//	                      itself, some is {"tag": "some", "val": value}
//	flags                 an array of the names that are set
//	handle                {"resource": "name", "borrowed": true or false}
//
// Characters that can't be shown are escaped, as Format does it.
//
// Errors: a value that is nil or nested deeper than MaxDepth.
func JSON(v Value) ([]byte, error) { return appendJSON(nil, v, 0) }

func appendJSON(b []byte, v Value, depth int) ([]byte, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("value: nested deeper than %d", MaxDepth)
	}
	depth++
	switch v := v.(type) {
	case nil:
		return nil, errors.New("value: no value where one is needed")
	case Bool:
		return strconv.AppendBool(b, bool(v)), nil
	case S8, S16, S32, U8, U16, U32:
		return appendInteger(b, v), nil
	case S64:
		return appendWide(b, v, v > maxExact || v < -maxExact), nil
	case U64:
		return appendWide(b, v, v > maxExact), nil
	case F32:
		return appendJSONFloat(b, float64(v), 32), nil
	case F64:
		return appendJSONFloat(b, float64(v), 64), nil
	case Char:
		return appendJSONString(b, string(rune(v))), nil
	case String:
		return appendJSONString(b, string(v)), nil
	case Bytes:
		b = append(b, '[')
		for i, e := range v {
			b = strconv.AppendUint(comma(b, i), uint64(e), 10)
		}
		return append(b, ']'), nil
	case List:
		return appendJSONArray(b, v, depth)
	case Tuple:
		return appendJSONArray(b, List(v), depth)
	case Map:
		pairs := make(List, len(v))
		for i, e := range v {
			pairs[i] = Tuple{e.Key, e.Value}
		}
		return appendJSONArray(b, pairs, depth)
	case Record:
		return appendJSONObject(b, v, depth)
	case Variant:
		return appendJSONCase(b, v.Case, v.Payload, depth)
	case Enum:
		return appendJSONString(b, string(v)), nil
	case Option:
		switch v.Some.(type) {
		case nil:
			return append(b, "null"...), nil
		case Option:
			return appendJSONCase(b, "some", v.Some, depth)
		}
		return appendJSON(b, v.Some, depth)
	case Result:
		if v.IsError {
			return appendJSONCase(b, "err", v.Payload, depth)
		}
		return appendJSONCase(b, "ok", v.Payload, depth)
	case Flags:
		names := make(List, len(v))
		for i, name := range v {
			names[i] = String(name)
		}
		return appendJSONArray(b, names, depth)
	case Handle:
		return appendJSONObject(b, Record{{"resource", String(v.Resource)}, {"borrowed", Bool(v.Borrowed)}}, depth)
	}
	return nil, fmt.Errorf("value: no JSON for a %T", v)
}

// maxExact is the largest integer up to which a float64 has them all.
const maxExact = 1<<53 - 1

func appendWide(b []byte, v Value, quoted bool) []byte {
	if quoted {
		return append(appendInteger(append(b, '"'), v), '"')
	}
	return appendInteger(b, v)
}

func appendJSONFloat(b []byte, f float64, bits int) []byte {
	if f != f || math.IsInf(f, 0) {
		return append(appendFloat(append(b, '"'), f, bits), '"')
	}
	return appendFloat(b, f, bits)
}

func appendJSONArray(b []byte, list List, depth int) ([]byte, error) {
	b = append(b, '[')
	for i, e := range list {
		var err error
		if b, err = appendJSON(comma(b, i), e, depth); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendJSONObject(b []byte, record Record, depth int) ([]byte, error) {
	b = append(b, '{')
	for i, f := range record {
		b = append(appendJSONString(comma(b, i), f.Name), ": "...)
		var err error
		if b, err = appendJSON(b, f.Value, depth); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendJSONCase(b []byte, tag string, payload Value, depth int) ([]byte, error) {
	record := Record{{"tag", String(tag)}}
	if payload != nil {
		record = append(record, Field{"val", payload})
	}
	return appendJSONObject(b, record, depth)
}

func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case unicode.IsPrint(r):
			b = append(b, string(r)...)
		case r >= 0x10000:
			high, low := utf16.EncodeRune(r)
			b = fmt.Appendf(b, `\u%04x\u%04x`, high, low)
		default:
			b = fmt.Appendf(b, `\u%04x`, r)
		}
	}
	return append(b, '"')
}
