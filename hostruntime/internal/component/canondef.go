package component

import "github.com/capsule-kit/capsule/wit/abi"

// A builtin is how a canonical definition other than lift and lower is written
// and typed. The letters of fields say what follows the opcode:
//
//	t  a type of the kind that the name begins with
//	o  options
//	a  whether the built-in is async
//	z  a byte that must be zero: it was an option once
//	m  a core memory
//
// The signature is that of the core function: i for i32, I for i64, p for an
// address in the memory given.
type builtin struct {
	name            string
	fields          string
	params, results string
}

// builtins are the canonical definitions that need no code of their own.
var builtins = map[CanonOp]builtin{
	0x05: {"task.cancel", "", "", ""},
	0x06: {"subtask.cancel", "a", "i", "i"},
	0x0c: {"thread.yield", "z", "", "i"},
	0x0d: {"subtask.drop", "", "i", ""},
	0x0e: {"stream.new", "t", "", "I"},
	0x0f: {"stream.read", "to", "ipp", "p"},
	0x10: {"stream.write", "to", "ipp", "p"},
	0x11: {"stream.cancel-read", "ta", "i", "i"},
	0x12: {"stream.cancel-write", "ta", "i", "i"},
	0x13: {"stream.drop-readable", "t", "i", ""},
	0x14: {"stream.drop-writable", "t", "i", ""},
	0x15: {"future.new", "t", "", "I"},
	0x16: {"future.read", "to", "ip", "i"},
	0x17: {"future.write", "to", "ip", "i"},
	0x18: {"future.cancel-read", "ta", "i", "i"},
	0x19: {"future.cancel-write", "ta", "i", "i"},
	0x1a: {"future.drop-readable", "t", "i", ""},
	0x1b: {"future.drop-writable", "t", "i", ""},
	0x1c: {"error-context.new", "o", "pp", "i"},
	0x1d: {"error-context.debug-message", "o", "ip", ""},
	0x1e: {"error-context.drop", "", "i", ""},
	0x1f: {"waitable-set.new", "", "", "i"},
	0x20: {"waitable-set.wait", "zm", "ip", "i"},
	0x21: {"waitable-set.poll", "zm", "ip", "i"},
	0x22: {"waitable-set.drop", "", "i", ""},
	0x23: {"waitable.join", "", "ii", ""},
	0x24: {"backpressure.inc", "", "", ""},
	0x25: {"backpressure.dec", "", "", ""},
	0x26: {"thread.index", "", "", "i"},
	0x28: {"thread.resume-later", "", "i", ""},
	0x29: {"thread.suspend", "z", "", "i"},
	0x2a: {"thread.suspend-then-resume", "z", "i", "i"},
	0x2b: {"thread.yield-then-resume", "z", "i", "i"},
	0x2c: {"thread.suspend-then-promote", "z", "i", "i"},
	0x2d: {"thread.yield-then-promote", "z", "i", "i"},
	0x2e: {"stream.forward", "t", "ii", ""},
	0x2f: {"future.forward", "t", "ii", ""},
}

// The canonical definitions with code of their own, besides those of
// synchronous components.
const (
	canonTaskReturn          CanonOp = 0x09
	canonContextGet          CanonOp = 0x0a
	canonContextSet          CanonOp = 0x0b
	canonStreamRead          CanonOp = 0x0f
	canonFutureRead          CanonOp = 0x16
	canonErrorContextMessage CanonOp = 0x1d
	canonThreadNewIndirect   CanonOp = 0x27
	canonThreadSpawnRef      CanonOp = 0x40
	canonThreadParallelism   CanonOp = 0x42
)

// contextSlots is how many values context.get and context.set can address.
//
// Spec: CanonicalABI, "canon context.get".
const contextSlots = 2

