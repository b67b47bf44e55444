package wit

import "testing"

func TestWorld(t *testing.T) {
	r, err := loadText(`package a:b@1.0.0;
world one {}
world two {}
package c:d@0.1.0 { world w {} }
package c:d@0.2.0 { world w {} world other {} }
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, want string }{
		{"one", "a:b/one@1.0.0"},
		{"a:b/two", "a:b/two@1.0.0"},
		{"a:b/two@1.0.0", "a:b/two@1.0.0"},
		{"c:d/other", "c:d/other@0.2.0"},
		{"c:d/w@0.1.0", "c:d/w@0.1.0"},
		{"c:d/w", `there are several worlds "c:d/w", name one of: c:d/w@0.1.0, c:d/w@0.2.0`},
		{"a:b/two@2.0.0", `world "a:b/two@2.0.0" not found (did you mean "a:b/two@1.0.0"?)`},
		{"twoo", `world "twoo" not found in a:b@1.0.0; it has: one, two (did you mean "two"?)`},
		{"", "a:b@1.0.0 has several worlds, name one of: one, two"},
		{"w", `world "w" not found in a:b@1.0.0; it has: one, two`},
	} {
		w, err := r.World(row.name)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got = w.ID()
		}
		if got != row.want {
			t.Errorf("World(%q): %s, want %s", row.name, got, row.want)
		}
	}
}
