package golang

import (
	"go/build/constraint"
	"go/format"
	"strings"
	"testing"

	"github.com/dave/jennifer/jen"
)

// Whatever documentation says, what comes out is a comment.
func TestDocumentationIsNoDirective(t *testing.T) {
	for _, docs := range []string{
		"+build ignore", " +build ignore", "\t+build\tignore", "+build", "one\n+build ignore\ntwo",
		"//go:build ignore", "go:build ignore", "//line x.go:1", "line x.go:1", "*/ func init() {} /*", "\n\n+build ignore\n",
	} {
		f := jen.NewFile("p")
		doc(f.Group, docs, "", "f: func()")
		f.Var().Id("x").Int()
		source, err := format.Source([]byte(f.GoString()))
		if err != nil {
			t.Errorf("%q: %v", docs, err)
			continue
		}
		for line := range strings.Lines(string(source)) {
			line = strings.TrimSuffix(line, "\n")
			if constraint.IsGoBuild(line) || constraint.IsPlusBuild(line) || strings.HasPrefix(line, "//line") || strings.HasPrefix(line, "func") {
				t.Errorf("%q gives the line %q", docs, line)
			}
		}
	}
}