// canon reads a canonical definition.
//
// Spec: Binary, "Canonical Definitions"; CanonicalABI, "Canonical
// Definitions".
func (d *decoder) canon(r *reader, s *scope) Def {
	def := &Canon{Position: Position(r.item), Op: CanonOp(r.byte("a canonical definition"))}
	switch def.Op {
	case CanonLift:
		def.Name = "lift"
		d.canonLift(r, s, def)
		return def
	case CanonLower:
		def.Name = "lower"
		d.canonLower(r, s, def)
	case CanonResourceNew, CanonResourceDrop, CanonResourceRep:
		d.canonResource(r, s, def)
	case canonTaskReturn:
		def.Name = "task.return"
		d.canonTaskReturn(r, s, def)
	case canonContextGet, canonContextSet:
		d.canonContext(r, s, def)
	case canonThreadNewIndirect:
		def.Name = "thread.new-indirect"
		d.canonThreadNew(r, s, def)
	case canonThreadParallelism:
		def.Name = "thread.available-parallelism"
		if r.flag("whether a built-in is shared") {
			r.unsupported("shared built-ins")
		}
		def.Core = coreFunc("", "i")
	case canonThreadSpawnRef, canonThreadSpawnRef + 1:
		r.unsupported("thread.spawn-ref and thread.spawn-indirect")
	default:
		d.canonBuiltin(r, s, def)
	}
	s.coreFuncs = append(s.coreFuncs, def.Core)
	return def
}

func (d *decoder) canonResource(r *reader, s *scope, def *Canon) {
	t, ok := d.resourceAt(r, s, r.u32("a resource type"))
	if !ok {
		return
	}
	def.Resource = t.Resource
	_, local := s.local[t.Resource]
	switch def.Op {
	case CanonResourceNew:
		def.Name, def.Core = "resource.new", coreFunc(d.repType(t.Resource), "i")
	case CanonResourceRep:
		def.Name, def.Core = "resource.rep", coreFunc("i", d.repType(t.Resource))
	default:
		def.Name, def.Core = "resource.drop", coreFunc("i", "")
		return
	}
	if !local {
		r.fail(r.item, "%s needs a resource type that this component defines; %s is not a local resource", def.Name, quote(t.Resource.Name))
	}
}

// repType is the letter for the core type that represents a resource.
func (d *decoder) repType(resource *abi.Resource) string {
	if d.rep64[resource] {
		return "I"
	}
	return "i"
}

func (d *decoder) canonTaskReturn(r *reader, s *scope, def *Canon) {
	result := d.resultList(r, s)
	d.options(r, s, def)
	if r.err != nil {
		return
	}
	o := &def.Options
	if result != nil && result.HasBorrow() {
		r.fail(r.item, "the result of task.return cannot contain a borrow type")
	}
	if o.Async || o.HasRealloc || o.HasPostReturn || o.HasCallback {
		r.fail(r.item, "task.return can only have the options memory and string-encoding: cannot specify another one")
	}
	def.Type = &abi.Func{}
	if result != nil {
		def.Type.Params = []abi.Param{{Name: "result", Type: result}}
		if !o.HasMemory && (d.facts(result).pointers || result.FlatCount() > abi.MaxFlatParams) {
			r.fail(r.item, "canonical option memory is required by task.return of %s", result.Kind)
		}
	}
	def.Core = &CoreFuncType{Params: d.flattenTypes(paramTypes(def.Type), abi.MaxFlatParams, o.pointer())}
}

func (d *decoder) canonContext(r *reader, s *scope, def *Canon) {
	def.Name = "context.get"
	if def.Op == canonContextSet {
		def.Name = "context.set"
	}
	t := r.byte("a core value type")
	switch {
	case t != coreI32 && t != coreI64:
		r.fail(r.item, "%s must be of i32 or i64", def.Name)
	case s.contextType != 0 && s.contextType != t:
		r.fail(r.item, "%s is of another type than the component's slots before: the type must match the previous context type", def.Name)
	}
	s.contextType, def.Slot64 = t, t == coreI64
	d.needs64(r, def.Slot64, def.Name+" of i64")
	if def.Slot = r.u32("an index"); def.Slot >= contextSlots {
		r.fail(r.item, "%s of slot %d; there are %d: immediate must be less than %[3]d", def.Name, def.Slot, contextSlots)
	}
	def.Core = &CoreFuncType{Results: []byte{t}}
	if def.Op == canonContextSet {
		def.Core = &CoreFuncType{Params: []byte{t}}
	}
}

