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
	Docs                     string
	Interfaces               []*Interface
	Worlds                   []*World
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

// An Interface is a named group of types and functions, or the body of an
// inline interface of a world (Name is then the import's or export's name and
// Inline is set).
type Interface struct {
	Pos     Position
	Package *Package
	Name    string
	Inline  bool
	Docs    string
	Types   []*TypeDef // in WIT order
	Funcs   []*Func    // in WIT order
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
	Pos     Position
	Package *Package
	Name    string
	Docs    string
	Types   []*TypeDef // declared in or used by the world itself
	Imports []Item     // in WIT order
	Exports []Item
}

// An Item is one import or export of a world; either Interface or Func is set.
type Item struct {
	// Name is what the component calls it: the interface's ID, or the plain
	// name of a function or inline interface.
	Name      string
	Interface *Interface
	Func      *Func
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

// A Func is one function.
type Func struct {
	Pos Position
	// Name is the plain kebab-case name: of a method without its resource.
	// A constructor's is "constructor".
	Name     string
	Kind     FuncKind
	Resource *TypeDef // of a method, static or constructor
	Docs     string
	Async    bool
	// Params include a method's self.
	Params []Param
	// Result is nil for a function without a result.
	Result *Type
}

// ExternName returns the function's name in a component:
// "name", "[method]res.name", "[static]res.name" or "[constructor]res".
func (f *Func) ExternName() string {
	switch f.Kind {
	case Method:
		return "[method]" + f.Resource.Name + "." + f.Name
	case Static:
		return "[static]" + f.Resource.Name + "." + f.Name
	case Constructor:
		return "[constructor]" + f.Resource.Name
	}
	return f.Name
}

// A Param is one named parameter.
type Param struct {
	Name string
	Type *Type
}

// A TypeDef is a named type. An alias (`type a = b`, or a `use`) has
// a Shape that only names its target; see Shape.
type TypeDef struct {
	Pos   Position
	Name  string
	Docs  string
	Owner Owner
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
	Def    *TypeDef
	Kind   abi.Kind
	Elem   *Type // List, Option, Map's value, Stream and Future (may be nil)
	Key    *Type // Map
	Length uint32
	Fields []Field // Record; Tuple without names
	Cases  []Case  // Variant, Enum; Result has "ok" and "error"
	Labels []Case  // Flags
	// Resource is the resource that Own and Borrow refer to (after aliases).
	Resource *TypeDef

	abi *abi.Type // made by ABI
}

// A Field is one field of a record, or one element of a tuple.
type Field struct {
	Name string
	Docs string
	Type *Type
}

// A Case is one case of a variant or enum, or one flag.
type Case struct {
	Name string
	Docs string
	Type *Type // nil where the case has no payload
}
