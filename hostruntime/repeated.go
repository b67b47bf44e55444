package hostruntime

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	// maxPeriod is how many functions that call each other in turn are seen to
	// repeat themselves, minRepeated how often they must before that is worth a
	// line of its own.
	maxPeriod   = 4
	minRepeated = 3
)

// foldRepeated returns the lines of a stack with what repeats itself, as in a
// deep recursion, told once and followed by a count, as Python does it. repeated
// is how many lines there were of the longest such run; 0 for none.
func foldRepeated(lines []string) (folded []string, repeated int) {
	for i := 0; i < len(lines); {
		period, times := repetition(lines[i:])
		folded = append(folded, lines[i:i+period]...)
		switch {
		case times == 0:
		case period == 1:
			folded = append(folded, fmt.Sprintf("[previous line repeated %d more times]", times))
		default:
			folded = append(folded, fmt.Sprintf("[previous %d lines repeated %d more times]", period, times))
		}
		if times > 0 {
			repeated = max(repeated, period*(times+1))
		}
		i += period * (times + 1)
	}
	return folded, repeated
}

// repetition returns how many lines at the start of a list, which isn't empty,
// are repeated, and how many times more; 1 and 0 if they aren't.
func repetition(lines []string) (period, times int) {
	for period = 1; period <= maxPeriod; period++ {
		times = 0
		for at := period; at+period <= len(lines) && slices.Equal(lines[at:at+period], lines[:period]); at += period {
			times++
		}
		if times >= minRepeated {
			return period, times
		}
	}
	return 1, 0
}

// starlingFrame is a line of the stack that StarlingMonkey writes, whose length
// nothing bounds but the engine's stack.
var starlingFrame = regexp.MustCompile(`^ +[^\s@]*@[^\s@]+:[0-9]+:[0-9]+$`)

// foldFrames folds the stacks within a text of an engine's; other lines stay as
// they are.
func foldFrames(text string) string {
	lines := strings.Split(text, "\n")
	var folded []string
	for i := 0; i < len(lines); {
		end := i
		for end < len(lines) && starlingFrame.MatchString(lines[end]) {
			end++
		}
		if end == i {
			folded = append(folded, lines[i])
			i++
			continue
		}
		stack, _ := foldRepeated(lines[i:end])
		for _, line := range stack {
			if strings.HasPrefix(line, "[") {
				line = "  " + line
			}
			folded = append(folded, line)
		}
		i = end
	}
	return strings.Join(folded, "\n")
}
