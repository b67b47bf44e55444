package hostruntime

import (
	"fmt"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
)

// maxFrameBytes bounds a line of a trap's stack: names are the guest's.
const maxFrameBytes = 200

// deepFrames is how many frames must repeat themselves for a recursion to be
// called deep: wazero tells of at most 30. Engines keep a stack of their own at
// the start of memory, and know no better than to run out of it.
const deepFrames = 20

// traceName is what wazero's stack traces call a module. It becomes part of
// the compiled code, which guests share, so it says nothing of the component:
// modules of one component that have it in common are as good as never met.
func traceName(m *rewrite.Module) string {
	return fmt.Sprintf("m%dx%d", m.FuncCount, m.CodeBytes)
}

// traced returns the module that traces call name.
func (c *Component) traced(name string) *rewrite.Module {
	for i := range c.steps {
		if m := c.steps[i].parsed; m != nil && traceName(m) == name {
			return m
		}
	}
	return nil
}

// splitTrap takes wazero's error text apart: the reason, and the stack of
// core functions, innermost first: "$17(i32) i32", or "$17 name(i32) i32"
// where the module has names. Frames that repeat themselves are told once.
func splitTrap(text string) (reason string, stack []string) {
	reason, frames, _ := strings.Cut(text, "\nwasm stack trace:\n")
	reason = strings.TrimPrefix(reason, "wasm error: ")
	for line := range strings.Lines(frames) {
		line = strings.TrimSpace(line)
		if _, frame, ok := strings.Cut(line, ".$"); ok {
			line = "$" + frame
		}
		if len(line) > maxFrameBytes {
			line = strings.ToValidUTF8(line[:maxFrameBytes], "") + "…"
		}
		if line != "" {
			stack = append(stack, line)
		}
	}
	stack, repeated := foldRepeated(stack)
	if reason == "out of bounds memory access" && repeated >= deepFrames {
		reason += " in a deep recursion, where the guest's own stack may end"
	}
	return reason, stack
}
