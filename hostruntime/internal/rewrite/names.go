package rewrite

import (
	"sort"
	"strconv"
	"strings"
	"sync"
)

// A nameSection holds the function names of the "name" custom section, read
// when first asked for: they are only wanted for traces.
type nameSection struct {
	once  sync.Once
	funcs []funcName // by rising index
}

type funcName struct {
	index uint32
	name  string
}

// FuncName returns the name that the module's name section gives a function,
// "" if none. It is the guest's text: any UTF-8, of any length.
//
// A malformed name section ends where it stops making sense; it is not an
// error, since nothing depends on it.
func (m *Module) FuncName(index uint32) string {
	m.names.once.Do(m.readNames)
	names := m.names.funcs
	i := sort.Search(len(names), func(i int) bool { return names[i].index >= index })
	if i < len(names) && names[i].index == index {
		return names[i].name
	}
	return ""
}

func (m *Module) readNames() {
	for _, c := range m.Custom {
		if c.Name != "name" {
			continue
		}
		r := &reader{src: c.Data, end: len(c.Data)}
		for r.err == nil && r.pos < r.end {
			id := r.byte()
			sub := r.bytes(r.u32())
			if id == 1 {
				m.names.funcs = readFuncNames(sub)
				return
			}
		}
	}
}

// traceName is FuncName, which knows the functions that Rewrite adds as well.
func (m *Module) traceName(index uint32) string {
	added := int(index) - len(m.funcImports) - len(m.funcs) - addedFuncs
	if moves := m.movers(); added >= 0 && added < len(moves) {
		return map[byte]string{subMemoryFill: "memory.fill", subMemoryCopy: "memory.copy", subMemoryInit: "memory.init"}[moves[added].sub]
	}
	return m.FuncName(index)
}

func readFuncNames(content []byte) []funcName {
	r := &reader{src: content, end: len(content)}
	names := make([]funcName, 0, r.count(maxFuncs, "names"))
	for range cap(names) {
		n := funcName{index: r.u32(), name: r.name()}
		if r.err != nil || len(names) > 0 && names[len(names)-1].index >= n.index {
			break
		}
		names = append(names, n)
	}
	return names
}

// Symbolize returns a stack trace as wazero prints it with functions named:
// `k3.$17(i32)` becomes `k3.$17 main(i32)` if module gives, for the name
// "k3" (Options.Name), a module whose function 17 has the name main.
func Symbolize(trace string, module func(name string) *Module) string {
	lines := strings.SplitAfter(trace, "\n")
	for i, line := range lines {
		head, rest, ok := strings.Cut(line, ".$")
		if !ok || !strings.HasPrefix(line, "\t") {
			continue
		}
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		index, err := strconv.ParseUint(digits, 10, 32)
		if err != nil {
			continue
		}
		m := module(strings.TrimSpace(head))
		if m == nil {
			continue
		}
		if name := m.traceName(uint32(index)); name != "" {
			lines[i] = head + ".$" + digits + " " + name + rest[len(digits):]
		}
	}
	return strings.Join(lines, "")
}
