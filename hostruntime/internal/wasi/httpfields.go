package wasi

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

const (
	// MaxFieldsBytes bounds one wasi:http fields resource: names, values and
	// fieldOverhead for each entry.
	MaxFieldsBytes = 128 << 10
	// fieldOverhead stands for an entry's own memory.
	fieldOverhead = 64
)

// fields are HTTP headers or trailers, in the order of insertion.
type fields struct {
	node
	entries []fieldEntry
	// immutable is set once they belong to a message.
	immutable bool
}

type fieldEntry struct {
	name  string
	value []byte
}

// is reports whether name is the entry's, in any case. Entries have ASCII
// names; the lengths differ where a letter beyond ASCII folds to one of them.
func (e fieldEntry) is(name string) bool {
	return len(name) == len(e.name) && strings.EqualFold(name, e.name)
}

// forbiddenFields are the headers that a host's HTTP implementation sets.
var forbiddenFields = []string{
	"connection", "host", "http2-settings", "keep-alive", "proxy-authenticate", "proxy-authorization",
	"proxy-connection", "transfer-encoding", "upgrade",
}

// checkField returns the header-error for a name and value, "" for none.
func checkField(name string, val []byte) string {
	if !egress.IsToken(name) || slices.ContainsFunc(val, func(b byte) bool { return (b < ' ' && b != '\t') || b == 0x7f }) {
		return "invalid-syntax"
	}
	if slices.Contains(forbiddenFields, strings.ToLower(name)) {
		return "forbidden"
	}
	if val != nil && strings.EqualFold(name, "content-length") {
		if _, err := parseLength(val); err != nil {
			return "invalid-syntax"
		}
	}
	return ""
}

// parseLength returns the value of a Content-Length.
//
// Spec: RFC 9110, 8.6.
func parseLength(val []byte) (int64, error) {
	n, err := strconv.ParseUint(string(val), 10, 63)
	return int64(n), err
}

// contentLength returns the Content-Length among entries, -1 if there is none.
// The second value is false where several disagree.
func contentLength(entries []fieldEntry) (length int64, ok bool) {
	length = -1
	for _, e := range entries {
		if !e.is("content-length") {
			continue
		}
		n, err := parseLength(e.value)
		if err != nil || (length >= 0 && n != length) {
			return 0, false
		}
		length = n
	}
	return length, true
}

// isTrailer reports whether a field may follow a body: nothing that says where
// the body ends may.
//
// Spec: RFC 9110, 6.5.1.
func isTrailer(name string) bool {
	return checkField(name, nil) == "" && !strings.EqualFold(name, "content-length") && !strings.EqualFold(name, "trailer")
}

func headerError(name string) value.Value { return fail(value.Variant{Case: name}) }

// size returns what an entry counts against MaxFieldsBytes.
func (e fieldEntry) size() int { return len(e.name) + len(e.value) + fieldOverhead }

// fieldsSize returns what entries count against MaxFieldsBytes.
func fieldsSize(entries []fieldEntry) int {
	size := 0
	for _, e := range entries {
		size += e.size()
	}
	return size
}

func checkFieldsSize(size int) error {
	if size > MaxFieldsBytes {
		return &LimitError{What: "bytes of HTTP fields", Limit: MaxFieldsBytes, Attempt: uint64(size)}
	}
	return nil
}

// copied returns an entry of which nothing is the guest's memory. size is what
// the entries before it count, and then what they do with it.
func copied(name string, val []byte, size *int) (fieldEntry, error) {
	*size += fieldEntry{name, val}.size()
	if err := checkFieldsSize(*size); err != nil {
		return fieldEntry{}, err
	}
	return fieldEntry{name, bytes.Clone(val)}, nil
}

// sentSize returns how long entries are in HTTP/1.1, which is what counts
// against the network's limits, whatever the version.
func sentSize(entries []fieldEntry) int {
	size := 0
	for _, e := range entries {
		size += len(e.name) + len(": ") + len(e.value) + len("\r\n")
	}
	return size
}

// replace makes entries those of f, and charges for them.
func (f *fields) replace(h *Host, entries []fieldEntry) error {
	size := fieldsSize(entries)
	if err := checkFieldsSize(size); err != nil {
		return err
	}
	if err := h.hold(&f.node, int64(size)); err != nil {
		return err
	}
	f.entries = entries
	return nil
}

