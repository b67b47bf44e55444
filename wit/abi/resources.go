package abi

// Handles returns the resource types of f's handles, own or borrow: one for
// each place in which one stands, in the order of the function's text. Types
// are shared graphs, so the list can be exponentially longer than they are;
// that of a function whose text isn't cut is shorter than the text.
func (f *Func) Handles() []*Resource {
	var list []*Resource
	for _, p := range f.Params {
		list = p.Type.appendHandles(list)
	}
	if f.Result != nil {
		list = f.Result.appendHandles(list)
	}
	return list
}

func (t *Type) appendHandles(list []*Resource) []*Resource {
	if t == nil {
		return list
	}
	if t.Resource != nil {
		return append(list, t.Resource)
	}
	list = t.Key.appendHandles(list)
	list = t.Elem.appendHandles(list)
	for _, f := range t.Fields {
		list = f.Type.appendHandles(list)
	}
	for _, c := range t.Cases {
		list = c.Type.appendHandles(list)
	}
	return list
}
