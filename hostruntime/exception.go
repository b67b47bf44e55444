package hostruntime

import (
	"regexp"
	"strconv"
	"strings"
)

// quickJSException finds the exception in the debug form in which
// componentize-qjs reports it.
var quickJSException = regexp.MustCompile(`Exception \{ message: (?:Some\(("(?:[^"\\]|\\.)*")\)|None)`)

// exception finds the uncaught exception in what a guest's engine wrote to
// standard error as it gave up. Engines have no other way to tell; each has a
// form of its own, and the text is the guest's, so this is for people to read
// and nothing to decide by. Empty if nothing was found.
func exception(stderr string) string {
	if m := quickJSException.FindAllStringSubmatch(stderr, -1); m != nil {
		if message, err := strconv.Unquote(m[len(m)-1][1]); err == nil {
			return message
		}
	}
	if i := strings.LastIndex(stderr, "Traceback (most recent call last):\n"); i >= 0 {
		// Python: after the frames, which are indented, the exception.
		for line := range strings.Lines(stderr[i:]) {
			line = strings.TrimRight(line, "\n")
			if line != "" && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "Traceback") {
				return line
			}
		}
	}
	if message, _, found := strings.Cut(stderr, "\nStack:\n"); found {
		// StarlingMonkey: the message, then the frames.
		return message[strings.LastIndexByte(message, '\n')+1:]
	}
	return ""
}
