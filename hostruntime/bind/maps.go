package bind

import (
	"cmp"
	"maps"
	"slices"
)

// SortedKeys returns the keys of a map in ascending order, the one in which it
// is lowered: the guest sees the same bytes each time.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

// BoolKeys is SortedKeys for bools: false, then true.
func BoolKeys[V any](m map[bool]V) []bool {
	keys := make([]bool, 0, 2)
	for _, key := range [...]bool{false, true} {
		if _, ok := m[key]; ok {
			keys = append(keys, key)
		}
	}
	return keys
}
