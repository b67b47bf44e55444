package wit

import "bytes"

// StripComments returns WIT text without its comments, documentation among
// them: blanks take their place, and line breaks stay, so that everything else
// keeps its line and its byte offset.
//
// It is for tools that make more of documentation than prose. The text need
// not be correct: from a block comment without an end, which such a tool is to
// report, it stays as it is.
func StripComments(text []byte) []byte {
	stripped := bytes.Clone(text)
	for at := 0; at < len(text); {
		if text[at] == '"' {
			at += stringEnd(text[at:])
			continue
		}
		end := commentEnd(text[at:])
		if end < 0 {
			break
		}
		for i := at; i < at+end; i++ {
			if c := text[i]; c != '\n' && c != '\r' {
				stripped[i] = ' '
			}
		}
		at += max(end, 1)
	}
	return stripped
}

// commentEnd returns the length of the comment that text starts with: 0 where
// there is none, and -1 where it has no end.
func commentEnd[T ~string | ~[]byte](text T) int {
	if len(text) < 2 || text[0] != '/' {
		return 0
	}
	switch text[1] {
	case '/':
		for i := range len(text) {
			if text[i] == '\n' {
				return i
			}
		}
		return len(text)
	case '*':
		return blockEnd(text)
	}
	return 0
}

// stringEnd returns the length of the string literal that text starts with;
// one without an end goes on to the end of the line.
func stringEnd[T ~string | ~[]byte](text T) int {
	for at := 1; at < len(text); at++ {
		switch text[at] {
		case '\\':
			if at+1 < len(text) && text[at+1] != '\n' {
				at++
			}
		case '\n':
			return at
		case '"':
			return at + 1
		}
	}
	return len(text)
}

// blockEnd is commentEnd for block comments, which nest.
func blockEnd[T ~string | ~[]byte](text T) int {
	depth := 0
	for at := 0; at+1 < len(text); at++ {
		switch {
		case text[at] == '/' && text[at+1] == '*':
			depth++
			at++
		case text[at] == '*' && text[at+1] == '/':
			depth--
			at++
			if depth == 0 {
				return at + 1
			}
		}
	}
	return -1
}
