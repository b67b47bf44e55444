package component

import (
	"bytes"
	"math"
	"strings"
)

// The core value types, by their binary encoding.
const (
	coreI32       = 0x7f
	coreI64       = 0x7e
	coreF32       = 0x7d
	coreF64       = 0x7c
	coreV128      = 0x7b
	coreFuncRef   = 0x70
	coreExternRef = 0x6f
)

var coreTypeNames = map[byte]string{
	coreI32: "i32", coreI64: "i64", coreF32: "f32", coreF64: "f64",
	coreV128: "v128", coreFuncRef: "funcref", coreExternRef: "externref",
}

// coreFunc is coreFunc with p for an address in the options' memory.
func (o *CanonOptions) coreFunc(params, results string) *CoreFuncType {
	pointer := "i"
	if o.Memory64 {
		pointer = "I"
	}
	return coreFunc(strings.ReplaceAll(params, "p", pointer), strings.ReplaceAll(results, "p", pointer))
}

// coreFunc returns a signature from one letter for each parameter and result:
// i for i32, I for i64.
func coreFunc(params, results string) *CoreFuncType {
	types := func(letters string) []byte {
		var codes []byte
		for _, letter := range letters {
			if letter == 'I' {
				codes = append(codes, coreI64)
			} else {
				codes = append(codes, coreI32)
			}
		}
		return codes
	}
	return &CoreFuncType{Params: types(params), Results: types(results)}
}

// equal reports whether two signatures are the same.
func (f *CoreFuncType) equal(g *CoreFuncType) bool {
	return f == g || bytes.Equal(f.Params, g.Params) && bytes.Equal(f.Results, g.Results)
}

// String returns the signature as `[i32 i64] -> [f32]`.
func (f *CoreFuncType) String() string {
	return "[" + coreTypeList(f.Params) + "] -> [" + coreTypeList(f.Results) + "]"
}

func coreTypeList(codes []byte) string {
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = coreTypeNames[code]
	}
	return strings.Join(names, " ")
}

// unsupported refuses a core feature that is never enabled.
func (r *reader) unsupported(feature string) {
	r.fail(r.item, "%s are not supported", feature)
}

// coreValType reads a core value type.
func coreValType(r *reader) byte {
	start := r.pos
	code := r.byte("a core value type")
	switch {
	case r.err != nil || coreTypeNames[code] != "":
		return code
	case code == 0x63 || code == 0x64 || code >= 0x68 && code <= 0x75:
		r.fail(start, "reference type 0x%02x is not supported: only funcref and externref are", code)
	default:
		r.fail(start, "0x%02x is not a core value type", code)
	}
	return 0
}

// isReference reports whether a core value type is a reference.
func isReference(code byte) bool { return code == coreFuncRef || code == coreExternRef }

// coreFuncType reads a core function type after its opcode.
func coreFuncType(r *reader) *CoreFuncType {
	f := &CoreFuncType{}
	for range r.count(maxParams, "core parameters") {
		f.Params = append(f.Params, coreValType(r))
	}
	for range r.count(maxParams, "core results") {
		f.Results = append(f.Results, coreValType(r))
	}
	return f
}

// The opcodes of core types.
const (
	opCoreFunc   = 0x60
	opCoreModule = 0x50
	// opCoreSub comes before 0x50 where that would mean a module type.
	opCoreSub = 0x00
)

// coreCompType reads a core type that is not a module type.
func coreCompType(r *reader) *CoreFuncType {
	switch op := r.byte("a core type"); op {
	case opCoreFunc:
		return coreFuncType(r)
	case 0x00, 0x4d, 0x4c, 0x4e, 0x4f, 0x50, 0x5e, 0x5f:
		r.unsupported("garbage-collected and recursive core types")
	case 0x5d, 0x65:
		r.unsupported("continuations and shared core types")
	default:
		r.fail(r.pos-1, "0x%02x is not a core type", op)
	}
	return nil
}

// coreSubType reads a function type that can have subtypes. No definition that
// is supported can use it, so it has no place in the result.
func coreSubType(r *reader) {
	start := r.pos
	if op := r.byte("a core type"); op != opCoreModule {
		r.fail(start, "0x%02x where 0x50 (sub) is expected", op)
	}
	if r.count(maxParams, "supertypes") > 0 {
		r.unsupported("core types with supertypes")
	}
	coreCompType(r)
}

// coreTypeDef reads a core type definition.
//
// Spec: Binary, "Type Definitions", core:type.
func (d *decoder) coreTypeDef(r *reader, s *scope) Def {
	def := &CoreTypeDef{Position: Position(r.item)}
	switch r.peek() {
	case opCoreModule:
		r.byte("a core type")
		def.Module = d.coreModuleType(r, s)
	case opCoreSub:
		r.byte("a core type")
		coreSubType(r)
	default:
		def.Func = coreCompType(r)
	}
	s.coreTypes = append(s.coreTypes, coreType{fn: def.Func, module: def.Module})
	return def
}

// coreModuleType reads a module type after its opcode.
func (d *decoder) coreModuleType(r *reader, s *scope) *CoreModuleType {
	t := &CoreModuleType{}
	var types []*CoreFuncType
	seen := make(map[string]bool)
	for range r.count(maxDefinitions, "module declarators") {
		start := r.pos
		if !d.define(r) {
			break
		}
		switch op := r.byte("a module declarator"); op {
		case 0x00:
			module, name := r.name("a module name"), r.name("an import name")
			x := coreExternType(r, types)
			t.Imports = append(t.Imports, CoreImport{Module: module, Name: name, CoreExtern: x})
		case 0x01:
			if r.peek() == opCoreModule {
				// No module type can be defined here, so this is a subtype.
				coreSubType(r)
				types = append(types, nil)
				break
			}
			types = append(types, coreCompType(r))
		case 0x02:
			types = append(types, d.coreTypeAlias(r, s, types))
		case 0x03:
			name := r.name("an export name")
			x := coreExternType(r, types)
			if seen[name] {
				r.fail(start, "export name %s is already defined: duplicate export name", quote(name))
			}
			seen[name] = true
			t.Exports = append(t.Exports, CoreExport{Name: name, CoreExtern: x})
		default:
			r.fail(start, "0x%02x where a module declarator is expected", op)
		}
		if r.err != nil {
			return t
		}
	}
	t.checkImports(r)
	t.buildIndex()
	return t
}

