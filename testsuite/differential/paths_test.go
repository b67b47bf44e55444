//go:build guests || conformance

package differential

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// paths lists where two wire forms differ, as "path: a | b".
func paths(at string, a, b any) []string {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	var list []string
	switch x := a.(type) {
	case []any:
		if y, ok := b.([]any); ok && len(x) == len(y) {
			for i := range x {
				list = append(list, paths(fmt.Sprintf("%s[%d]", at, i), x[i], y[i])...)
			}
			return list
		}
	case map[string]any:
		if y, ok := b.(map[string]any); ok && slices.Equal(slices.Sorted(maps.Keys(x)), slices.Sorted(maps.Keys(y))) {
			for _, key := range slices.Sorted(maps.Keys(x)) {
				list = append(list, paths(at+"."+key, x[key], y[key])...)
			}
			return list
		}
	}
	return []string{cut(fmt.Sprintf("%s: %v | %v", at, a, b))}
}
