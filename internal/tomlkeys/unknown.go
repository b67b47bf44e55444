package tomlkeys

import (
	"fmt"
	"slices"
	"strings"
)

// Unknown says that a key isn't known, and which of the known ones was meant or,
// where none is like it, all of them.
func Unknown(key string, known []string) string {
	text := "unknown key " + Quote(key)
	switch near := Nearest(key, known); {
	case near != "":
		text += fmt.Sprintf(" (did you mean %q?)", near)
	case len(known) > 0:
		list := slices.Clone(known)
		slices.Sort(list)
		text += fmt.Sprintf(" (want one of %s)", strings.Join(list, ", "))
	}
	return text
}

// maxWord bounds the words that are compared, for which the time is the product
// of their lengths.
const maxWord = 64

// Nearest returns the known word that is most like word, empty where none is:
// one letter of four may be another, and neither upper case nor hyphens and
// underscores count.
func Nearest(word string, known []string) string {
	if len(word) > maxWord {
		return ""
	}
	plain := func(s string) string { return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(s)) }
	met := plain(word)
	best, least := "", 1+len(met)/4+1
	if len(met) < 3 {
		least = 1 // anything would be near
	}
	for _, k := range known {
		if d := distance(met, plain(k)); d < least || d == least && k < best {
			best, least = k, d
		}
	}
	return best
}

// distance returns how many bytes to insert, delete, replace or swap with their
// neighbour make b of a.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			if i == 0 || j == 0 {
				rows[i][j] = i + j
				continue
			}
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			least := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				least = min(least, rows[i-2][j-2]+1)
			}
			rows[i][j] = least
		}
	}
	return rows[len(a)][len(b)]
}
