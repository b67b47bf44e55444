package component

import "github.com/capsule-kit/capsule/wit/abi"

// The opcodes of the types that are not value types.
const (
	opFunc      = 0x40
	opComponent = 0x41
	opInstance  = 0x42
	opAsyncFunc = 0x43
	opResource  = 0x3f
)

// typeDef reads a type definition of a component.
func (d *decoder) typeDef(r *reader, s *scope, nesting int) Def {
	def := &TypeDef{Position: Position(r.item)}
	if r.peek() == opResource {
		def.Resource = d.resourceDef(r, s)
		if r.err == nil {
			def.Type = resourceType(s.defineLocal())
			d.rep64[def.Type.Resource] = def.Resource.Rep64
		}
	} else {
		def.Type = d.typ(r, s, nesting)
	}
	s.types = append(s.types, def.Type)
	return def
}

// typ reads a type other than a resource type.
func (d *decoder) typ(r *reader, s *scope, nesting int) Type {
	switch op := r.byte("a type"); op {
	case opFunc, opAsyncFunc:
		return Type{Func: d.funcType(r, s, op == opAsyncFunc)}
	case opComponent:
		return Type{Component: d.componentType(r, s, nesting+1)}
	case opInstance:
		return Type{Instance: d.instanceType(r, s, nesting+1)}
	case opResource:
		r.fail(r.item, "resource types can only be defined in a component, not in a component or instance type")
		return Type{}
	default:
		return Type{Value: d.definedType(r, s, op)}
	}
}

// resourceDef reads a resource type definition.
func (d *decoder) resourceDef(r *reader, s *scope) *ResourceDef {
	def := &ResourceDef{}
	r.byte("a type")
	rep := r.byte("a resource representation")
	if def.Rep64 = rep == coreI64; rep != coreI32 && rep != coreI64 {
		r.fail(r.item, "resources can only be represented by i32 or i64")
	}
	d.needs64(r, def.Rep64, "resources represented by i64")
	if def.HasDtor = r.flag("an optional destructor"); !def.HasDtor {
		return def
	}
	def.Dtor = r.u32("a core function index")
	f, ok := at(r, s.coreFuncs, SortCoreFunc, def.Dtor)
	if want := (&CoreFuncType{Params: []byte{rep}}); ok && !f.equal(want) {
		r.fail(r.item, "core function %d has the wrong signature for a destructor: %s where %s is expected", def.Dtor, f, want)
	}
	return def
}

// componentType reads a component type after its opcode.
func (d *decoder) componentType(r *reader, parent *scope, nesting int) *ComponentType {
	s := newScope(componentTypeScope, parent)
	d.declarators(r, s, nesting)
	return d.finish(r, s)
}

// instanceType reads an instance type after its opcode.
func (d *decoder) instanceType(r *reader, parent *scope, nesting int) *InstanceType {
	s := newScope(instanceTypeScope, parent)
	d.declarators(r, s, nesting)
	return d.newInstanceType(r, s.exports.items, s.own)
}

// newInstanceType returns the type of an instance with the given exports.
func (d *decoder) newInstanceType(r *reader, exports []NamedExtern, fresh []*abi.Resource) *InstanceType {
	t := &InstanceType{Exports: exports, fresh: fresh}
	if r.err != nil {
		return t
	}
	t.shape = shape{depth: 1, size: 1}
	for i := range exports {
		t.shape.add(d.externShape(&exports[i].Extern))
	}
	d.checkShape(r, t.shape, "instance type")
	t.index = buildIndex(exports)
	return t
}

// declarators reads the declarators of a component or instance type.
func (d *decoder) declarators(r *reader, s *scope, nesting int) {
	outer := r.item
	if nesting > maxNesting {
		r.fail(r.item, "types are nested more than %d deep", maxNesting)
	}
	for range r.count(maxDefinitions, "declarators") {
		r.item = r.pos
		if !d.define(r) {
			return
		}
		switch op := r.byte("a declarator"); {
		case op == 0x00:
			d.coreTypeDef(r, s)
		case op == 0x01:
			t := d.typ(r, s, nesting)
			s.types = append(s.types, t)
		case op == 0x02:
			d.alias(r, s)
		case op == 0x03 && s.kind == componentTypeScope:
			d.importDef(r, s)
		case op == 0x04:
			d.exportDecl(r, s)
		default:
			r.fail(r.item, "0x%02x is not a declarator of this kind of type", op)
		}
		if r.err != nil {
			return
		}
	}
	r.item = outer
}
