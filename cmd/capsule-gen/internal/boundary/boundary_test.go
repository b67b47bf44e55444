package boundary

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var example = &Boundary{
	Task: "review", World: "demo:quakes/review", Engine: "python", Component: "build/review.wasm", Built: true,
	Files: []File{
		{"host/main.go", Host}, {"host/review/world_gen.go", Generated}, {"wit/quakes.wit", Contract},
		{"stubs/wit_world/__init__.py", Stub}, {"sandbox/review.py", Sandboxed},
	},
	Packages: []Package{{"six", "1.17.0", nil}, {"left", "", []string{"a.js", "b.js"}}},
	Exports:  []Function{{Name: "summarize", Type: "func(quakes: list<string>) -> u32", WIT: "summarize: func(quakes: list<name>) -> u32"}},
	Imports: []Function{
		{Interface: "demo:quakes/progress", Name: "report", Type: "func(done: u32)"},
		{Interface: "demo:quakes/progress", Name: "finish", Type: "func(" + strings.Repeat("a-long-name: string, ", 20) + ")"},
	},
	Asks:   []Ask{{"clocks", []string{"wasi:clocks/wall-clock@0.2.0"}, true, "the system's"}},
	Limits: []Limit{{"memory", "256 MiB", true}},
}

// texts returns all text of an XML document; it fails where that isn't
// well-formed.
func texts(t *testing.T, document []byte) string {
	t.Helper()
	var all strings.Builder
	decoder := xml.NewDecoder(bytes.NewReader(document))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return all.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			all.Write(text)
			all.WriteByte('\n')
		}
	}
}

func TestBothFormsShowEverything(t *testing.T) {
	var text, picture bytes.Buffer
	example.Print(&text)
	if err := example.SVG(&picture); err != nil {
		t.Fatal(err)
	}
	forms := map[string]string{"text": text.String(), "picture": texts(t, picture.Bytes())}
	for name, form := range forms {
		for _, want := range []string{"package six 1.17.0\n", "package left (2 files)\n"} {
			if !strings.Contains(form, want) {
				t.Errorf("the %s doesn't show %q:\n%s", name, want, form)
			}
		}
		for _, f := range example.Files {
			if f.Side == Contract && name == "picture" {
				continue
			}
			if !strings.Contains(form, f.Path) {
				t.Errorf("the %s doesn't show %s", name, f.Path)
			}
		}
		for _, f := range slices.Concat(example.Exports, example.Imports) {
			if !strings.Contains(form, f.Interface) || !strings.Contains(form, f.text()) {
				t.Errorf("the %s doesn't show %s", name, f)
			}
		}
		for _, want := range []string{"granted  clocks: the system's", "memory: 256 MiB"} {
			if !strings.Contains(form, want) {
				t.Errorf("the %s doesn't say %q", name, want)
			}
		}
	}
}

func TestFunctionsOfResourcesNameTheirs(t *testing.T) {
	for _, test := range []struct{ name, wit, want string }{
		{"[constructor]cart", "constructor()", "cart.constructor()"},
		{"[method]cart.add", "add: func(n: u32)", "cart.add: func(n: u32)"},
		{"[static]cart.version", "version: static func() -> string", "cart.version: static func() -> string"},
		{"add", "add: func()", "add: func()"},
	} {
		if got := (Function{Name: test.name, WIT: test.wit}).text(); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestHostileNamesStayText(t *testing.T) {
	const evil = "</text><script>alert(1)</script>\x1b[2J\u202e\n\x00&\"'"
	b := *example
	b.Task, b.World = evil, evil
	b.Files = []File{{evil, Host}, {evil, Sandboxed}}
	b.Exports = []Function{{evil, evil, evil, evil}, {evil, evil, evil, ""}}
	b.Asks = []Ask{{evil, nil, false, evil}}
	b.Differences = []string{evil}
	var picture, text bytes.Buffer
	if err := b.SVG(&picture); err != nil {
		t.Fatal(err)
	}
	texts(t, picture.Bytes()) // is well-formed
	b.Print(&text)
	for _, bad := range []string{"<script", "\x1b", "\u202e", "\x00"} {
		if strings.Contains(picture.String(), bad) {
			t.Errorf("the picture holds %q", bad)
		}
		if bad != "<script" && strings.Contains(text.String(), bad) {
			t.Errorf("the text holds %q", bad)
		}
	}
}

func TestCompare(t *testing.T) {
	declared := []Function{{"", "a", "func()", ""}, {"i", "b", "func()", ""}, {"i", "c", "func()", ""}}
	built := []Function{{"", "a", "func(x: u8)", ""}, {"i", "c", "func()", ""}, {"", "d", "func()", ""}}
	for what, want := range map[string][]string{
		"exports": {
			"a is func(x: u8) in the component and func() in the world: build it again",
			"the world exports i#b, and the component doesn't: build it again",
			"the component exports d, and the world doesn't: build it again",
		},
		"imports": {
			"a is func(x: u8) in the component and func() in the world: build it again",
			"the world imports i#b: the guest doesn't use it",
			"the component imports d, and the world doesn't: build it again",
		},
	} {
		if got := Compare(what, declared, built); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestHostFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":                 "module example.org/m\n",
		"host/main.go":           "package main\nimport _ \"example.org/m/host/task\"\n",
		"host/more.go":           "package main\n",
		"host/main_test.go":      "package main\n",
		"host/task/world_gen.go": "package task\n",
		"other/other.go":         "package other\n",
		"broken/broken.go":       "package",
		"nested/go.mod":          "module example.org/n\n",
		"nested/n.go":            "package n\nimport _ \"example.org/m/host/task\"\n",
		"testdata/t.go":          "package t\nimport _ \"example.org/m/host/task\"\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := HostFiles(t.Context(), filepath.Join(dir, "host", "task"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(dir, "host", "main.go"), filepath.Join(dir, "host", "more.go")}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHostFilesInterrupted(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module m\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := HostFiles(ctx, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
