package component

import "github.com/capsule-kit/capsule/wit/abi"

// A Component is one decoded and validated component: its definitions in
// order, with every index checked and every type resolved.
//
// Definitions refer to others by index in the component's index spaces, which
// grow in definition order as the specification says; whoever walks Defs keeps
// those spaces. Bytes of core modules alias the decoded input.
type Component struct {
	// Offset and Size locate the component in the input.
	Offset, Size int
	Defs         []Def
	// Imports and Exports are those of Defs again, in order.
	Imports []*Import
	Exports []*Export
	// SourceMap is the content of the custom section sourcemap.Section, which
	// tools add; nothing may depend on it.
	SourceMap []byte
}

// A Def is one definition: *CoreModule, *CoreInstantiate, *CoreInlineExports,
// *CoreTypeDef, *Nested, *Instantiate, *InlineExports, *Alias, *TypeDef,
// *Canon, *Start, *Value, *Import or *Export.
type Def interface {
	// Pos is the definition's byte offset in the input.
	Pos() int
}

// A Position is a byte offset in the input, embedded by definitions.
type Position int

// Pos returns the offset.
func (p Position) Pos() int { return int(p) }

// A Sort says which index space a reference goes to.
type Sort uint8

// The sorts; every one has an index space of its own in each component.
const (
	SortFunc Sort = iota
	SortValue
	SortType
	SortComponent
	SortInstance
	SortCoreFunc
	SortCoreTable
	SortCoreMemory
	SortCoreGlobal
	SortCoreTag
	SortCoreType
	SortCoreModule
	SortCoreInstance
	SortCount
)

var sortNames = [SortCount]string{
	"func", "value", "type", "component", "instance", "core func", "core table",
	"core memory", "core global", "core tag", "core type", "core module", "core instance",
}

// String returns the sort as the specification spells it.
func (s Sort) String() string {
	if s < SortCount {
		return sortNames[s]
	}
	return "invalid sort"
}

// A SortIndex is a reference into the index space of Sort.
type SortIndex struct {
	Sort  Sort
	Index uint32
}

// CoreModule defines a core module; adds to the core module space.
type CoreModule struct {
	Position
	Bytes []byte
	Type  *CoreModuleType
}

// CoreInstantiate instantiates a core module; adds a core instance.
type CoreInstantiate struct {
	Position
	Module uint32
	Args   []CoreArg
}

// A CoreArg supplies core instance Instance under module name Name.
type CoreArg struct {
	Name     string
	Instance uint32
}

// CoreInlineExports bundles core definitions; adds a core instance.
type CoreInlineExports struct {
	Position
	Exports []NamedIndex
}

// A NamedIndex is one named item of a bundle or one named argument.
type NamedIndex struct {
	Name string
	SortIndex
}

// CoreTypeDef defines a core type; adds to the core type space.
type CoreTypeDef struct {
	Position
	// Func or Module is set; both nil for types only the validator reads.
	Func   *CoreFuncType
	Module *CoreModuleType
}

// Nested defines a component; adds to the component space.
type Nested struct {
	Position
	Component *Component
}

// Instantiate instantiates a component; adds an instance.
type Instantiate struct {
	Position
	Component uint32
	Args      []NamedIndex
	// Type is the new instance's type; its resource types are the ones by
	// which later definitions of this component know them.
	Type *InstanceType
}

// InlineExports bundles definitions; adds an instance.
type InlineExports struct {
	Position
	Exports []NamedIndex
	Type    *InstanceType
}

// An AliasTarget says where an alias looks.
type AliasTarget uint8

// The alias targets.
const (
	AliasExport     AliasTarget = iota // Name of component instance Instance
	AliasCoreExport                    // Name of core instance Instance
	AliasOuter                         // Index in the component Count levels out
)

// Alias adds to the index space of Sort.
type Alias struct {
	Position
	Sort     Sort
	Target   AliasTarget
	Instance uint32
	Name     string
	Count    uint32
	Index    uint32
	// Type is what the alias names; nil for core sorts except modules.
	Type *Extern
}

// TypeDef adds to the type space.
type TypeDef struct {
	Position
	Type Type
	// Resource tells how a locally defined resource type is represented;
	// nil for any other type.
	Resource *ResourceDef
}

// A ResourceDef is the local part of a resource type.
type ResourceDef struct {
	// HasDtor says that core function Dtor destroys a representation.
	HasDtor bool
	Dtor    uint32
	// Rep64 says that representations are i64, not i32.
	Rep64 bool
}

// Start calls component function Func at instantiation with values Args; adds
// its result, if it has one, to the value space.
type Start struct {
	Position
	Func uint32
	Args []uint32
	// Type is the function's type, in which resource types are those of this
	// component.
	Type *abi.Func
	// Result is the identity of the result, if there is one.
	Result *ValueID
}

