package rewrite

// The bits of an element segment's kind. Without passive, explicit says that
// the table is named; with it, that the segment only declares.
const (
	elemPassive  = 1
	elemExplicit = 2
	elemExprs    = 4
)

// elementSection checks the element segments, whose bytes Rewrite copies.
func (p *parser) elementSection() {
	m := p.m
	m.elementCount = p.count(maxSegments, "element segments")
	m.elements.start = p.pos
	for i := 0; i < m.elementCount && p.err == nil; i++ {
		at := p.pos
		kind := p.u32()
		if kind > elemPassive|elemExplicit|elemExprs {
			p.failAt(at, "element segment kind %d is unknown", kind)
			return
		}
		active := kind&elemPassive == 0
		var e Element
		if active {
			if kind&elemExplicit != 0 {
				e.Table = p.u32()
			}
			if uint64(e.Table) >= uint64(m.tableImports+len(m.Tables)) && p.err == nil {
				p.failAt(at, "table %d is unknown", e.Table)
			}
			e.Offset = p.constExpr(I32)
		}
		typ := FuncRef
		if kind&(elemPassive|elemExplicit) != 0 {
			if kind&elemExprs != 0 {
				typ = p.refType()
			} else if b := p.byte(); b != 0 && p.err == nil {
				p.failAt(p.pos-1, "element kind %#02x is unknown", b)
			}
		}
		e.Count = p.count(maxElementItems, "elements")
		m.ElementItems += e.Count
		for j := 0; j < e.Count && p.err == nil; j++ {
			if kind&elemExprs != 0 {
				p.constExpr(typ)
			} else {
				p.declare(p.funcIndex())
			}
		}
		if active {
			m.Elements = append(m.Elements, e)
		}
	}
	m.elements.end = p.pos
}
