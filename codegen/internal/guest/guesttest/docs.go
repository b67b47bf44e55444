package guesttest

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
)

// SetDocs replaces every documentation text that w reaches, in a fixed order.
func SetDocs(w *wit.World, text func() string) {
	w.Docs = text()
	reach := guest.Reach(w)
	seen := map[*wit.Interface]bool{}
	for _, i := range append(reach.Imports, reach.Exports...) {
		if seen[i] {
			continue
		}
		seen[i] = true
		i.Docs = text()
		setTypes(i.Types, text)
		setFuncs(i.Funcs, text)
	}
	setTypes(w.Types, text)
	for _, item := range append(w.Imports[:len(w.Imports):len(w.Imports)], w.Exports...) {
		if item.Func != nil {
			item.Func.Docs = text()
		}
	}
}

func setTypes(list []*wit.TypeDef, text func() string) {
	for _, d := range list {
		d.Docs = text()
		setFuncs(d.Methods, text)
		if d.Shape == nil {
			continue
		}
		for i := range d.Shape.Fields {
			d.Shape.Fields[i].Docs = text()
		}
		for i := range d.Shape.Cases {
			d.Shape.Cases[i].Docs = text()
		}
		for i := range d.Shape.Labels {
			d.Shape.Labels[i].Docs = text()
		}
	}
}

func setFuncs(list []*wit.Func, text func() string) {
	for _, f := range list {
		f.Docs = text()
	}
}

// CheckVisible fails if a file has a character that can hide or reorder text.
func CheckVisible(t *testing.T, path string, data []byte) {
	t.Helper()
	if !utf8.Valid(data) {
		t.Errorf("%s is not UTF-8", path)
	}
	for _, r := range string(data) {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
			t.Errorf("%s has the character %U", path, r)
		}
	}
}
