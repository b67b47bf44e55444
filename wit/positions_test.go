package wit

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestPositions looks at the place of every part of the models of the examples:
// the text there starts with the part's name, or for a type with the type.
func TestPositions(t *testing.T) {
	paths, err := filepath.Glob("testdata/load/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		for _, f := range archive.Files {
			unpack(t, filepath.Join(dir, f.Name), f.Data)
		}
		set := options(string(archive.Comment))
		if set["renames"] != "" {
			continue // what it brings has other names in its text
		}
		r, err := Load(t.Context(), filepath.Join(dir, set["file"]), Options{Features: features(set)})
		if err != nil {
			t.Fatal(err)
		}
		p := placeChecker{t: t, lines: make(map[string][]string)}
		p.resolved(r)
		if p.seen < 3 {
			t.Errorf("%s: only %d parts have a place", path, p.seen)
		}
	}
}

type placeChecker struct {
	t     *testing.T
	lines map[string][]string // by file
	seen  int
}

// at checks that the text at a position starts with one of the given words.
func (p *placeChecker) at(pos Position, words ...string) {
	p.t.Helper()
	if p.lines[pos.File] == nil {
		data, err := os.ReadFile(pos.File)
		if err != nil {
			p.t.Errorf("%q has no place: %v", words, err)
			return
		}
		p.lines[pos.File] = strings.Split(string(data), "\n")
	}
	p.seen++
	rest := strings.TrimPrefix(string([]rune(p.lines[pos.File][pos.Line-1])[pos.Column-1:]), "%")
	if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(rest, w) }) {
		p.t.Errorf("%s is the place of %q, and there stands %q", pos, words, rest)
	}
}

func (p *placeChecker) resolved(r *Resolved) {
	for _, pkg := range r.Packages {
		p.at(pkg.Pos, pkg.Namespace+":"+pkg.Name)
		for _, it := range pkg.Interfaces {
			p.iface(it)
		}
		for _, w := range pkg.Worlds {
			p.at(w.Pos, w.Name)
			p.types(w.Types)
			for _, item := range slices.Concat(w.Imports, w.Exports) {
				p.item(item)
			}
		}
	}
}

func (p *placeChecker) item(i Item) {
	switch {
	case i.Func != nil:
		p.fn(i.Func)
	case i.Interface.Inline:
		p.iface(i.Interface)
	}
	if i.Pos.Line == 0 {
		if i.Interface == nil || i.Interface.Inline {
			p.t.Errorf("%s has no place", i.Name)
		}
		return
	}
	// An item of an include is where that names the world.
	line := p.lines[i.Pos.File]
	if line != nil && strings.Contains(line[i.Pos.Line-1], "include ") {
		return
	}
	short := i.Name[strings.LastIndexByte(i.Name, '/')+1:]
	short, _, _ = strings.Cut(short, "@")
	if i.Func != nil {
		short = i.Func.Name
	}
	p.at(i.Pos, short, "stuff") // a name that an example gives an interface
}

func (p *placeChecker) iface(it *Interface) {
	if !it.Inline {
		p.at(it.Pos, it.Name)
	}
	p.types(it.Types)
	for _, f := range it.Funcs {
		p.fn(f)
	}
}

func (p *placeChecker) fn(f *Func) {
	p.at(f.Pos, f.Name, "run") // which an example renames
	for i, param := range f.Params {
		if f.Kind == Method && i == 0 {
			continue // self is not in the text
		}
		p.at(param.Pos, param.Name)
		p.typ(param.Type)
	}
	if f.Result != nil && (f.Kind != Constructor || f.Fallible()) {
		p.typ(f.Result)
	}
}

func (p *placeChecker) types(defs []*TypeDef) {
	for _, def := range defs {
		p.at(def.Pos, def.Name)
		if def.Shape == nil {
			continue
		}
		for _, f := range def.Shape.Fields {
			if f.Name != "" {
				p.at(f.Pos, f.Name)
			}
			p.typ(f.Type)
		}
		for _, c := range append(slices.Clone(def.Shape.Cases), def.Shape.Labels...) {
			if c.Type != nil && c.Name != "ok" && c.Name != "error" {
				p.typ(c.Type)
			}
			if c.Pos.Line > 0 && c.Name != "ok" && c.Name != "error" {
				p.at(c.Pos, c.Name)
			}
		}
	}
}

// typ checks a type where it is used.
func (p *placeChecker) typ(t *Type) {
	switch {
	case t.Def != nil:
		p.at(t.Pos, t.Def.Name)
	case t.Resource != nil:
		p.at(t.Pos, t.Resource.Name, "token") // an alias in an example
	default:
		p.at(t.Pos, t.Kind.String())
	}
	for _, part := range []*Type{t.Elem, t.Key} {
		if part != nil {
			p.typ(part)
		}
	}
}
