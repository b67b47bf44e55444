package abi

import (
	"slices"
	"sync"
)

// manyCases is from where on cases are looked up in an index.
const manyCases = 16

// caseNames is the index of a type's cases by name, made on first use. Copies
// of the type share it.
type caseNames struct {
	once  sync.Once
	index map[string]int
}

// CaseIndex returns the index of the case called name of a Variant, Enum or
// Result, -1 where there is none. Its time doesn't grow with the number of
// cases: guests choose both the types and how many values cross.
func (t *Type) CaseIndex(name string) int {
	if t.names == nil {
		return slices.IndexFunc(t.Cases, func(c Case) bool { return c.Name == name })
	}
	t.names.once.Do(func() {
		t.names.index = make(map[string]int, len(t.Cases))
		for i, c := range t.Cases {
			t.names.index[c.Name] = i
		}
	})
	if i, ok := t.names.index[name]; ok {
		return i
	}
	return -1
}

// CaseType returns the payload type of case i of a variant-like type, nil
// where it has none. For Option case 0 is none and case 1 is some.
func (t *Type) CaseType(i int) *Type {
	if t.Kind == Option {
		if i == 1 {
			return t.Elem
		}
		return nil
	}
	return t.Cases[i].Type
}

// CaseCount returns the number of cases of a variant-like type.
func (t *Type) CaseCount() int {
	if t.Kind == Option {
		return 2
	}
	return len(t.Cases)
}
