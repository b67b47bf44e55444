package golang

import (
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/dave/jennifer/jen"
)

// doc writes a doc comment: the WIT documentation or, where there is none,
// the given sentence, then the WIT declaration as an indented block.
//
// Documentation comes from people who need not be trusted. Each of its lines
// becomes one that starts with "// ", so that none can end the comment or
// be a directive.
func doc(g *jen.Group, docs, sentence string, declaration ...string) {
	lines := guest.Lines(docs)
	if len(lines) == 0 && sentence != "" {
		lines = []string{sentence}
	}
	comment(g, lines)
	if len(declaration) == 0 {
		return
	}
	if len(lines) > 0 {
		g.Comment("//")
	}
	for _, line := range declaration {
		g.Comment("//\t" + line)
	}
}

func comment(g *jen.Group, lines []string) {
	for _, line := range lines {
		// The one directive that may follow a blank: gofmt moves it to the top
		// of the file, wherever it stands.
		if strings.HasPrefix(strings.TrimSpace(line), "+build") {
			line = `\` + strings.TrimSpace(line)
		}
		g.Comment(strings.TrimRight("// "+line, " "))
	}
}
