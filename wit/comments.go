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
	// WIT has no string literals, so two slashes are a comment wherever they are.
	for at := 0; at < len(text); {
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
func commentEnd(text []byte) int {
	switch {
	case bytes.HasPrefix(text, []byte("//")):
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			return end
		}
		return len(text)
	case !bytes.HasPrefix(text, []byte("/*")):
		return 0
	}
	depth := 0 // block comments nest
	for at := 0; at < len(text); {
		switch rest := text[at:]; {
		case bytes.HasPrefix(rest, []byte("/*")):
			depth++
			at += 2
		case bytes.HasPrefix(rest, []byte("*/")):
			depth--
			at += 2
			if depth == 0 {
				return at
			}
		default:
			at++
		}
	}
	return -1
}
