// Package plan turns a world into what an emitter of host bindings needs:
// which types and functions there are, in which order, and which of them the
// bindings cannot express. It knows no target language.
package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A World is a world as host bindings see it.
type World struct {
	*wit.World
	// Types are the named types to declare, in WIT order: those of the
	// imported interfaces, of the world itself, of the exported interfaces,
	// then those of other packages that these refer to.
	Types []*wit.TypeDef
	// Served are the imports that the host program serves. Imports from
	// wasi packages are the runtime's and not among them.
	Served []*Group
	// Called are the exports that the host program calls.
	Called []*Group
}

// A Group is the functions of one imported or exported interface, or those
// that a world imports or exports itself.
type Group struct {
	// Interface is nil for the world's own functions.
	Interface *wit.Interface
	Funcs     []*wit.Func
}

// Name returns what the component calls the interface; empty for the world's
// own functions.
func (g *Group) Name() string {
	if g.Interface == nil {
		return ""
	}
	return g.Interface.ID()
}

// New plans bindings for w.
//
// Errors: wit.Errors or *wit.Error, with the position of each part of w that
// bindings cannot express yet.
func New(w *wit.World) (*World, error) {
	b := &builder{plan: &World{World: w}, seen: make(map[*wit.TypeDef]bool), said: make(map[wit.Error]bool)}
	b.listed = make(map[*wit.Interface]bool)
	for _, item := range slices.Concat(w.Imports, w.Exports) {
		b.listed[item.Interface] = true
	}
	b.own = make(map[*wit.TypeDef]bool)
	for _, def := range w.Types {
		b.own[def] = true
	}
	b.plan.Served = b.groups(w.Imports, func(it *wit.Interface) bool { return !isWASI(it) })
	for _, def := range w.Types {
		b.declare(def)
	}
	b.plan.Called = b.groups(w.Exports, func(*wit.Interface) bool { return true })
	b.plan.Types = append(b.plan.Types, b.foreign...)
	if err := b.errs.Err(); err != nil {
		return nil, err
	}
	return b.plan, nil
}

func isWASI(it *wit.Interface) bool { return !it.Inline && it.Package.Namespace == "wasi" }

type builder struct {
	plan    *World
	foreign []*wit.TypeDef          // reached, but in no interface of the world
	listed  map[*wit.Interface]bool // what the world imports or exports
	own     map[*wit.TypeDef]bool   // the world's own types
	seen    map[*wit.TypeDef]bool
	errs    wit.Errors
	said    map[wit.Error]bool
}

// groups collects the functions of imports or exports and declares the types
// of their interfaces.
func (b *builder) groups(items []wit.Item, want func(*wit.Interface) bool) []*Group {
	var groups []*Group
	own := &Group{}
	for _, item := range items {
		if item.Func != nil {
			own.Funcs = append(own.Funcs, item.Func)
			continue
		}
		if !want(item.Interface) {
			continue
		}
		for _, def := range item.Interface.Types {
			b.declare(def)
		}
		if len(item.Interface.Funcs) > 0 {
			groups = append(groups, &Group{Interface: item.Interface, Funcs: item.Interface.Funcs})
		}
	}
	if len(own.Funcs) > 0 {
		groups = append(groups, own)
	}
	for _, g := range groups {
		for _, f := range g.Funcs {
			b.function(f)
		}
	}
	return groups
}

func (b *builder) refuse(pos wit.Position, format string, args ...any) {
	refusal := wit.Error{Pos: pos, Code: wit.CodeUnsupported, Msg: fmt.Sprintf(format, args...)}
	if !b.said[refusal] { // an interface may be imported and exported
		b.said[refusal] = true
		b.errs = append(b.errs, &refusal)
	}
}

func (b *builder) declare(def *wit.TypeDef) {
	if b.seen[def] {
		return
	}
	b.seen[def] = true
	b.plan.Types = append(b.plan.Types, def)
	b.check(def)
}

// check looks at what a definition is made of, once.
func (b *builder) check(def *wit.TypeDef) {
	if def.Resource {
		b.refuse(def.Pos, "resource %q: resources cannot be bound to Go yet", def.Name)
		return
	}
	b.shape(def.Shape, def.Pos, fmt.Sprintf("type %q", def.Name))
}

func (b *builder) function(f *wit.Func) {
	what := fmt.Sprintf("function %q", f.Name)
	if f.Async {
		b.refuse(f.Pos, "%s: async functions cannot be bound to Go yet", what)
	}
	if f.Resource != nil {
		// The resource is reported where it is declared, unless that is in
		// an interface which is not bound.
		b.use(f.Resource)
		return
	}
	for _, p := range f.Params {
		b.shape(p.Type, f.Pos, what)
	}
	if f.Result != nil {
		b.shape(f.Result, f.Pos, what)
	}
	// Components are compared with this text: a cut one would equal others.
	if text := f.ABI().String(); strings.HasSuffix(text, "…") {
		b.refuse(f.Pos, "%s: its type takes more than %d bytes when named types are written out", what, abi.MaxText)
	}
}

// use notes a type that is referred to.
func (b *builder) use(def *wit.TypeDef) {
	if b.seen[def] || b.declaredInTurn(def) {
		return
	}
	b.seen[def] = true
	b.foreign = append(b.foreign, def)
	b.check(def)
}

// declaredInTurn reports whether a type is declared with the world or with
// one of the interfaces that the world imports or exports.
func (b *builder) declaredInTurn(def *wit.TypeDef) bool {
	if it := def.Owner.Interface; it != nil {
		return !isWASI(it) && b.listed[it]
	}
	return b.own[def]
}

// shape looks for what cannot be bound in a use of a type.
func (b *builder) shape(t *wit.Type, pos wit.Position, what string) {
	if t == nil {
		return
	}
	if t.Def != nil {
		b.use(t.Def)
		return
	}
	switch t.Kind {
	case abi.Own, abi.Borrow:
		b.use(t.Resource)
	case abi.Stream, abi.Future, abi.Map:
		b.refuse(pos, "%s: %s types cannot be bound to Go yet", what, t.Kind)
	case abi.ErrorContext:
		b.refuse(pos, "%s: error-context cannot be bound to Go yet", what)
	case abi.List:
		if t.Length > 0 {
			b.refuse(pos, "%s: fixed-length lists cannot be bound to Go yet", what)
		}
	}
	b.shape(t.Elem, pos, what)
	b.shape(t.Key, pos, what)
	for _, f := range t.Fields {
		b.shape(f.Type, pos, what)
	}
	for _, c := range t.Cases {
		b.shape(c.Type, pos, what)
	}
}

// Words splits a WIT name into its words: "get-user-id" is "get", "user", "id".
func Words(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '-' })
}