// Value defines a constant; adds to the value space.
type Value struct {
	Position
	Type *abi.Type
	// Bytes is the value in the specification's encoding, checked against
	// Type; package canon reads it. It aliases the input.
	Bytes []byte
	ID    *ValueID
}

// Attributes are what an import or export says about itself beyond its name;
// they do not take part in type checking.
type Attributes struct {
	// Implements is the interface that a plainly named instance implements.
	Implements string
	// VersionSuffix completes the canonical version in the name.
	VersionSuffix string
	// ExternalID is the name the host knows the item by.
	ExternalID string
}

// Import adds to the index space of Type.Sort.
type Import struct {
	Position
	Name string
	Attributes
	Type *Extern
}

// Export names a definition, and adds an alias of it to the index space of
// its sort.
type Export struct {
	Position
	Name string
	Attributes
	SortIndex
	// Type is the ascribed type where there is one, else the inferred one.
	Type *Extern
}

// An Extern is the type of something imported or exported; Sort selects the
// field that is set.
type Extern struct {
	Sort      Sort
	Func      *abi.Func       // SortFunc
	Type      *Type           // SortType: what the type is
	Value     *abi.Type       // SortValue
	Equal     *ValueID        // SortValue: see ValueID
	Instance  *InstanceType   // SortInstance
	Component *ComponentType  // SortComponent
	Module    *CoreModuleType // SortCoreModule
}

// A ValueID is the identity of a value, for equality bounds: an import or
// export whose Extern has the ValueID of another must be equal to it. Inside
// of an instance type, identities that begin there are anew in each instance.
// What is compared are values, at instantiation; types know no more of it.
//
// Spec: Binary, "Type Definitions", valuebound.
type ValueID struct{ _ byte }

// A Type is one entry of the type index space; exactly one exported field is
// set.
type Type struct {
	Value     *abi.Type
	Func      *abi.Func
	Resource  *abi.Resource
	Instance  *InstanceType
	Component *ComponentType

	// label tells apart the entries that stand for one resource type; set
	// with Resource.
	label *label
}

// An InstanceType lists what an instance exports. The type of an import or of
// an Instantiate is specialised: every abstract resource type in it has an
// abi.Resource of its own that nothing else has.
type InstanceType struct {
	Exports []NamedExtern

	// fresh are the abstract resource types that every instance has anew:
	// empty in a specialised type.
	fresh []*abi.Resource
	index nameIndex
	shape shape
}

// Export returns the export called name, nil if there is none.
func (t *InstanceType) Export(name string) *Extern {
	return t.index.find(t.Exports, name)
}

// HasValues reports whether instances of the type may export values, by
// themselves or in an instance that they export.
func (t *InstanceType) HasValues() bool { return t.shape.values }

// A NamedExtern is one import or export of a type.
type NamedExtern struct {
	Name string
	Extern
}

// A ComponentType lists what a component imports and exports.
type ComponentType struct {
	Imports []NamedExtern
	Exports []NamedExtern

	// params are the abstract resource types that instantiation arguments
	// supply, fresh those that every instance has anew.
	params, fresh []*abi.Resource
	// plain is the type of an instance before substitution, once needed.
	plain                    *InstanceType
	importIndex, exportIndex nameIndex
	shape                    shape
}

// Import returns the import called name, nil if there is none.
func (t *ComponentType) Import(name string) *Extern {
	return t.importIndex.find(t.Imports, name)
}

// Export returns the export called name, nil if there is none.
func (t *ComponentType) Export(name string) *Extern {
	return t.exportIndex.find(t.Exports, name)
}

// A CoreFuncType is a core function's signature, value types in their binary
// encoding.
type CoreFuncType struct {
	Params, Results []byte
}

// A CoreModuleType lists a core module's imports and exports.
type CoreModuleType struct {
	Imports []CoreImport
	Exports []CoreExport

	index map[string]int
}

// A CoreImport is one import of a core module.
type CoreImport struct {
	Module, Name string
	CoreExtern
}

// A CoreExport is one export of a core module.
type CoreExport struct {
	Name string
	CoreExtern
}

// A CoreExtern is the type of a core import or export.
type CoreExtern struct {
	Sort Sort // SortCoreFunc, SortCoreTable, SortCoreMemory, SortCoreGlobal or SortCoreTag
	Func *CoreFuncType
	// Limits are a table's elements or a memory's pages.
	Min, Max        uint64
	HasMax          bool
	Shared, Index64 bool
	// BytePages says that a memory's pages are of one byte, not of 64 KiB.
	BytePages bool
	// ValType is a global's or a table's type, in its binary encoding.
	ValType byte
	Mutable bool
}
