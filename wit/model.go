package wit

import "github.com/capsule-kit/capsule/wit/abi"

// Resolved is a set of WIT packages, seen from one root package.
type Resolved struct {
	// Root is the package of the folder that was loaded.
	Root *Package
	// Packages are the root and everything it depends on, dependencies first.
	Packages []*Package
}

// A Package is one WIT package.
type Package struct {
	// Namespace, Name and Version are the parts of `ns:name@1.2.3`; Version
	// is empty where the package has none.
	Namespace, Name, Version string
	// Pos is that of the name in the first header of the package.
	Pos        Position
	Docs       string
	Interfaces []*Interface
	Worlds     []*World

	src *source // all text of the load
}

// ID returns the package's full name: "ns:name" or "ns:name@1.2.3".
func (p *Package) ID() string { return p.qualify("") }

// qualify returns the full name of the package's interface or world name, or
// of the package where name is empty.
func (p *Package) qualify(name string) string {
	id := p.Namespace + ":" + p.Name
	if name != "" {
		id += "/" + name
	}
	if p.Version != "" {
		id += "@" + p.Version
	}
	return id
}

// A Position is a place in a WIT file. The zero value means unknown.
type Position struct {
	File         string
	Line, Column int
}

// A Stability is what an item's gates say about it; all empty where it has
// none.
type Stability struct {
	// Since is the version of the package that brought the item:
	// @since(version = 1.2.3).
	Since string
	// Unstable is the feature that the item belongs to: @unstable(feature = x).
	// Items whose feature wasn't asked for are not in the model.
	Unstable string
	// Deprecated is the version from which on the item should no longer be
	// used: @deprecated(version = 1.2.3).
	Deprecated string
}

// An Interface is a named group of types and functions, or the body of an
// inline interface of a world (Name is then the import's or export's name and
// Inline is set).
type Interface struct {
	Pos       Position
	Package   *Package
	Name      string
	Inline    bool
	Docs      string
	Stability Stability
	Types     []*TypeDef // in WIT order
	Funcs     []*Func    // in WIT order, those of resources included

	used []*Interface // whose types it uses, once uses has found them
}

// ID returns the name by which components import and export the interface:
// "ns:pkg/name@1.2.3", or the plain name of an inline interface.
func (i *Interface) ID() string {
	if i.Inline {
		return i.Name
	}
	return i.Package.qualify(i.Name)
}

// A World is what a component imports and exports.
type World struct {
	Pos       Position
	Package   *Package
	Name      string
	Docs      string
	Stability Stability
	Types     []*TypeDef // declared in, used by or included in the world itself
	// Imports and Exports are in WIT order. Interfaces that the text doesn't
	// mention, and that are imported because others use their types, come
	// first; what an include brings stands where the include does.
	Imports []Item
	Exports []Item
}

// An Item is one import or export of a world; either Interface or Func is set.
type Item struct {
	// Pos is where the world's text mentions the item: its name, or the include
	// that brought it. It is the zero value for an interface that is imported
	// because another item uses its types.
	Pos Position
	// Name is what the component calls it: the interface's ID, or the plain
	// name of a function, an inline interface, or an interface that is imported
	// or exported under a name of its own (see Implements).
	Name      string
	Interface *Interface
	Func      *Func
	// Docs are those of the import or export itself, as `import pkg/iface` may
	// have them; a function and an inline interface have their own.
	Docs      string
	Stability Stability
	// ExternalID is the text of @external-id; empty where there is none.
	ExternalID string
}

// Implements reports whether the item is a named interface under a plain name
// of its own: `import primary: ns:pkg/store`. A world may have several such
// items for one interface; each has resources of its own.
func (i Item) Implements() bool {
	return i.Interface != nil && !i.Interface.Inline && i.Name != i.Interface.ID()
}

// A FuncKind says how a function belongs to a resource.
type FuncKind uint8

// The function kinds.
const (
	Freestanding FuncKind = iota
	Method
	Static
	Constructor
)

// An AccessorKind says whether a function reads or writes a property.
type AccessorKind uint8

// The accessor kinds.
const (
	NoAccessor AccessorKind = iota
	Getter                  // `name: get() -> t`
	Setter                  // `name: set(value: t)`
)

// String returns "", "get" or "set".
func (k AccessorKind) String() string {
	switch k {
	case Getter:
		return "get"
	case Setter:
		return "set"
	}
	return ""
}

