package policyfile

import (
	"fmt"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/internal/tomlkeys"
)

// A mistake is an Error on its way out, which gathers where it is.
type mistake struct {
	keys    []string // from the outermost
	message string
	// known, if not nil, are the keys that would do in the place of the last one,
	// which isn't known.
	known []string
}

func mistaken(format string, args ...any) *mistake {
	return &mistake{message: fmt.Sprintf(format, args...)}
}

// under adds a key around what is wrong.
func (m *mistake) under(key string) *mistake {
	m.keys = append([]string{key}, m.keys...)
	return m
}

// within puts it into a list, where keys have no places of their own.
func (m *mistake) within(list string) *mistake {
	switch {
	case m.known != nil:
		return mistaken("%s", tomlkeys.Unknown(m.keys[len(m.keys)-1], m.known)).under(list)
	case len(m.keys) > 0:
		return mistaken("%s: %s", strings.Join(m.keys, "."), m.message).under(list)
	}
	return m.under(list)
}

// in makes it an error of a task.
func (m *mistake) in(path, task string, keys *tomlkeys.Keys) *Error {
	at := keys.Place(append([]string{"task", task}, m.keys...)...)
	if m.known != nil {
		return &Error{path, at.Line, at.Column, line(unknownKey(m.keys[len(m.keys)-1], m.known))}
	}
	return &Error{Path: path, Line: at.Line,
		Message: line(fmt.Sprintf("task %s: %s: %s", task, strings.Join(m.keys, "."), m.message))}
}

// maxMessage is how many bytes of a message are shown: names can be as long as
// the file.
const maxMessage = 1000

// line makes text safe to show, on one line.
func line(text string) string {
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "…"
	}
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(hostruntime.EscapeText(text))
}

// A table is a TOML table that is read key by key.
type table struct {
	values map[string]any
	known  map[string]bool
}

func newTable(values map[string]any) *table { return &table{values, map[string]bool{}} }

// get returns what a key has, as a T; the zero T if it isn't there.
func get[T any](t *table, key, want string) (T, *mistake) {
	var zero T
	t.known[key] = true
	value, ok := t.values[key]
	if !ok {
		return zero, nil
	}
	found, ok := value.(T)
	if !ok {
		return zero, mistaken("want %s, not %s", want, tomlkeys.Quote(value)).under(key)
	}
	return found, nil
}

// texts returns a key's list of strings.
func (t *table) texts(key string) ([]string, *mistake) {
	values, err := get[[]any](t, key, "a list of strings")
	if err != nil {
		return nil, err
	}
	var list []string
	for _, value := range values {
		text, ok := value.(string)
		if !ok {
			return nil, mistaken("want strings, not %s", tomlkeys.Quote(value)).under(key)
		}
		list = append(list, text)
	}
	return list, nil
}

// rest returns a mistake if there are keys that nobody asked for: the first by
// name.
func (t *table) rest() *mistake {
	first := ""
	for key := range t.values {
		if !t.known[key] && (first == "" || key < first) {
			first = key
		}
	}
	if first == "" {
		return nil
	}
	return &mistake{keys: []string{first}, known: t.keys()}
}
