package hostruntime

import (
	"fmt"
	"strings"

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
		t := &s.tables[e.Table]
		imported := t.slot != slot
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

// A tableOrigin is where a table that a core module has was defined, by core
// slot, and its type there: an importer's idea of the limits can be lower.
type tableOrigin struct {
	slot int
	rewrite.Extern
}

// resolveTables finds the origins of all steps' tables.
func (c *Component) resolveTables() {
	exports := map[*rewrite.Module]map[string]uint32{} // of tables
	for slot := range c.steps {
		s := &c.steps[slot]
		for i := range s.parsed.Imports {
			if s.parsed.Imports[i].Kind == rewrite.Table {
				from := c.plan.Steps[slot].Sources[i]
				origin := &c.steps[from.Slot]
				if exports[origin.parsed] == nil {
					exports[origin.parsed] = tableExports(origin.parsed)
				}
				t := tableOrigin{slot: from.Slot}
				if index, ok := exports[origin.parsed][from.Name]; ok {
					t = origin.tables[index]
				}
				s.tables = append(s.tables, t)
			}
		}
		for _, t := range s.parsed.Tables {
			s.tables = append(s.tables, tableOrigin{slot, t})
		}
	}
}

// tableExports returns the indices of the tables that a module exports.
func tableExports(m *rewrite.Module) map[string]uint32 {
	indices := map[string]uint32{}
	for i := range m.Exports {
		if e := &m.Exports[i]; e.Kind == rewrite.Table {
			indices[e.Name] = e.Index
		}
	}
	return indices
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
