//go:build guests && !conformance

package differential

// The subset that runs with every change.
const (
	worlds        = 1
	typesPerWorld = 60
	pairsPerWorld = 400
	leastTypes    = 60
	leastPairs    = 400
)
