package rewrite

import "encoding/binary"

// An Expr is a constant expression of numeric type, checked: a value, or
// additions, subtractions and multiplications over imported globals.
//
// Values are bits as wazero passes them: an i32 or f32 in the low half.
type Expr struct {
	Type ValType
	bits uint64
	// ops is the expression in postfix order; nil where bits is its value.
	ops []exprOp
}

// An exprOp is one step: opGlobalGet and the constants push bits, the rest
// combine the two topmost values.
type exprOp struct {
	op   byte
	bits uint64
}

// Constant returns the expression's bits if it needs no global.
func (e *Expr) Constant() (bits uint64, ok bool) { return e.bits, e.ops == nil }

// Eval returns the expression's bits; global returns those of the imported
// global with the given index among the module's globals.
func (e *Expr) Eval(global func(index uint32) uint64) uint64 {
	if e.ops == nil {
		return e.bits
	}
	var stack []uint64
	for _, op := range e.ops {
		switch op.op {
		case opGlobalGet:
			stack = append(stack, global(uint32(op.bits)))
		case opI32Const:
			stack = append(stack, op.bits)
		default:
			n := len(stack) - 2
			stack = append(stack[:n], combine(op.op, stack[n], stack[n+1]))
		}
	}
	return stack[0]
}

// Globals calls yield with every global that the expression reads, in order.
func (e *Expr) Globals(yield func(index uint32) bool) {
	for _, op := range e.ops {
		if op.op == opGlobalGet && !yield(uint32(op.bits)) {
			return
		}
	}
}

func combine(op byte, a, b uint64) uint64 {
	switch op {
	case opI32Add:
		return uint64(uint32(a) + uint32(b))
	case opI32Sub:
		return uint64(uint32(a) - uint32(b))
	case opI32Mul:
		return uint64(uint32(a) * uint32(b))
	case opI64Add:
		return a + b
	case opI64Sub:
		return a - b
	default:
		return a * b
	}
}

// A span is a range of the input.
type span struct{ start, end int }

// A globalGet is a global.get inside a constant expression that stays in the
// module, kept so that baking can replace it.
type globalGet struct {
	span
	index uint32
}

// constExpr reads a constant expression that must give a value of type want.
// The Expr it returns is only meaningful for numeric types.
//
// Everything is checked here rather than by wazero, because expressions that
// are taken out of the module never reach it, and because indices one past
// the end would otherwise name what Rewrite appends.
func (p *parser) constExpr(want ValType) Expr {
	start := p.pos
	var types []ValType
	var ops []exprOp
	reads := false
	push := func(t ValType, op byte, bits uint64) {
		types = append(types, t)
		ops = append(ops, exprOp{op, bits})
	}
	for p.err == nil {
		at := p.pos
		switch op := p.byte(); op {
		case opEnd:
			if len(types) != 1 || types[0] != want {
				p.failAt(start, "constant expression does not give one value of type %s", want)
				return Expr{}
			}
			e := Expr{Type: want, ops: ops}
			if !reads && want.isNumeric() {
				bits := e.Eval(nil)
				e = Expr{Type: want, bits: bits}
			}
			return e
		case opI32Const:
			push(I32, opI32Const, uint64(uint32(p.signed(32))))
		case opI64Const:
			push(I64, opI32Const, uint64(p.signed(64)))
		case opF32Const:
			if b := p.bytes(4); b != nil {
				push(F32, opI32Const, uint64(binary.LittleEndian.Uint32(b)))
			}
		case opF64Const:
			if b := p.bytes(8); b != nil {
				push(F64, opI32Const, binary.LittleEndian.Uint64(b))
			}
		case opVector:
			if sub := p.byte(); sub != simdConst && p.err == nil {
				p.failAt(at, "vector opcode %#02x is not constant", sub)
			}
			p.bytes(16)
			push(V128, op, 0)
		case opRefNull:
			push(p.refType(), op, 0)
		case opRefFunc:
			p.declare(p.funcIndex())
			push(FuncRef, op, 0)
		case opGlobalGet:
			index := p.u32()
			t, ok := p.constGlobal(index)
			if !ok {
				p.failAt(at, "constant expression reads global %d, which is not an immutable import", index)
				return Expr{}
			}
			p.m.gets = append(p.m.gets, globalGet{span{at, p.pos}, index})
			reads = true
			push(t, op, uint64(index))
		case opI32Add, opI32Sub, opI32Mul, opI64Add, opI64Sub, opI64Mul:
			t := I32
			if op >= opI64Add {
				t = I64
			}
			n := len(types)
			if n < 2 || types[n-1] != t || types[n-2] != t {
				p.failAt(at, "operands of a constant expression are not two of type %s", t)
				return Expr{}
			}
			types = types[:n-1]
			ops = append(ops, exprOp{op: op})
		default:
			p.failAt(at, "%s is not constant", refusedOpcode(op))
		}
	}
	return Expr{}
}

// constGlobal returns the type of an imported immutable global.
func (p *parser) constGlobal(index uint32) (ValType, bool) {
	if uint64(index) >= uint64(len(p.m.globalImports)) {
		return 0, false
	}
	imp := &p.m.Imports[p.m.globalImports[index]]
	return imp.ValType, !imp.Mutable
}
