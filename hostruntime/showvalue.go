package hostruntime

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// The most that showValue shows: in all, of one text, and levels.
const (
	maxShown      = 1 << 10 // bytes
	maxShownText  = 200     // bytes
	maxShownLevel = 8
)

// showValue returns a typed value as text for an error: its type, and what it
// holds as %+v has it, but with texts quoted, with what pointers point to rather
// than where, and no longer than about maxShown.
func showValue(v any) string {
	s := &shower{}
	value := reflect.ValueOf(v)
	fmt.Fprintf(s, "%T", v)
	if kind := value.Kind(); kind != reflect.Struct && kind != reflect.Slice && kind != reflect.Array {
		s.WriteByte(' ')
	}
	s.show(value, 0)
	return cutText(s.String(), maxShown)
}

type shower struct{ strings.Builder }

func (s *shower) show(v reflect.Value, level int) {
	if level > maxShownLevel || s.Len() > maxShown {
		s.WriteString("…")
		return
	}
	switch v.Kind() {
	case reflect.Invalid:
		s.WriteString("none")
	case reflect.Pointer, reflect.Interface:
		s.show(v.Elem(), level+1)
	case reflect.String:
		s.WriteString(strconv.Quote(cutText(v.String(), maxShownText)))
	case reflect.Struct:
		s.WriteByte('{')
		for i, fields := 0, v.Type(); i < fields.NumField(); i++ {
			if !fields.Field(i).IsExported() {
				continue // of a resource, which is the runtime's
			}
			s.next("{")
			s.WriteString(fields.Field(i).Name + ":")
			s.show(v.Field(i), level+1)
		}
		s.WriteByte('}')
	case reflect.Slice, reflect.Array:
		s.WriteByte('[')
		for i := 0; i < v.Len() && s.Len() <= maxShown; i++ {
			s.next("[")
			s.show(v.Index(i), level+1)
		}
		s.WriteByte(']')
	case reflect.Map:
		fmt.Fprintf(s, "map of %d", v.Len())
	default:
		fmt.Fprint(s, v) // enums and flags have a String
	}
}

// next parts what follows from what is there, unless that has just begun.
func (s *shower) next(begin string) {
	if !strings.HasSuffix(s.String(), begin) {
		s.WriteByte(' ')
	}
}
