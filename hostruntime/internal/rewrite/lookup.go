package rewrite

// GlobalImport returns the position in Imports of the imported global that
// expressions call index.
func (m *Module) GlobalImport(index uint32) int { return m.globalImports[index] }

// ExportType returns the type of what is exported, with its real limits.
func (m *Module) ExportType(e Export) Extern {
	i := int(e.Index)
	switch e.Kind {
	case Func:
		return Extern{Kind: Func, Sig: m.funcType(e.Index)}
	case Global:
		return *m.globalType(e.Index)
	case Memory:
		if m.Memory != nil {
			return Extern{Kind: Memory, Min: m.Memory.MinPages, Max: m.Memory.MaxPages, HasMax: m.Memory.HasMax}
		}
	case Table:
		if i >= m.tableImports {
			return m.Tables[i-m.tableImports]
		}
	}
	for _, imp := range m.Imports {
		if imp.Kind == e.Kind && int(imp.Index) == i {
			return imp.Extern
		}
	}
	return Extern{}
}

// hasMemory says whether there is a memory, defined or imported.
func (m *Module) hasMemory() bool { return m.Memory != nil || m.memoryImports > 0 }

// funcType returns the signature of the function with the given index.
func (m *Module) funcType(index uint32) FuncType {
	if i := int(index); i < len(m.funcImports) {
		return m.Imports[m.funcImports[i]].Sig
	}
	return m.types[m.funcs[int(index)-len(m.funcImports)]]
}

// globalType returns the type of the global with the given index.
func (m *Module) globalType(index uint32) *Extern {
	if i := int(index); i < len(m.globalImports) {
		return &m.Imports[m.globalImports[i]].Extern
	}
	return &m.Globals[int(index)-len(m.globalImports)]
}