// A Func is one function.
type Func struct {
	// Pos is that of the name.
	Pos Position
	// Name is the plain kebab-case name: of a method without its resource.
	// A constructor's is "constructor".
	Name     string
	Kind     FuncKind
	Resource *TypeDef // of a method, static or constructor
	// Accessor marks the getter or setter of the property Name. The two have
	// the same Name and differ in ExternName.
	Accessor  AccessorKind
	Docs      string
	Stability Stability
	// ExternalID is the text of @external-id; empty where there is none.
	ExternalID string
	Async      bool
	// Params include a method's self.
	Params []Param
	// Result is nil for a function without a result. A constructor's is the
	// resource, or, where it can fail, a result with the resource as ok.
	Result *Type
}

// Fallible reports whether f is a constructor that returns a result.
func (f *Func) Fallible() bool {
	return f.Kind == Constructor && f.Result.Resolve().Kind == abi.Result
}

// ExternName returns the function's name in a component:
// "name", "[method]res.name", "[static]res.name" or "[constructor]res". Before
// the name of an accessor stands "[get]" or "[set]".
func (f *Func) ExternName() string {
	accessor := ""
	if f.Accessor != NoAccessor {
		accessor = "[" + f.Accessor.String() + "]"
	}
	switch f.Kind {
	case Method:
		return "[method]" + accessor + f.Resource.Name + "." + f.Name
	case Static:
		return "[static]" + accessor + f.Resource.Name + "." + f.Name
	case Constructor:
		return "[constructor]" + f.Resource.Name
	}
	return accessor + f.Name
}

// A Param is one named parameter. A method's self has no position.
type Param struct {
	Pos  Position
	Name string
	Type *Type
}

// A TypeDef is a named type. An alias (`type a = b`, or a `use`) has
// a Shape that only names its target; see Shape.
type TypeDef struct {
	Pos       Position
	Name      string
	Docs      string
	Stability Stability
	// ExternalID is the text of @external-id; empty where there is none.
	ExternalID string
	Owner      Owner
	// Resource marks a resource declaration; Shape is then nil.
	Resource bool
	// Methods are a resource's functions, constructor first.
	Methods []*Func
	// Shape is the structure that the declaration gives: a record, variant,
	// enum, flags, or any type expression. For an alias of another named
	// type it is a Type whose Def is that type.
	Shape *Type
	// Use marks a type brought in by `use`; Shape.Def is the original.
	Use bool

	resource *abi.Resource // made by ABI

	// What the resolver knows of it:
	off     bool     // it is behind a feature that was not asked for
	unknown bool     // a mistake was found in it, and reported
	lends   bool     // it contains a borrow
	depth   int      // how deeply it nests, aliases not counted
	order   int      // above that of the types it refers to
	handle  *TypeDef // the resource that it is, perhaps by aliases
}

// An Owner is the interface or the world in which a type is declared; exactly
// one is set.
type Owner struct {
	Interface *Interface
	World     *World
}

// A Type is a use of a type: a named one (Def set, everything else zero) or an
// anonymous structure.
type Type struct {
	// Pos is where this use stands; the zero value for what the text doesn't
	// spell out, such as a method's self.
	Pos    Position
	Def    *TypeDef
	Kind   abi.Kind
	Elem   *Type   // List, Option, Map's value, Stream and Future (may be nil)
	Key    *Type   // Map
	Length uint32  // elements of a fixed-length List, 0 for any other
	Fields []Field // Record; Tuple without names
	Cases  []Case  // Variant, Enum; Result has "ok" and "error"
	Labels []Case  // Flags
	// Resource is the resource that Own and Borrow refer to (after aliases).
	Resource *TypeDef

	abi *abi.Type // made by ABI
}

// Parts returns the types that t is directly made of, in order, without what a
// named type stands for: a map's key, an element, the fields' types and the
// cases'; nil for a case without a payload.
func (t *Type) Parts() []*Type {
	var parts []*Type
	for _, p := range []*Type{t.Key, t.Elem} {
		if p != nil {
			parts = append(parts, p)
		}
	}
	for _, f := range t.Fields {
		parts = append(parts, f.Type)
	}
	for _, c := range t.Cases {
		parts = append(parts, c.Type)
	}
	return parts
}

// A Field is one field of a record, or one element of a tuple.
type Field struct {
	Pos  Position
	Name string
	Docs string
	Type *Type
}

// A Case is one case of a variant or enum, or one flag.
type Case struct {
	Pos  Position
	Name string
	Docs string
	Type *Type // nil where the case has no payload
}
