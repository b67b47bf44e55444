package value

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Format returns v in WAVE, on one line, in the explicit forms: some(1), ok(1),
// and every field of a record. Parse reads it again with v's type, except for
// handles, which are written `<own NAME>` and `<borrow NAME>`.
//
// Strings and characters come from guests: whatever could move a terminal's
// cursor or reorder text (control, bidirectional, invisible characters) is
// written as `\u{…}`, so the result can be shown as it is. Bytes of a Go string
// that aren't UTF-8 become U+FFFD. A value nested deeper than MaxDepth is
// cut with `…`.
func Format(v Value) string { return string(appendWave(nil, v, 0)) }

func appendWave(b []byte, v Value, depth int) []byte {
	if depth > MaxDepth {
		return append(b, "…"...)
	}
	depth++
	switch v := v.(type) {
	case nil:
		return append(b, "<nothing>"...)
	case Bool:
		return strconv.AppendBool(b, bool(v))
	case S8, S16, S32, S64, U8, U16, U32, U64:
		return appendInteger(b, v)
	case F32:
		return appendFloat(b, float64(v), 32)
	case F64:
		return appendFloat(b, float64(v), 64)
	case Char:
		return append(appendEscaped(append(b, '\''), string(rune(v)), '\''), '\'')
	case String:
		return append(appendEscaped(append(b, '"'), string(v), '"'), '"')
	case Bytes:
		b = append(b, '[')
		for i, e := range v {
			b = strconv.AppendUint(comma(b, i), uint64(e), 10)
		}
		return append(b, ']')
	case List:
		b = append(b, '[')
		for i, e := range v {
			b = appendWave(comma(b, i), e, depth)
		}
		return append(b, ']')
	case Map:
		b = append(b, '{')
		for i, e := range v {
			b = append(appendWave(comma(b, i), e.Key, depth), ": "...)
			b = appendWave(b, e.Value, depth)
		}
		return append(b, '}')
	case Record:
		b = append(b, '{')
		for i, f := range v {
			b = append(appendVisible(comma(b, i), f.Name), ": "...)
			b = appendWave(b, f.Value, depth)
		}
		return append(b, '}')
	case Tuple:
		b = append(b, '(')
		for i, e := range v {
			b = appendWave(comma(b, i), e, depth)
		}
		return append(b, ')')
	case Variant:
		return appendPayload(appendLabel(b, v.Case), v.Payload, depth)
	case Enum:
		return appendLabel(b, string(v))
	case Option:
		if v.Some == nil {
			return append(b, "none"...)
		}
		return appendPayload(append(b, "some"...), v.Some, depth)
	case Result:
		if v.IsError {
			return appendPayload(append(b, "err"...), v.Payload, depth)
		}
		return appendPayload(append(b, "ok"...), v.Payload, depth)
	case Flags:
		b = append(b, '{')
		for i, name := range v {
			b = appendLabel(comma(b, i), name)
		}
		return append(b, '}')
	case Handle:
		form := "<own "
		if v.Borrowed {
			form = "<borrow "
		}
		return append(appendVisible(append(b, form...), v.Resource), '>')
	}
	return append(b, "<unknown>"...)
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ", "...)
	}
	return b
}

func appendPayload(b []byte, payload Value, depth int) []byte {
	if payload == nil {
		return b
	}
	return append(appendWave(append(b, '('), payload, depth), ')')
}

func appendInteger(b []byte, v Value) []byte {
	switch v := v.(type) {
	case S8:
		return strconv.AppendInt(b, int64(v), 10)
	case S16:
		return strconv.AppendInt(b, int64(v), 10)
	case S32:
		return strconv.AppendInt(b, int64(v), 10)
	case S64:
		return strconv.AppendInt(b, int64(v), 10)
	case U8:
		return strconv.AppendUint(b, uint64(v), 10)
	case U16:
		return strconv.AppendUint(b, uint64(v), 10)
	case U32:
		return strconv.AppendUint(b, uint64(v), 10)
	case U64:
		return strconv.AppendUint(b, uint64(v), 10)
	}
	return b
}

// appendFloat writes the shortest number that reads back as f, with an exponent
// where the plain form would be long.
func appendFloat(b []byte, f float64, bits int) []byte {
	switch {
	case f != f:
		return append(b, "nan"...)
	case math.IsInf(f, 1):
		return append(b, "inf"...)
	case math.IsInf(f, -1):
		return append(b, "-inf"...)
	}
	if abs := math.Abs(f); abs == 0 || abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, bits)
	}
	return strconv.AppendFloat(b, f, 'e', -1, bits)
}

// appendLabel writes the name of a case or flag.
func appendLabel(b []byte, name string) []byte {
	if isKeyword(name) {
		b = append(b, '%')
	}
	return appendVisible(b, name)
}

// appendEscaped writes s as it stands between quotes.
func appendEscaped(b []byte, s string, quote rune) []byte {
	for _, r := range s {
		switch r {
		case quote, '\\':
			b = append(b, '\\', byte(r))
		case '\t', '\n', '\r':
			b = append(b, '\\', escapes[strings.IndexRune(escaped, r)])
		default:
			b = appendRune(b, r)
		}
	}
	return b
}

// appendVisible writes s with every character that can't be shown escaped.
func appendVisible(b []byte, s string) []byte {
	for _, r := range s {
		b = appendRune(b, r)
	}
	return b
}

// appendRune writes r, escaped unless it is a letter, mark, number, punctuation,
// symbol or plain space: everything else moves the cursor, reorders text, isn't
// seen or isn't known.
func appendRune(b []byte, r rune) []byte {
	if unicode.IsPrint(r) {
		return utf8.AppendRune(b, r)
	}
	b = append(b, `\u{`...)
	b = strconv.AppendInt(b, int64(r), 16)
	return append(b, '}')
}
