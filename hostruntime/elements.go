package hostruntime

import (
	"fmt"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/internal/rewrite"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental/table"
)

// checkElements traps if an active element segment of a module that was just
// instantiated leaves its table. wazero leaves out such a segment, and those
// after it, without a word.
func (in *Instance) checkElements(slot int, s *step) error {
	for i := range s.parsed.Elements {
		e := &s.parsed.Elements[i]
		at := uint64(uint32(e.Offset.Eval(func(index uint32) uint64 { return in.importedGlobal(slot, s, index) })))
		t, imported := in.table(slot, e.Table)
		end := at + uint64(e.Count)
		if end <= uint64(t.Min) || imported && t.ValType != rewrite.FuncRef {
			continue
		}
		if imported && (e.Count == 0 || reaches(in.cores[slot], e.Table, uint32(end-1))) {
			continue // the table has grown since it was made
		}
		return trapf("out of bounds table access: element segment of %d elements at %d, table %d has %d",
			e.Count, at, e.Table, t.Min)
	}
	return nil
}

// table returns the type that a table was defined with, and whether that was
// in another module: an importer's idea of the limits can be lower.
func (in *Instance) table(slot int, index uint32) (t rewrite.Extern, imported bool) {
	m := in.component.steps[slot].parsed
	imports := uint32(0)
	for i := range m.Imports {
		if m.Imports[i].Kind != rewrite.Table {
			continue
		}
		if imports++; m.Imports[i].Index == index {
			return in.exportedTable(in.component.plan.Steps[slot].Sources[i]), true
		}
	}
	return m.Tables[index-imports], false
}

func (in *Instance) exportedTable(source link.CoreRef) rewrite.Extern {
	for _, e := range in.component.steps[source.Slot].parsed.Exports {
		if e.Kind == rewrite.Table && e.Name == source.Name {
			t, _ := in.table(source.Slot, e.Index)
			return t
		}
	}
	return rewrite.Extern{}
}

// reaches reports whether a table of functions has a function at index. wazero
// tells no table's size; it looks functions up as call_indirect does, and
// panics in different ways.
func reaches(module api.Module, index, at uint32) (ok bool) {
	defer func() {
		if r := recover(); r != nil {
			// A function of another type is a function too.
			ok = !strings.Contains(fmt.Sprint(r), "invalid table access")
		}
	}()
	table.LookupFunction(module, index, at, nil, nil)
	return true
}
