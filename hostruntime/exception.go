package hostruntime

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	// quickJSException finds an exception in the debug form in which
	// componentize-qjs reports it, also where the text before has been cut off.
	quickJSException = regexp.MustCompile(`Exception \{ message: Some\("((?:[^"\\]|\\.)*)"\)`)
	// pythonValue finds the one that componentize-py reports when a result
	// doesn't have the type that it should.
	pythonValue = regexp.MustCompile(`PyErr \{ type: <class '([^']*)'>, value: ([^\n]*?), traceback:`)
	// pythonLine is an exception that has no traceback of the guest's.
	pythonLine = regexp.MustCompile(`(?m)^([A-Za-z_.]*(?:Error|Exception|Exit|Interrupt)(?:: .*)?)$`)
	// pythonObject is how Python tells of an exception when it has no memory left
	// to write a traceback with.
	pythonObject = regexp.MustCompile(`(?m)^object repr +: ([^\n]*)\nlost sys\.stderr$`)
	// starlingMemory is how StarlingMonkey ends for want of memory.
	starlingMemory = regexp.MustCompile(`(?m)^"(out of memory)"\nRedirecting call to abort\(\)`)
	// rustEscape is a character in a Rust debug string that Go writes otherwise.
	rustEscape = regexp.MustCompile(`\\u\{([0-9a-fA-F]{1,6})\}`)
)

// maxException bounds what is kept of an exception: its text is in the error's,
// which hosts log.
const maxException = 1000

// exception returns the uncaught exception that stderr tells of as one line, cut
// where it is long; empty if there is none.
func exception(stderr string) string {
	return cutText(lineBreak.ReplaceAllString(findException(stderr), " "), maxException)
}

// lineBreak matches what ends a line, with what stands about it: in a log a guest's
// second line would pass for one of the host's.
var lineBreak = regexp.MustCompile(`[ \t]*[\r\n]\s*`)

// findException finds the uncaught exception in what a guest's engine wrote to
// standard error as it gave up. Engines have no other way to tell; each has
// forms of its own, and the text is the guest's, so this is for people to read
// and nothing to decide by. Empty if nothing was found.
func findException(stderr string) string {
	if reason := quickJSReason(stderr); reason != "" {
		return reason
	}
	if m := quickJSException.FindAllStringSubmatch(stderr, -1); m != nil {
		return unquoteRust(m[len(m)-1][1])
	}
	if m := pythonObject.FindAllStringSubmatch(stderr, -1); m != nil {
		return m[len(m)-1][1]
	}
	if m := starlingMemory.FindStringSubmatch(stderr); m != nil {
		return m[1]
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
	if m := pythonValue.FindAllStringSubmatch(stderr, -1); m != nil {
		return unquoteRust(m[len(m)-1][2])
	}
	if m := pythonLine.FindAllString(stderr, -1); m != nil {
		return m[len(m)-1]
	}
	if message, _, found := strings.Cut(stderr, "\nStack:\n"); found {
		// StarlingMonkey: the message, then the frames.
		return message[strings.LastIndexByte(message, '\n')+1:]
	}
	return ""
}

// unquoteRust undoes the escapes of a Rust debug string; what it can't undo
// stays as it is.
func unquoteRust(text string) string {
	inGo := rustEscape.ReplaceAllStringFunc(text, func(escape string) string {
		code, err := strconv.ParseUint(rustEscape.FindStringSubmatch(escape)[1], 16, 32)
		if err != nil {
			return escape
		}
		return fmt.Sprintf(`\U%08x`, code)
	})
	if message, err := strconv.Unquote(`"` + strings.ReplaceAll(inGo, `\'`, `'`) + `"`); err == nil {
		return message
	}
	return text
}
