package hostruntime

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// difference returns the first place where two values of one type aren't equal,
// both being in canonical form, and what is there.
func difference(a, b value.Value) (path string, is, other value.Value, differ bool) {
	switch x := a.(type) {
	case value.Bytes:
		if y, ok := b.(value.Bytes); ok && len(x) == len(y) {
			return differentPart(len(x), func(i int) (string, value.Value, value.Value) {
				return "[" + strconv.Itoa(i) + "]", value.U8(x[i]), value.U8(y[i])
			})
		}
	case value.List:
		if y, ok := b.(value.List); ok && len(x) == len(y) {
			return differentPart(len(x), func(i int) (string, value.Value, value.Value) {
				return "[" + strconv.Itoa(i) + "]", x[i], y[i]
			})
		}
	case value.Map:
		if y, ok := b.(value.Map); ok && len(x) == len(y) {
			return differentPart(2*len(x), func(i int) (string, value.Value, value.Value) {
				if i%2 == 0 {
					return "[" + strconv.Itoa(i/2) + "].key", x[i/2].Key, y[i/2].Key
				}
				return "[" + strconv.Itoa(i/2) + "].value", x[i/2].Value, y[i/2].Value
			})
		}
	case value.Tuple:
		if y, ok := b.(value.Tuple); ok && len(x) == len(y) {
			return differentPart(len(x), func(i int) (string, value.Value, value.Value) {
				return "." + strconv.Itoa(i), x[i], y[i]
			})
		}
	case value.Record:
		if y, ok := b.(value.Record); ok && len(x) == len(y) {
			return differentPart(len(x), func(i int) (string, value.Value, value.Value) {
				return "." + x[i].Name, x[i].Value, y[i].Value
			})
		}
	case value.Variant:
		if y, ok := b.(value.Variant); ok && x.Case == y.Case {
			return differentPayload(x.Case, x.Payload, y.Payload)
		}
	case value.Option:
		if y, ok := b.(value.Option); ok && x.Some != nil && y.Some != nil {
			return differentPayload("some", x.Some, y.Some)
		}
	case value.Result:
		if y, ok := b.(value.Result); ok && x.IsError == y.IsError {
			name := "ok"
			if x.IsError {
				name = "error"
			}
			return differentPayload(name, x.Payload, y.Payload)
		}
	}
	return "", a, b, !value.Equal(a, b)
}

func differentPart(n int, part func(int) (string, value.Value, value.Value)) (string, value.Value, value.Value, bool) {
	for i := range n {
		step, x, y := part(i)
		if path, is, other, differ := difference(x, y); differ {
			return step + path, is, other, true
		}
	}
	return "", nil, nil, false
}

func differentPayload(name string, x, y value.Value) (string, value.Value, value.Value, bool) {
	path, is, other, differ := difference(x, y)
	return "." + name + path, is, other, differ
}

// short writes a value for a message.
func short(v value.Value) string {
	const most = 200
	if v == nil {
		return "nothing"
	}
	switch v := v.(type) {
	case value.Bytes:
		if len(v) > most {
			return fmt.Sprintf("%d bytes", len(v))
		}
	case value.List:
		if len(v) > most {
			return fmt.Sprintf("a list of %d", len(v))
		}
	case value.String:
		return value.Format(value.String(cutText(string(v), most)))
	case value.Handle:
		if number, ok := v.Rep.(journal.Handle); ok {
			return fmt.Sprintf("handle %d of %s", number, v.Resource)
		}
	}
	text := value.Format(v)
	if utf8.RuneCountInString(text) > most {
		return string([]rune(text)[:most]) + "…"
	}
	return text
}
