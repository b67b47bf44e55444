//go:build conformance

package differential

const (
	worlds        = 4
	typesPerWorld = 100
	pairsPerWorld = 800
	leastTypes    = 300
	leastPairs    = 2000
)
