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
	// then those of other packages that these refer to. A type with resources
	// in it stands here once for each import or export that has it.
	Types []*wit.TypeDef
	// Resources are those of Types that are resources, in the same order.
	Resources []*Resource
	// Served are the imports that the host program serves. Imports from
	// wasi packages are the runtime's and not among them.
	Served []*Group
	// Called are the exports that the host program calls.
	Called []*Group

	resources map[*wit.TypeDef]*Resource
	copies    map[*wit.Interface]*Group
}

// View returns the import or export that a type is special to, as types with
// resources in them are; nil for one that is the same everywhere, or that
// belongs to an interface imported by its own name.
func (w *World) View(def *wit.TypeDef) *Group { return w.copies[def.Owner.Interface] }

// Resource returns what is known of a resource.
func (w *World) Resource(def *wit.TypeDef) *Resource { return w.resources[def] }

// A Group is the functions of one imported or exported interface, or those
// that a world imports or exports itself.
type Group struct {
	// Interface is nil for the world's own functions.
	Interface *wit.Interface
	// Item is the import or export; zero for the world's own functions.
	Item wit.Item
	// Funcs are in WIT order, those of resources included.
	Funcs []*wit.Func
	// Resources are those that the interface, or the world, declares.
	Resources []*Resource
	// Exported says that the component exports the functions.
	Exported bool
}

// Name returns what the component calls the interface; empty for the world's
// own functions.
func (g *Group) Name() string { return g.Item.Name }

// A Resource is a resource type of the world.
type Resource struct {
	Def *wit.TypeDef
	// Group is the import or export that declares it; nil for a resource of
	// an interface that the runtime serves.
	Group *Group
	// Slot numbers the world's resources from 0.
	Slot int
}

// New plans bindings for w.
//
// Errors: wit.Errors or *wit.Error, with the position of each part of w that
// bindings cannot express yet.
func New(w *wit.World) (*World, error) {
	b := newBuilder(w)
	for _, item := range slices.Concat(w.Imports, w.Exports) {
		b.listed[item.Interface] = true
	}
	for _, def := range w.Types {
		b.own[def] = true
	}
	b.plan.Served = b.groups(w.Imports, false)
	b.plan.Called = b.groups(w.Exports, true)
	b.plan.Types = append(b.plan.Types, b.foreign...)
	for _, g := range slices.Concat(b.plan.Served, b.plan.Called) {
		for _, f := range g.Funcs {
			b.function(f)
		}
	}
	if err := b.errs.Err(); err != nil {
		return nil, err
	}
	return b.plan, nil
}

// NewInterface plans bindings for an interface by itself, as hosts serve it.
//
// Errors: as New.
func NewInterface(it *wit.Interface) (*World, error) {
	w := &wit.World{Package: it.Package, Name: it.Name, Docs: it.Docs}
	b := newBuilder(w)
	b.listed[it] = true
	g := &Group{Interface: it, Item: wit.Item{Name: it.ID(), Interface: it}}
	if !isRuntimes(it) {
		g.Funcs = it.Funcs
	}
	for _, def := range it.Types {
		if isRuntimes(it) && def.Resource {
			b.use(def)
			continue
		}
		b.declare(def, g)
	}
	for _, f := range g.Funcs {
		b.function(f)
	}
	b.plan.Served = []*Group{g}
	b.plan.Types = append(b.plan.Types, b.foreign...)
	return b.plan, b.errs.Err()
}

func newBuilder(w *wit.World) *builder {
	return &builder{
		plan:  &World{World: w, resources: make(map[*wit.TypeDef]*Resource), copies: make(map[*wit.Interface]*Group)},
		views: newViews(w), listed: make(map[*wit.Interface]bool), own: make(map[*wit.TypeDef]bool),
		seen: make(map[*wit.TypeDef]bool), said: make(map[wit.Error]bool),
	}
}

// isRuntimes reports whether the runtime serves an interface: those of WASI and of
// capsule:tasks.
func isRuntimes(it *wit.Interface) bool {
	return !it.Inline && (it.Package.Namespace == "wasi" || it.Package.Namespace == "capsule" && it.Package.Name == "tasks")
}

