package wit

import (
	"maps"
	"slices"
)

const (
	maxHintLength     = 64
	maxHintCandidates = 2000
)

// suggest gives an error about an unknown name the known name that is most like
// it, if one is like it at all.
func (e *Error) suggest(unknown string, known []string) {
	if len(unknown) > maxHintLength || len(known) > maxHintCandidates {
		return
	}
	slices.Sort(known)
	// Of a short name half may be wrong, of a longer one a third.
	best, least := "", min(max(len(unknown)/3, 1), len(unknown)/2)+1
	for _, k := range known {
		if len(k) > maxHintLength || k == unknown {
			continue
		}
		if d := distance(unknown, k); d < least {
			best, least = k, d
		}
	}
	if best != "" {
		e.Hint = "did you mean " + quoted(best) + "?"
	}
}

// distance returns how many bytes to insert, delete, replace or swap with their
// neighbour make b of a.
func distance(a, b string) int {
	var before []int
	last, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, make([]int, len(b)+1)
	}
	return last[len(b)]
}

func keys[V any](m map[string]V) []string { return slices.Collect(maps.Keys(m)) }