// without returns the entries that are not called name, in a new slice.
func (f *fields) without(name string) []fieldEntry {
	var rest []fieldEntry
	for _, e := range f.entries {
		if !e.is(name) {
			rest = append(rest, e)
		}
	}
	return rest
}

// newFields opens fields with the given entries.
func (c *call) newFields(entries []fieldEntry, immutable bool, parent *node) (value.Value, error) {
	f := &fields{immutable: immutable}
	handle, err := c.open(fieldsResource, f, parent)
	if err != nil {
		return nil, err
	}
	if err := f.replace(c.Host, entries); err != nil {
		return nil, err
	}
	return handle, nil
}

func fieldsMethods(i *Interface) {
	entryType := abi.NewTuple(stringType, bytesType)
	name := param("name", stringType)
	changed := abi.NewResult(nil, headerErrorType)
	i.define("[constructor]fields", fn(own(fieldsResource)),
		func(c *call) (value.Value, error) { return c.newFields(nil, false, nil) })
	i.define("[static]fields.from-list",
		fn(abi.NewResult(own(fieldsResource), headerErrorType), param("entries", abi.NewList(entryType))), fieldsFromList)
	method(i, fieldsResource, "get", fn(abi.NewList(bytesType), name), func(c *call, f *fields) (value.Value, error) {
		var list value.List
		for _, e := range f.entries {
			if e.is(string(arg[value.String](c, 1))) {
				list = append(list, value.Bytes(e.value))
			}
		}
		return list, nil
	})
	method(i, fieldsResource, "has", fn(boolType, name), func(c *call, f *fields) (value.Value, error) {
		return value.Bool(slices.ContainsFunc(f.entries, func(e fieldEntry) bool {
			return e.is(string(arg[value.String](c, 1)))
		})), nil
	})
	method(i, fieldsResource, "set", fn(changed, name, param("value", abi.NewList(bytesType))), fieldsSet)
	method(i, fieldsResource, "delete", fn(changed, name), func(c *call, f *fields) (value.Value, error) {
		name := string(arg[value.String](c, 1))
		if f.immutable {
			return headerError("immutable"), nil
		}
		if e := checkField(name, nil); e != "" {
			return headerError(e), nil
		}
		return okOr(nil, f.replace(c.Host, f.without(name)))
	})
	method(i, fieldsResource, "append", fn(changed, name, param("value", bytesType)), func(c *call, f *fields) (value.Value, error) {
		name, val := string(arg[value.String](c, 1)), arg[value.Bytes](c, 2)
		if f.immutable {
			return headerError("immutable"), nil
		}
		if e := checkField(name, val); e != "" {
			return headerError(e), nil
		}
		return okOr(nil, f.replace(c.Host, append(slices.Clip(f.entries), fieldEntry{name, bytes.Clone(val)})))
	})
	method(i, fieldsResource, "entries", fn(abi.NewList(entryType)), func(_ *call, f *fields) (value.Value, error) {
		var list value.List
		for _, e := range f.entries {
			list = append(list, value.Tuple{value.String(e.name), value.Bytes(e.value)})
		}
		return list, nil
	})
	method(i, fieldsResource, "clone", fn(own(fieldsResource)), func(c *call, f *fields) (value.Value, error) {
		return c.newFields(slices.Clone(f.entries), false, nil)
	})
}

func fieldsFromList(c *call) (value.Value, error) {
	var entries []fieldEntry
	size := 0
	for _, v := range arg[value.List](c, 0) {
		t := v.(value.Tuple)
		name, val := string(t[0].(value.String)), t[1].(value.Bytes)
		if e := checkField(name, val); e != "" {
			return headerError(e), nil
		}
		e, err := copied(name, val, &size)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return okOr(c.newFields(entries, false, nil))
}

func fieldsSet(c *call, f *fields) (value.Value, error) {
	name := string(arg[value.String](c, 1))
	if f.immutable {
		return headerError("immutable"), nil
	}
	if e := checkField(name, nil); e != "" {
		return headerError(e), nil
	}
	entries := f.without(name)
	size := fieldsSize(entries)
	for _, v := range arg[value.List](c, 2) {
		val := v.(value.Bytes)
		if e := checkField(name, val); e != "" {
			return headerError(e), nil
		}
		e, err := copied(name, val, &size)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return okOr(nil, f.replace(c.Host, entries))
}
