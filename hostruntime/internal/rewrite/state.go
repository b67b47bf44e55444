package rewrite

// Resettable reports whether memory and Output.Globals are all that the
// module's code can change: no instruction changes a table or drops a segment,
// and no mutable global has another type.
func (m *Module) Resettable() bool {
	for i := range m.Globals {
		if g := &m.Globals[i]; g.Mutable && !takenOut(g) {
			return false
		}
	}
	return !m.changesParts
}