type builder struct {
	plan    *World
	views   *views
	foreign []*wit.TypeDef          // reached, but in no interface of the world
	listed  map[*wit.Interface]bool // what the world imports or exports
	own     map[*wit.TypeDef]bool   // the world's own types
	seen    map[*wit.TypeDef]bool
	errs    wit.Errors
	said    map[wit.Error]bool
}

// groups collects the functions of imports or exports and declares the types
// of their interfaces; the world's own come with the imports.
func (b *builder) groups(items []wit.Item, exported bool) []*Group {
	var groups []*Group
	own := &Group{Exported: exported}
	for _, item := range items {
		if item.Func != nil {
			own.Funcs = append(own.Funcs, item.Func)
			continue
		}
		if !exported && isRuntimes(item.Interface) {
			continue
		}
		it := b.views.of(item, exported)
		b.listed[it] = true
		g := &Group{Interface: it, Item: item, Funcs: it.Funcs, Exported: exported}
		if it != item.Interface {
			b.plan.copies[it] = g
		}
		for _, def := range it.Types {
			b.declare(def, g)
		}
		if len(g.Funcs) > 0 || len(g.Resources) > 0 {
			groups = append(groups, g)
		}
	}
	if !exported {
		for _, def := range b.plan.World.Types {
			b.declare(def, own)
		}
	}
	if len(own.Funcs) > 0 || len(own.Resources) > 0 {
		groups = append(groups, own)
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

func (b *builder) declare(def *wit.TypeDef, g *Group) {
	if b.seen[def] {
		return
	}
	b.seen[def] = true
	b.plan.Types = append(b.plan.Types, def)
	if def.Resource {
		g.Resources = append(g.Resources, b.resource(def, g))
		return
	}
	b.check(def)
}

func (b *builder) resource(def *wit.TypeDef, g *Group) *Resource {
	r := &Resource{Def: def, Group: g, Slot: len(b.plan.Resources)}
	b.plan.resources[def] = r
	b.plan.Resources = append(b.plan.Resources, r)
	return r
}

// check looks at what a definition is made of, once.
func (b *builder) check(def *wit.TypeDef) {
	if def.Resource {
		var g *Group // the runtime's
		if it := def.Owner.Interface; !isRuntimes(it) {
			g = &Group{Interface: it, Item: wit.Item{Name: it.ID(), Interface: it}}
		}
		b.resource(def, g)
		return
	}
	b.shape(def.Shape, def.Pos, fmt.Sprintf("type %q", def.Name))
}

func (b *builder) function(f *wit.Func) {
	what := fmt.Sprintf("function %q", f.Name)
	if f.Async {
		b.refuse(f.Pos, "%s: async functions cannot be bound to Go yet", what)
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

// maxFixedBytes bounds a fixed-length list.
const maxFixedBytes = 64 << 10

// declaredInTurn reports whether a type is declared with the world or with
// one of the interfaces that the world imports or exports.
func (b *builder) declaredInTurn(def *wit.TypeDef) bool {
	if it := def.Owner.Interface; it != nil {
		return !isRuntimes(it) && b.listed[it]
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
	case abi.Stream, abi.Future:
		b.refuse(pos, "%s: %s types cannot be bound to Go yet", what, t.Kind)
	case abi.ErrorContext:
		b.refuse(pos, "%s: error-context cannot be bound to Go yet", what)
	case abi.List:
		// Their Go form is an array, which is passed by value.
		if t.Length > 0 && uint64(t.Length) > maxFixedBytes/max(1, uint64(t.Elem.ABI().Size())) {
			b.refuse(pos, "%s: fixed-length lists of more than %d bytes cannot be bound to Go: take a list without a length", what, maxFixedBytes)
		}
	}
	if t.Key != nil && !isKey(t.Key.Resolve().Kind) {
		b.refuse(pos, "%s: a map's key is a bool, an integer, a char or a string, not a %s", what, t.Key.Resolve().Kind)
	}
	for _, part := range t.Parts() {
		b.shape(part, pos, what)
	}
}

// isKey reports whether a map can have keys of a kind.
//
// Spec: Explainer, "Specialized value types", map.
func isKey(k abi.Kind) bool {
	return k.Primitive() && k != abi.F32 && k != abi.F64 && k != abi.ErrorContext
}

// Words splits a WIT name into its words: "get-user-id" is "get", "user", "id".
func Words(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '-' })
}
