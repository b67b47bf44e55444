package link

import "fmt"

// Limits on what one component may unfold to. Nested components are
// instantiated any number of times, so a short component can describe an
// exponential plan. Python's guests, the largest known, have 1 component
// instance, 14 core instances and about 300 trampolines.
const (
	maxInstances     = 1 << 10
	maxSteps         = 1 << 12
	maxTrampolines   = 1 << 16
	maxFunctions     = 1 << 16
	maxResources     = 1 << 14
	maxValues        = 1 << 16
	maxBundleEntries = 1 << 20
	// maxPath bounds the names of imported instances within each other, in
	// bytes.
	maxPath = 1 << 12
	// maxWork bounds the definitions that are evaluated and the entries of
	// instance types that are gone through, with each instance anew.
	maxWork = 1 << 20
	// maxSources bounds the imports of all core instances.
	maxSources = 1 << 18
	// minCode is how many bytes of core modules all core instances may be made
	// of, the same module counting each time; larger components may have twice
	// their own size.
	minCode = 1 << 25
)

// An Error says why a valid component can't be planned.
type Error struct {
	// Offset is the byte offset of the definition.
	Offset int
	Msg    string
}

// Error describes the failure with its offset.
func (e *Error) Error() string { return fmt.Sprintf("at offset %d: %s", e.Offset, e.Msg) }

// fail makes the first failure stick. Nothing is planned after the definition
// in which it happens; what that one still does is bounded by its own size.
func (b *builder) fail(format string, args ...any) {
	if b.err == nil {
		b.err = &Error{Offset: b.offset, Msg: fmt.Sprintf(format, args...)}
	}
}

// spend counts n more steps.
func (b *builder) spend(n int) {
	b.work += n
	b.limit(b.work, maxWork, "definitions and exports")
}

func (b *builder) limit(n, most int, what string) {
	if n >= most {
		b.fail("the component unfolds to more than %d %s", most, what)
	}
}
