//go:build guests && !conformance

package differential

// The subset that runs with every change.
const (
	worlds        = 1
	typesPerWorld = 80
	pairsPerWorld = 480
	leastTypes    = 80
	leastPairs    = 480
)
