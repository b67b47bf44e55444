package guest

import "github.com/capsule-kit/capsule/wit"

// WorldFuncs returns the functions among a world's items. None of them, here
// and below, is the getter or setter of a property: see Problem.Accessors.
func WorldFuncs(items []wit.Item) []*wit.Func {
	var out []*wit.Func
	for _, item := range items {
		if item.Func != nil && item.Func.Accessor == wit.NoAccessor {
			out = append(out, item.Func)
		}
	}
	return out
}

// PlainFuncs returns the functions of list that belong to no resource.
func PlainFuncs(list []*wit.Func) []*wit.Func {
	var out []*wit.Func
	for _, f := range list {
		if f.Accessor == wit.NoAccessor && f.Kind == wit.Freestanding {
			out = append(out, f)
		}
	}
	return out
}

// Methods returns the functions of a resource.
func Methods(t *wit.TypeDef) []*wit.Func {
	var out []*wit.Func
	for _, f := range t.Methods {
		if f.Accessor == wit.NoAccessor {
			out = append(out, f)
		}
	}
	return out
}