// checkImports refuses two imports of one name: an instantiation could not
// supply them with different things.
func (t *CoreModuleType) checkImports(r *reader) {
	seen := make(map[[2]string]bool, len(t.Imports))
	for i := range t.Imports {
		key := [2]string{t.Imports[i].Module, t.Imports[i].Name}
		if seen[key] {
			r.fail(r.item, "duplicate import name %s %s is already defined", quote(key[0]), quote(key[1]))
			return
		}
		seen[key] = true
	}
}

// coreTypeAlias reads an outer alias of a core type in a module type.
func (d *decoder) coreTypeAlias(r *reader, s *scope, types []*CoreFuncType) *CoreFuncType {
	start := r.pos
	if sort, target := r.byte("a core sort"), r.byte("an alias target"); sort != 0x10 || target != 0x01 {
		r.fail(start, "an alias in a module type can only be an outer alias of a type")
	}
	count, index := r.u32("an alias count"), r.u32("an index")
	if count == 0 {
		f, _ := at(r, types, SortCoreType, index)
		return f
	}
	target := s.outer(count - 1)
	if target == nil {
		r.fail(start, "invalid outer alias count %d: there are not that many enclosing components and types", count)
		return nil
	}
	t, ok := at(r, target.coreTypes, SortCoreType, index)
	switch {
	case ok && t.module != nil:
		r.fail(start, "a module type cannot alias a module type")
	case ok && t.fn == nil:
		r.unsupported("core types with subtypes")
	}
	return t.fn
}

// coreExternType reads the type of a core import or export.
func coreExternType(r *reader, types []*CoreFuncType) CoreExtern {
	start := r.pos
	x := CoreExtern{}
	switch kind := r.byte("the kind of a core import or export"); kind {
	case 0x00:
		x.Sort = SortCoreFunc
		x.Func = coreFuncAt(r, types)
	case 0x01:
		x.Sort = SortCoreTable
		x.ValType = coreValType(r)
		if r.err == nil && !isReference(x.ValType) {
			r.fail(start, "%s is not valid as the element of a table", coreTypeNames[x.ValType])
		}
		x.limits(r, "table", 1<<32-1)
	case 0x02:
		x.Sort = SortCoreMemory
		x.limits(r, "memory", 1<<16)
	case 0x03:
		x.Sort = SortCoreGlobal
		x.ValType = coreValType(r)
		x.Mutable = r.flag("the mutability of a global")
	case 0x04:
		x = coreTag(r, types)
	default:
		r.fail(start, "0x%02x where the kind of a core import or export is expected", kind)
	}
	return x
}

// coreFuncAt reads the index of a function type and returns the type; never
// nil.
func coreFuncAt(r *reader, types []*CoreFuncType) *CoreFuncType {
	f, ok := at(r, types, SortCoreType, r.u32("a type index"))
	if ok && f == nil {
		r.unsupported("functions of core types with subtypes")
	}
	if f == nil {
		return &CoreFuncType{}
	}
	return f
}

// coreTag reads the type of a tag.
func coreTag(r *reader, types []*CoreFuncType) CoreExtern {
	start := r.pos
	if attribute := r.byte("the attribute of a tag"); attribute != 0 {
		r.fail(start, "0x%02x where the attribute 0x00 of a tag is expected", attribute)
	}
	f := coreFuncAt(r, types)
	if r.err == nil && len(f.Results) > 0 {
		r.fail(start, "the type of a tag has results: non-empty tag result type")
	}
	return CoreExtern{Sort: SortCoreTag, Func: f}
}

// limits reads the limits of a table or memory.
func (x *CoreExtern) limits(r *reader, what string, most uint64) {
	start := r.pos
	flags := r.byte("the limits of a " + what)
	paged := flags&8 != 0
	if flags > 15 || paged && what != "memory" {
		r.fail(start, "0x%02x where the limits of a %s are expected", flags, what)
	}
	x.HasMax, x.Shared, x.Index64 = flags&1 != 0, flags&2 != 0, flags&4 != 0
	bits := uint(32)
	if x.Index64 {
		bits, most = 64, 1<<63
		if what == "memory" {
			most = 1 << 48
		}
	}
	x.Min = r.unsigned(bits, "the minimum of a "+what)
	if x.HasMax {
		x.Max = r.unsigned(bits, "the maximum of a "+what)
	}
	if paged && r.err == nil {
		switch size := r.u32("the size of a memory's pages"); {
		case size == 0:
			x.BytePages = true
			if most <<= 16; x.Index64 {
				most = math.MaxUint64
			}
		case size != 16:
			r.fail(start, "pages of 2^%d bytes: custom page sizes are 1 and 65536 bytes: invalid custom page size", size)
		}
	}
	switch {
	case x.Min > most || x.Max > most:
		r.fail(start, "the limits of a %s are above %d", what, most)
	case x.HasMax && x.Max < x.Min:
		r.fail(start, "the minimum of a %s is above its maximum: size minimum must not be greater than maximum", what)
	case x.Shared && !x.HasMax:
		r.fail(start, "a shared %s must have a maximum", what)
	}
}
