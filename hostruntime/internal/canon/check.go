package canon

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Check returns nil if v is a value of type t that can be lowered. Lowering
// does this first, so that a wrong value is found before the guest was called:
// the specification has no way back from there.
//
// Errors: *ArgumentError with the path of the first part that doesn't fit.
func Check(v value.Value, t *abi.Type) error {
	switch t.Kind {
	case abi.String:
		return checkStringValue(v)
	case abi.List:
		return checkListValue(v, t)
	case abi.Map:
		return checkMapValue(v, t)
	case abi.Record:
		return checkRecord(v, t)
	case abi.Tuple:
		return checkTuple(v, t)
	case abi.Variant, abi.Enum, abi.Option, abi.Result:
		return checkVariant(v, t)
	case abi.Flags:
		return checkFlags(v, t)
	case abi.Char:
		if c, ok := v.(value.Char); ok && !utf8.ValidRune(rune(c)) {
			return &ArgumentError{Want: "a Unicode scalar value", Got: fmt.Sprintf("%#x", int32(c))}
		}
	case abi.Own:
		if h, ok := v.(value.Handle); ok && h.Borrowed {
			return wrong(t, "a borrow")
		}
	}
	if scalarKind(v) != t.Kind && !(t.Kind == abi.Borrow && scalarKind(v) == abi.Own) {
		return wrong(t, describe(v))
	}
	return nil
}

func wrong(t *abi.Type, got string) error {
	return &ArgumentError{Want: fmt.Sprintf("%.200s", t), Got: got}
}

// scalarKind returns the kind whose values v is one of, Own for any handle and
// Invalid for composed values.
func scalarKind(v value.Value) abi.Kind {
	switch v.(type) {
	case value.Bool:
		return abi.Bool
	case value.S8:
		return abi.S8
	case value.U8:
		return abi.U8
	case value.S16:
		return abi.S16
	case value.U16:
		return abi.U16
	case value.S32:
		return abi.S32
	case value.U32:
		return abi.U32
	case value.S64:
		return abi.S64
	case value.U64:
		return abi.U64
	case value.F32:
		return abi.F32
	case value.F64:
		return abi.F64
	case value.Char:
		return abi.Char
	case value.Handle:
		return abi.Own
	}
	return abi.Invalid
}

// describe names what kind of value v is, for messages.
func describe(v value.Value) string {
	if k := scalarKind(v); k == abi.Own {
		return "a handle"
	} else if k != abi.Invalid {
		return k.String()
	}
	switch v := v.(type) {
	case nil:
		return "nothing"
	case value.String, relayedString:
		return "string"
	case value.Bytes:
		return "list<u8>"
	case value.List:
		return "a list"
	case value.Map:
		return "a map"
	case value.Record:
		return "a record"
	case value.Tuple:
		return fmt.Sprintf("a tuple of %d", len(v))
	case value.Variant:
		return fmt.Sprintf("variant case %.40q", v.Case)
	case value.Enum:
		return fmt.Sprintf("enum case %.40q", string(v))
	case value.Option:
		return "an option"
	case value.Result:
		return "a result"
	case value.Flags:
		return "flags"
	}
	return fmt.Sprintf("%T", v)
}

func checkStringValue(v value.Value) error {
	switch v := v.(type) {
	case relayedString:
		return nil
	case value.String:
		return checkString(string(v))
	}
	return wrong(abi.Primitive(abi.String), describe(v))
}

func checkListValue(v value.Value, t *abi.Type) error {
	n := 0
	switch v := v.(type) {
	case value.Bytes:
		if t.Elem.Kind != abi.U8 {
			return wrong(t, describe(v))
		}
		n = len(v)
	case value.List:
		n = len(v)
	default:
		return wrong(t, describe(v))
	}
	if t.Length > 0 && uint64(n) != uint64(t.Length) {
		return wrong(t, fmt.Sprintf("%d elements", n))
	}
	if t.Length == 0 {
		if err := checkListLength(n, t.Elem.Size()); err != nil {
			return err
		}
	}
	list, _ := v.(value.List)
	for i, e := range list {
		if err := Check(e, t.Elem); err != nil {
			return Under("["+strconv.Itoa(i)+"]", err)
		}
	}
	return nil
}

