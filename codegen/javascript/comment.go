package javascript

import (
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
)

// jsdoc returns a JSDoc comment of a WIT documentation text and tags of our
// own, or nothing when there is neither.
func jsdoc(indent, docs string, tags ...string) string {
	lines := guest.Lines(docs)
	for i, l := range lines {
		lines[i] = prose(l)
	}
	if len(lines)+len(tags) == 0 {
		return ""
	}
	if len(lines)+len(tags) == 1 {
		return indent + "/** " + append(lines, tags...)[0] + " */\n"
	}
	if len(lines) > 0 && len(tags) > 0 {
		lines = append(lines, "")
	}
	var b strings.Builder
	b.WriteString(indent + "/**\n")
	for _, l := range append(lines, tags...) {
		if l == "" {
			b.WriteString(indent + " *\n")
		} else {
			b.WriteString(indent + " * " + l + "\n")
		}
	}
	b.WriteString(indent + " */\n")
	return b.String()
}

// prose keeps one line of text from ending the comment, from being a tag, and
// from opening a code block that would swallow the tags after it.
func prose(line string) string {
	line = strings.ReplaceAll(line, "*/", `*\/`)
	line = strings.ReplaceAll(line, "```", `\`+"`\\`\\`")
	at := strings.IndexFunc(line, func(r rune) bool { return r != ' ' && r != '*' })
	if at >= 0 && line[at] == '@' {
		line = line[:at] + `\` + line[at:]
	}
	return line
}
