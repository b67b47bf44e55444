package tomlkeys

import (
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

const text = `
top = 1
[task.one]
wit = "a"
limits = { fuel = 3, memory = "1MiB" }
[task.two.limits]

fuel = 4
`

func TestKeysHaveTheirPlaces(t *testing.T) {
	keys, err := Locate([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		parts []string
		want  Place
	}{
		{[]string{"top"}, Place{2, 1}},
		{[]string{"task", "one"}, Place{3, 7}},
		{[]string{"task", "one", "limits", "memory"}, Place{5, 22}},
		{[]string{"task", "two", "limits", "fuel"}, Place{8, 1}},
		{[]string{"task", "two", "limits", "gas"}, Place{6, 11}}, // isn't there: what is around it
		{[]string{"nothing"}, Place{}},
	} {
		if got := keys.Place(row.parts...); got != row.want {
			t.Errorf("%q at %v, want %v", row.parts, got, row.want)
		}
	}
	if got, want := keys.Under("task"), []string{"one", "two"}; !slices.Equal(got, want) {
		t.Errorf("tasks %q, want %q", got, want)
	}
	if got, want := keys.Under("task", "one", "limits"), []string{"fuel", "memory"}; !slices.Equal(got, want) {
		t.Errorf("limits %q, want %q", got, want)
	}
}

func TestExplain(t *testing.T) {
	var into struct {
		Top struct{ A string } `toml:"top"`
	}
	for text, want := range map[string]struct {
		at      Place
		message string
	}{
		"top = 1":             {Place{1, 7}, "want a table, not a TOML integer"},
		"[top]\na = 1":        {Place{2, 5}, "want a string, not a TOML integer"},
		"[top":                {Place{1, 4}, "expected ']' to close table name"},
		"[top]\na = 1\nb = 2": {Place{2, 5}, "want a string, not a TOML integer"},
	} {
		err := toml.Unmarshal([]byte(text), &into)
		if err == nil {
			t.Errorf("%q has no error", text)
			continue
		}
		if at, message := Explain(err); at != want.at || message != want.message {
			t.Errorf("%q: %v %q, want %v %q", text, at, message, want.at, want.message)
		}
	}
}

// A text of a megabyte may be one key of half a million parts, or many keys
// beneath a deep one: neither takes more than a multiple of its length.
func TestDeepKeys(t *testing.T) {
	deep := "top" + strings.Repeat(".a", 1<<19)
	for name, text := range map[string]string{
		"a key":       deep + " = 1\n",
		"a table":     "[" + deep + "]\n",
		"in a table":  "[" + deep[:1<<16+1] + "]\n" + strings.Repeat("b = 1\n", 1<<16),
		"many tables": strings.Repeat("["+deep[:1001]+"]\n", 1000),
	} {
		before := new(runtime.MemStats)
		runtime.ReadMemStats(before)
		keys, err := Locate([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		after := new(runtime.MemStats)
		runtime.ReadMemStats(after)
		if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 400<<20 {
			t.Errorf("%s: %d bytes allocated for %d", name, allocated, len(text))
		}
		if at := keys.Place("top", "a", "a"); at.Line != 1 {
			t.Errorf("%s: its third part is at %v", name, at)
		}
	}
}
