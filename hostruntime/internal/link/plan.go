// Package link turns a decoded component into a Plan: a flat program that
// instantiates its core modules in order, with every import resolved to its
// direct origin.
//
// Nested components, aliases and bundles of exports exist only while the plan
// is made; at run time nothing is looked up by component-level name. No
// toolchain's output is recognised: the plan follows the definitions alone.
package link

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A Plan is one component, flattened. It is immutable and holds no run-time
// state: any number of instances run from it.
type Plan struct {
	// Instances are the component instances, the root first.
	Instances []Instance
	// Steps instantiate core modules; step i fills core slot i.
	Steps []Step
	// Trampolines are the core functions that Go code provides.
	Trampolines []Trampoline
	// Lifted are the component functions that guest code provides.
	Lifted []Lifted
	// Resources are the resource types, each with one run-time identity.
	Resources []Resource
	// Imports are the functions that the host must serve.
	Imports []HostFunc
	// Exports are the root's functions that the host can call.
	Exports []Export
	// Values are the values that instantiation makes, in the order in which
	// they come to be known; Calls fill in some of them.
	Values []Value
	// Actions are what instantiation does between the steps, in order.
	Actions []Action
	// ExportedValues are the root's values that the host can read.
	ExportedValues []ExportedValue
}

// A Value is one component-level value. Constant is set for one that the
// component itself holds and Import for one that the host supplies; another
// one is the result of a start function.
type Value struct {
	Type     *abi.Type
	Constant *component.Value
	Import   *ValueImport
}

// A ValueImport is a value that the root component imports, named as a
// HostFunc is.
type ValueImport struct{ Interface, Name string }

// An Action is one thing that instantiation does once the first After steps
// are done: the call of a start function, or the check that two values are
// equal, as the type of an import or export says.
type Action struct {
	After int
	// Start is nil for a check that values A and B are equal; Name is then
	// what the check is for.
	Start *Start
	A, B  int
	Name  string
}

// A Start is the call of a start function.
type Start struct {
	// Instance is the component instance that makes the call.
	Instance int
	// Lifted is the index of the function, or -1 where it is the host's;
	// Import is then its index.
	Lifted, Import int
	Type           *abi.Func
	// Args and Result are indices of Values; Result is -1 for none.
	Args   []int
	Result int
}

// An ExportedValue is a value that the root component exports, named as an
// Export is; Value is its index in Values.
type ExportedValue struct {
	Interface, Name string
	Value           int
	Type            *abi.Type
}

// An Instance is one component instance: it has a handle table and the flags
// of the Canonical ABI.
type Instance struct {
	// Parent is the instance that instantiated this one, -1 for the root.
	Parent int
	// Resources says which run-time resource each static one is here.
	Resources map[*abi.Resource]int
}

// A Step instantiates one core module.
type Step struct {
	Module *component.CoreModule
	// Instance is the component instance that the step belongs to.
	Instance int
	// Sources are where the module's imports come from, in import order.
	Sources []CoreRef
}

// A CoreRef is a core definition at its origin: export Name of core slot
// Slot, or a trampoline where Slot is -1.
type CoreRef struct {
	Slot       int
	Name       string
	Trampoline int
}

// IsTrampoline reports whether Go code stands behind the reference.
func (r CoreRef) IsTrampoline() bool { return r.Slot < 0 }

// A TrampolineKind says what a trampoline does.
type TrampolineKind uint8

// The trampolines.
const (
	// LowerHost calls import Target of the plan.
	LowerHost TrampolineKind = iota
	// LowerGuest calls lifted function Target of the plan.
	LowerGuest
	// ResourceNew, ResourceDrop and ResourceRep act on resource Target.
	ResourceNew
	ResourceDrop
	ResourceRep
	// ContextGet and ContextSet read and write slot Target of the task.
	ContextGet
	ContextSet
	// TaskReturn gives the result, of the type of Type's only parameter, of
	// an asynchronous lifted function.
	TaskReturn
	// BackpressureInc and BackpressureDec count.
	BackpressureInc
	BackpressureDec
	// Unsupported traps: Name says which built-in it would have been.
	Unsupported
)

// A Trampoline is a core function made by a canonical definition.
type Trampoline struct {
	Kind TrampolineKind
	// Instance is the component instance whose code calls it.
	Instance int
	Target   int
	Name     string
	// Core is its signature.
	Core *component.CoreFuncType
	// Type and Options are those of a lowered function.
	Type    *abi.Func
	Options Options
}

// Options are canonical options with their references resolved.
type Options struct {
	Encoding component.StringEncoding
	// Memory, Realloc, PostReturn and Callback are nil where the option is
	// absent.
	Memory, Realloc, PostReturn, Callback *CoreRef
	// Async says that the core function has the asynchronous ABI.
	Async bool
}

// A Lifted is a component function made by `canon lift`.
type Lifted struct {
	// Instance is the component instance that runs it.
	Instance int
	Core     CoreRef
	Type     *abi.Func
	Options  Options
}

// A Resource is one resource type with a run-time identity.
type Resource struct {
	Name string
	// Instance is the component instance that defines it, -1 for the host.
	Instance int
	// Dtor destroys a representation; nil for none.
	Dtor *CoreRef
	// Import is the name of the import that brings a host resource, and
	// Implements that of the interface which it implements, if it says so.
	Import, Implements string
}

// A HostFunc is a function that the root component imports.
type HostFunc struct {
	// Interface is the name of the imported instance, empty for a function
	// imported by itself; Name is the function's name. The name of an instance
	// within an imported one follows that one's after a "#".
	Interface, Name string
	// Implements is the interface that the imported instance implements under
	// another name; empty for none.
	Implements string
	Type       *abi.Func
}

// An Export is a function that the root component exports.
type Export struct {
	// Interface is the name of the exported instance, empty for a function
	// exported by itself.
	Interface, Name string
	// Lifted is the index of the function, or -1 where the root exports an
	// import again; Import is then its index.
	Lifted int
	Import int
	Type   *abi.Func
}
