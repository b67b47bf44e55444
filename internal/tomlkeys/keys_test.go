package tomlkeys

import (
	"slices"
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
