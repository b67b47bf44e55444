package sourcemap

import (
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

// bundled returns a bundle that esbuild made, with its map.
func bundled(t testing.TB, source string) (text string, m *Map) {
	t.Helper()
	result := api.Transform(source, api.TransformOptions{
		Loader: api.LoaderTS, Sourcefile: "guest.ts", Sourcemap: api.SourceMapExternal,
	})
	if len(result.Errors) > 0 {
		t.Fatal(result.Errors)
	}
	withFile := strings.Replace(string(result.Map), `"version": 3,`, `"version": 3, "file": "guest.js",`, 1)
	m, err := Parse([]byte(withFile))
	if err != nil {
		t.Fatal(err)
	}
	return string(result.Code), m
}

func TestEveryThrowIsFoundAgain(t *testing.T) {
	source := `interface A { x: number }

type B = A | null;

export function f(a: B): number {

  if (a === null) throw new Error("one");
  enum E { P, Q }


  throw new Error("two");
}
`
	text, m := bundled(t, source)
	for _, want := range []string{`Error("one")`, `Error("two"`} {
		line, column := place(text, want)
		wantLine, wantColumn := place(source, want)
		file, gotLine, gotColumn, ok := m.Original(line, column)
		if !ok || file != "guest.ts" || gotLine != wantLine || gotColumn != wantColumn {
			t.Errorf("%s at %d:%d: got %s:%d:%d, want guest.ts:%d:%d", want, line, column, file, gotLine, gotColumn, wantLine, wantColumn)
		}
	}
	line, column := place(text, `Error("two"`)
	trace := strings.NewReplacer("L", itoa(line), "C", itoa(column)).Replace("at f (/guest.js:L:C)\nat other.js:1:1, guest.js:9999:1")
	if got, want := m.Rewrite(trace), "at f (/guest.ts:11:13)\nat other.js:1:1, guest.js:9999:1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func itoa(n int) string {
	if n >= 10 {
		return itoa(n/10) + string(rune('0'+n%10))
	}
	return string(rune('0' + n))
}

// place returns the line and the column of what, from 1.
func place(text, what string) (line, column int) {
	before, _, _ := strings.Cut(text, what)
	return strings.Count(before, "\n") + 1, len(before) - strings.LastIndex(before, "\n")
}

func TestBadMaps(t *testing.T) {
	for _, bad := range []string{
		"", "{}", `{"version": 2}`,
		`{"version": 3, "mappings": "!!"}`,
		`{"version": 3, "mappings": "AAAA"}`,
		`{"version": 3, "sources": ["a"], "mappings": "ADAA"}`,
		`{"version": 3, "sources": ["a"], "mappings": "zzzzzzzz"}`,
		`{"version": 3, "sources": ["a"], "mappings": "AAAD"}`,
	} {
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"version": 3, "file": "f", "sources": ["a"], "mappings": "AAAA;AACA,CAAC"}`), "f:1:1")
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		if m, err := Parse(data); err == nil {
			m.Rewrite(text)
			m.Original(1, 1)
		}
	})
}

// A name that no regular expression can hold is an error, not a panic.
func TestLongNameOfTheGeneratedFile(t *testing.T) {
	if _, err := Parse([]byte(`{"version":3,"file":"` + strings.Repeat("x", 4_000_000) + `"}`)); err == nil {
		t.Error("read")
	}
}

// A map that anybody wrote can't make a little text fill the memory.
func TestRewrittenTextIsBounded(t *testing.T) {
	parse := func(pathLen int) (*Map, error) {
		return Parse([]byte(`{"version":3,"file":"a","sources":["` + strings.Repeat("x", pathLen) + `"],"mappings":"AAAA"}`))
	}
	m, err := parse(maxPath)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("a:1:1 ", 100_000)
	if got := len(m.Rewrite(text)); got < len(text)+maxGrowth || got > len(text)+maxGrowth+2*maxPath {
		t.Errorf("%d bytes became %d", len(text), got)
	}
	if _, err := parse(maxPath + 1); err == nil {
		t.Error("a longer path was read")
	}
}
