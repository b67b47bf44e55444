package policyfile

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/internal/tomlkeys"
)

// The keys of the file, and those of a task. What isn't read here is
// capsule-gen's.
var (
	fileKeys = []string{"interfaces", "task"}
	taskKeys = []string{
		"wit", "world", "guest", "engine", "output", "go", "python", "js",
		"limits", "grants", "retry", "deterministic",
	}
)

// checkKeys returns an error for the first key that means nothing: of the file,
// or of a task.
func checkKeys(path string, keys *tomlkeys.Keys) error {
	for _, key := range keys.Under() {
		if !slices.Contains(fileKeys, key) {
			at := keys.Place(key)
			return &Error{path, at.Line, at.Column, line(unknownKey(key, fileKeys))}
		}
	}
	for _, task := range keys.Under("task") {
		for _, key := range keys.Under("task", task) {
			if !slices.Contains(taskKeys, key) {
				return (&mistake{keys: []string{key}, known: taskKeys}).in(path, task, keys)
			}
		}
	}
	return nil
}

// unknownKey says that a key isn't known, and where it would be.
func unknownKey(key string, known []string) string {
	if tomlkeys.Nearest(key, known) == "" {
		var places []string
		for _, one := range []struct {
			name string
			keys []string
		}{{"a task", taskKeys}, {"limits", limitKeys()}, {"grants", grantKeys()}, {"retry", retryKeys()}} {
			if slices.Contains(one.keys, key) {
				places = append(places, one.name)
			}
		}
		if places != nil {
			return fmt.Sprintf("unknown key %s here: it belongs in %s", tomlkeys.Quote(key), strings.Join(places, " or "))
		}
	}
	return tomlkeys.Unknown(key, known)
}

// The keys of a task's tables are those that their readers ask for.
func limitKeys() []string {
	t := newTable(nil)
	_ = readLimits(&hostruntime.Policy{}, t) // an empty one has no mistakes
	return t.keys()
}

func grantKeys() []string {
	t := newTable(nil)
	_ = new(Task).readGrants(t, "")
	return t.keys()
}

func retryKeys() []string {
	t := newTable(nil)
	_ = readRetry(&hostruntime.RetryPolicy{}, t)
	return t.keys()
}

func (t *table) keys() []string { return slices.Sorted(maps.Keys(t.known)) }
