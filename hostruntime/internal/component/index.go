package component

// A nameIndex finds items of a list by name. The zero value searches the
// list; build makes it quick for long ones. Copies of a type share it: they
// have the same names in the same order.
type nameIndex map[string]int

const indexFrom = 8 // shorter lists are searched

func buildIndex(items []NamedExtern) nameIndex {
	if len(items) < indexFrom {
		return nil
	}
	index := make(nameIndex, len(items))
	for i := range items {
		index[items[i].Name] = i
	}
	return index
}

func (x nameIndex) find(items []NamedExtern, name string) *Extern {
	if x != nil {
		if i, ok := x[name]; ok {
			return &items[i].Extern
		}
		return nil
	}
	for i := range items {
		if items[i].Name == name {
			return &items[i].Extern
		}
	}
	return nil
}

// A shape is what the limits and shortcuts of type checking ask of a type.
type shape struct {
	depth int
	// size counts the nodes of the type with every reference expanded.
	size int
	// resources says that the type mentions resource types, bound or not.
	resources bool
	// values says that values are exported in it.
	values bool
}

// add takes part into account as a part of the whole.
func (s *shape) add(part shape) {
	s.depth = max(s.depth, part.depth+1)
	s.size = min(s.size+part.size, maxTypeSize+1)
	s.resources = s.resources || part.resources
	s.values = s.values || part.values
}
