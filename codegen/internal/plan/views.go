package plan

import (
	"slices"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// One declaration of a resource is several types in a world: what the host
// provides where the interface is imported, what the guest provides where it is
// exported, and others where it is imported under names of its own. Everything
// that has such a resource in it differs with it. A view is the interface as it
// is in one of these places: a copy in which each type with resources is one of
// its own, while the others are shared.
//
// Spec: Explainer, "Import and Export Definitions"; WIT, "Worlds".

// views makes the copies of one world.
type views struct {
	world    *wit.World
	exported map[*wit.Interface]*view // by its own name
	carries  map[*wit.TypeDef]bool    // whether a type has resources in it
}

// A view maps the declarations of one import or export to its copies.
type view struct {
	all   *views
	own   *wit.Interface // the original
	copy  *wit.Interface
	defs  map[*wit.TypeDef]*wit.TypeDef
	funcs map[*wit.Func]*wit.Func
	// export says that interfaces which the world exports are referred to as
	// such, and not as imports.
	export bool
}

func newViews(w *wit.World) *views {
	v := &views{world: w, exported: make(map[*wit.Interface]*view), carries: make(map[*wit.TypeDef]bool)}
	for i := range w.Exports {
		if it := w.Exports[i].Interface; it != nil && !w.Exports[i].Implements() {
			v.exported[it] = v.newView(it, it.Name, true)
		}
	}
	return v
}

func (v *views) newView(it *wit.Interface, name string, export bool) *view {
	made := &view{all: v, own: it, export: export, defs: make(map[*wit.TypeDef]*wit.TypeDef), funcs: make(map[*wit.Func]*wit.Func)}
	made.copy = new(*it)
	made.copy.Name = name
	return made
}

// of returns the interface of an import or export as it is there.
func (v *views) of(item wit.Item, export bool) *wit.Interface {
	var in *view
	switch {
	case item.Implements():
		in = v.newView(item.Interface, item.Name, export)
	case export:
		in = v.exported[item.Interface]
	default:
		return item.Interface
	}
	in.copy.Types = slices.Clone(in.own.Types)
	for i, def := range in.copy.Types {
		in.copy.Types[i] = in.def(def)
	}
	in.copy.Funcs = slices.Clone(in.own.Funcs)
	for i, f := range in.copy.Funcs {
		in.copy.Funcs[i] = in.function(f)
	}
	return in.copy
}

// has reports whether a declared type is a resource or has one in it.
func (v *views) has(def *wit.TypeDef) bool {
	known, ok := v.carries[def]
	if !ok {
		known = def.Resource || v.hasType(def.Shape)
		v.carries[def] = known
	}
	return known
}

func (v *views) hasType(t *wit.Type) bool {
	switch {
	case t == nil:
		return false
	case t.Def != nil:
		return v.has(t.Def)
	case t.Resource != nil:
		return true
	}
	return slices.ContainsFunc(t.Parts(), v.hasType)
}

// def returns a declaration as this view has it.
func (in *view) def(def *wit.TypeDef) *wit.TypeDef {
	if !in.all.has(def) {
		return def
	}
	owner := def.Owner.Interface
	if owner != in.own {
		if other := in.all.exported[owner]; in.export && other != nil {
			return other.def(def)
		}
		return def
	}
	if made, ok := in.defs[def]; ok {
		return made
	}
	made := &wit.TypeDef{
		Pos: def.Pos, Name: def.Name, Docs: def.Docs, Stability: def.Stability, ExternalID: def.ExternalID,
		Owner: wit.Owner{Interface: in.copy}, Resource: def.Resource, Use: def.Use,
	}
	in.defs[def] = made // before its methods, which refer to it
	made.Shape = in.typ(def.Shape)
	for _, f := range def.Methods {
		made.Methods = append(made.Methods, in.function(f))
	}
	return made
}

func (in *view) function(f *wit.Func) *wit.Func {
	if made, ok := in.funcs[f]; ok {
		return made
	}
	made := new(*f)
	in.funcs[f] = made
	if f.Resource != nil {
		made.Resource = in.def(f.Resource)
	}
	made.Params = slices.Clone(f.Params)
	for i, p := range f.Params {
		made.Params[i].Type = in.typ(p.Type)
	}
	made.Result = in.typ(f.Result)
	return made
}

// typ returns a use of a type as this view has it.
func (in *view) typ(t *wit.Type) *wit.Type {
	if !in.all.hasType(t) {
		return t
	}
	if t.Def != nil {
		return &wit.Type{Pos: t.Pos, Def: in.def(t.Def)}
	}
	made := &wit.Type{
		Pos: t.Pos, Kind: t.Kind, Length: t.Length, Elem: in.typ(t.Elem), Key: in.typ(t.Key),
		Fields: slices.Clone(t.Fields), Cases: slices.Clone(t.Cases), Labels: t.Labels,
	}
	if t.Resource != nil {
		made.Resource = in.def(t.Resource)
	}
	for i, f := range t.Fields {
		made.Fields[i].Type = in.typ(f.Type)
	}
	for i, c := range t.Cases {
		made.Cases[i].Type = in.typ(c.Type)
	}
	return made
}

// ResourceOf returns the resource that a handle type refers to, and whether it
// is a borrow; nil for every other type. A resource's name is its own handle.
func ResourceOf(t *wit.Type) (def *wit.TypeDef, borrow bool) {
	r := t.Resolve()
	switch {
	case r.Def != nil:
		def = r.Def
	case r.Kind == abi.Own, r.Kind == abi.Borrow:
		def, borrow = r.Resource, r.Kind == abi.Borrow
	}
	for def != nil && !def.Resource {
		def = def.Shape.Def
	}
	return def, borrow
}