func (d *decoder) canonThreadNew(r *reader, s *scope, def *Canon) {
	t, _ := at(r, s.coreTypes, SortCoreType, r.u32("a core type index"))
	index := r.u32("a core table index")
	table, _ := at(r, s.coreTables, SortCoreTable, index)
	if r.err != nil {
		return
	}
	switch want := coreFunc("i", ""); {
	case t.fn == nil || !t.fn.equal(want) && !t.fn.equal(coreFunc("I", "")):
		r.fail(r.item, "the start function of a thread must take a single i32 argument, or i64, and return nothing")
	case table.ValType != coreFuncRef:
		r.fail(r.item, "core table %d must hold funcref", index)
	default:
		index := byte(coreI32)
		if table.Index64 {
			index = coreI64
		}
		d.needs64(r, table.Index64 || !t.fn.equal(want), "64-bit tables and arguments of threads")
		def.Core = &CoreFuncType{Params: append([]byte{index}, t.fn.Params...), Results: want.Params}
	}
}

// canonBuiltin reads a definition out of builtins.
func (d *decoder) canonBuiltin(r *reader, s *scope, def *Canon) {
	b, ok := builtins[def.Op]
	if !ok {
		r.fail(r.item, "0x%02x is not a canonical definition", byte(def.Op))
		return
	}
	def.Name = b.name
	var elem *abi.Type
	for _, field := range b.fields {
		switch field {
		case 't':
			if def.Channel = d.channelAt(r, s, b.name); def.Channel != nil {
				elem = def.Channel.Elem
			}
		case 'o':
			d.options(r, s, def)
		case 'a':
			def.Options.Async = r.flag("whether a built-in is async")
			if def.Options.Async && !d.features.MoreAsync {
				r.unsupported("async options of " + b.name)
			}
		case 'z':
			if start := r.pos; r.byte("a reserved byte") != 0 && r.err == nil {
				r.fail(start, "non-zero reserved byte: the immediate of %s must be zero", b.name)
			}
		case 'm':
			d.memoryOption(r, s, &def.Options)
		}
	}
	if r.err != nil {
		return
	}
	d.checkBuiltinOptions(r, def, b, elem)
	def.Core = def.Options.coreFunc(b.params, b.results)
}

// channelAt reads the index of a stream or future type, whichever name begins
// with, and returns the type, nil after an error.
func (d *decoder) channelAt(r *reader, s *scope, name string) *abi.Type {
	kind := abi.Stream
	if name[0] == 'f' {
		kind = abi.Future
	}
	index := r.u32("a type index")
	t, ok := at(r, s.types, SortType, index)
	if !ok {
		return nil
	}
	if t.Value == nil || t.Value.Kind != kind {
		r.fail(r.item, "%s needs a %s type; type index %d is not one", name, kind, index)
		return nil
	}
	return t.Value
}

// checkBuiltinOptions checks which options a built-in has and which it needs.
func (d *decoder) checkBuiltinOptions(r *reader, def *Canon, b builtin, elem *abi.Type) {
	if len(b.fields) == 0 || b.fields[len(b.fields)-1] != 'o' {
		return
	}
	o := &def.Options
	if o.HasPostReturn || o.HasCallback {
		r.fail(r.item, "%s cannot have the options post-return and callback", b.name)
	}
	if b.fields == "o" { // error-context
		if o.Async {
			r.fail(r.item, "cannot specify async option on %s", b.name)
		}
		require(r, o.HasMemory, "memory", b.name)
		if def.Op == canonErrorContextMessage {
			require(r, o.HasRealloc, "realloc", b.name)
		}
		return
	}
	if elem == nil {
		return
	}
	require(r, o.HasMemory, "memory", b.name)
	if (def.Op == canonStreamRead || def.Op == canonFutureRead) && d.facts(elem).pointers {
		// What is read is lowered into the reader's memory.
		require(r, o.HasRealloc, "realloc", b.name)
	}
}

// require refuses a definition that lacks an option it needs.
func require(r *reader, has bool, option, name string) {
	if !has {
		r.fail(r.item, "canonical option %s is required by %s", option, name)
	}
}
