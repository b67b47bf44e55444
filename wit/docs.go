package wit

import "strings"

// docsOf returns the documentation that stands between two tokens: the text of
// all comments there, of those with two slashes too, as other WIT tools take
// them. What indents all of it goes, and blanks at the ends of lines.
//
// The text starts with space, after its comments; found is false where there
// are none.
func docsOf(text string) (docs string, found bool) {
	var parts []string
	for text != "" {
		end := commentEnd(text)
		if end <= 0 {
			text = text[1:]
			continue
		}
		parts = append(parts, commentText(text[:end]))
		text = text[end:]
	}
	if parts == nil {
		return "", false
	}
	indent := -1
	for _, part := range parts {
		if n := len(part) - len(strings.TrimLeft(part, " \t\r\n")); part != "" && (indent < 0 || n < indent) {
			indent = n
		}
	}
	margin := strings.Repeat(" ", max(indent, 0))
	var out strings.Builder
	for _, part := range parts {
		part = strings.ReplaceAll(part, "\r\n", "\n")
		out.WriteString(strings.TrimPrefix(part, margin))
		out.WriteByte('\n')
	}
	return strings.TrimRight(out.String(), "\n"), true
}

// commentText returns a comment without what makes it one.
func commentText(comment string) string {
	if body, ok := strings.CutPrefix(comment, "/*"); ok {
		body = strings.TrimSuffix(strings.TrimPrefix(body, "*"), "*/")
		if comment == "/**/" {
			body = ""
		}
		return strings.TrimRight(body, " \t\r\n")
	}
	return strings.TrimRight(strings.TrimLeft(comment, "/"), " \t\r\n")
}
