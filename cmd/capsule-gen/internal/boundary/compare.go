package boundary

import "fmt"

// Compare returns sentences on how the functions that a world declares differ
// from those that a component has. what is "exports" or "imports".
//
// A compiler may leave out imports that a guest doesn't use. Everything else
// means that the component was built from other WIT.
func Compare(what string, declared, built []Function) []string {
	in := func(list []Function) map[string]Function {
		m := map[string]Function{}
		for _, f := range list {
			m[f.String()] = f
		}
		return m
	}
	has, wants := in(built), in(declared)
	var sentences []string
	for _, f := range declared {
		switch b, ok := has[f.String()]; {
		case !ok && what == "imports":
			sentences = append(sentences, fmt.Sprintf("the world imports %s: the guest doesn't use it", f))
		case !ok:
			sentences = append(sentences, fmt.Sprintf("the world exports %s, and the component doesn't: build it again", f))
		case b.Type != f.Type:
			sentences = append(sentences, fmt.Sprintf("%s is %s in the component and %s in the world: build it again", f, b.Type, f.Type))
		}
	}
	for _, f := range built {
		if _, ok := wants[f.String()]; !ok {
			sentences = append(sentences, fmt.Sprintf("the component %s %s, and the world doesn't: build it again", what, f))
		}
	}
	return sentences
}

// Declared gives the functions of a component the world's way of writing them,
// where their types are the same.
func Declared(declared, built []Function) {
	for i := range built {
		for _, d := range declared {
			if d.String() == built[i].String() && d.Type == built[i].Type {
				built[i].WIT = d.WIT
			}
		}
	}
}
