package rewrite

// references are the functions that code refers to with ref.func.
//
// wazero allocates for each ref.func that it executes, outside of the guest's
// memory, and frees it with the instance: a loop fills the host's memory. So
// Rewrite adds a table of these functions, which is filled once, and code
// reads the reference from there. Parse refuses the table's index elsewhere.
type references struct {
	funcs []uint32 // in order of first use
	slots map[uint32]uint32
}

func (r *references) add(index uint32) {
	if _, ok := r.slots[index]; ok {
		return
	}
	if r.slots == nil {
		r.slots = make(map[uint32]uint32)
	}
	r.slots[index] = uint32(len(r.funcs))
	r.funcs = append(r.funcs, index)
}

// get appends what gives the same as ref.func.
func (r *references) get(b []byte, index, table uint32) []byte {
	return appendU32(append(appendConst(b, I32, uint64(r.slots[index])), opTableGet), table)
}

// segment appends the element segment that fills the table.
func (r *references) segment(b []byte, table uint32) []byte {
	b = append(appendConst(appendU32(append(b, elemExplicit), table), I32, 0), opEnd, 0)
	b = appendU32(b, uint32(len(r.funcs)))
	for _, index := range r.funcs {
		b = appendU32(b, index)
	}
	return b
}

// referenceTable is the index of the table that Rewrite adds.
func (m *Module) referenceTable() uint32 { return uint32(m.tableImports + len(m.Tables)) }