func checkMapValue(v value.Value, t *abi.Type) error {
	m, ok := v.(value.Map)
	if !ok {
		return wrong(t, describe(v))
	}
	size, _, _ := entryLayout(t)
	if err := checkListLength(len(m), size); err != nil {
		return err
	}
	for i, e := range m {
		if err := Check(e.Key, t.Key); err != nil {
			return Under("["+strconv.Itoa(i)+"].key", err)
		}
		if err := Check(e.Value, t.Elem); err != nil {
			return Under("["+strconv.Itoa(i)+"].value", err)
		}
	}
	return nil
}

func checkRecord(v value.Value, t *abi.Type) error {
	record, ok := v.(value.Record)
	if !ok {
		return wrong(t, describe(v))
	}
	for i := range t.Fields {
		f := &t.Fields[i]
		fv, ok := findField(record, i, f.Name)
		if !ok {
			return wrong(t, fmt.Sprintf("a record without field %q", f.Name))
		}
		if err := Check(fv, f.Type); err != nil {
			return Under("."+f.Name, err)
		}
	}
	// Every field of the type was found and their names differ, so an equal
	// count leaves no room for another.
	if len(record) != len(t.Fields) {
		return wrong(t, fmt.Sprintf("a record of %d fields", len(record)))
	}
	return nil
}

// findField returns the field called name; it is usually at index i.
func findField(record value.Record, i int, name string) (value.Value, bool) {
	if i < len(record) && record[i].Name == name {
		return record[i].Value, true
	}
	for _, f := range record {
		if f.Name == name {
			return f.Value, true
		}
	}
	return nil, false
}

func checkTuple(v value.Value, t *abi.Type) error {
	tuple, ok := v.(value.Tuple)
	if !ok || len(tuple) != len(t.Fields) {
		return wrong(t, describe(v))
	}
	for i := range t.Fields {
		if err := Check(tuple[i], t.Fields[i].Type); err != nil {
			return Under("."+strconv.Itoa(i), err)
		}
	}
	return nil
}

func checkVariant(v value.Value, t *abi.Type) error {
	index, payload, ok := matchCase(v, t)
	if !ok {
		return wrong(t, describe(v))
	}
	c := t.CaseType(index)
	if c == nil {
		if payload != nil {
			return wrong(t, fmt.Sprintf("a payload in %s, which has none", describe(v)))
		}
		return nil
	}
	if payload == nil {
		return wrong(t, describe(v)+" without its payload")
	}
	if err := Check(payload, c); err != nil {
		return Under("."+caseName(index, t), err)
	}
	return nil
}

func caseName(index int, t *abi.Type) string {
	if t.Kind == abi.Option {
		return "some"
	}
	return t.Cases[index].Name
}

// matchCase returns the case index and payload of a variant-like value; ok is
// false if it isn't one of t's kind or names no case of t.
//
// Spec: CanonicalABI, "Storing", match_case.
func matchCase(v value.Value, t *abi.Type) (index int, payload value.Value, ok bool) {
	switch v := v.(type) {
	case value.Variant:
		index = t.CaseIndex(v.Case)
		return index, v.Payload, t.Kind == abi.Variant && index >= 0
	case value.Enum:
		index = t.CaseIndex(string(v))
		return index, nil, t.Kind == abi.Enum && index >= 0
	case value.Option:
		if v.Some != nil {
			index = 1
		}
		return index, v.Some, t.Kind == abi.Option
	case value.Result:
		if v.IsError {
			index = 1
		}
		return index, v.Payload, t.Kind == abi.Result
	}
	return 0, nil, false
}

func checkFlags(v value.Value, t *abi.Type) error {
	flags, ok := v.(value.Flags)
	if !ok {
		return wrong(t, describe(v))
	}
	for _, name := range flags {
		if !slices.Contains(t.Labels, name) {
			return wrong(t, fmt.Sprintf("flag %.40q", name))
		}
	}
	return nil
}
