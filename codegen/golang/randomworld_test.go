package golang

import (
	"math/rand/v2"
	"slices"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// hostileNames are names that Go, the generator or each other could trip over:
// keywords, predeclared identifiers, packages and locals of the generated code,
// its methods and functions, and names that differ in case and dashes only.
var hostileNames = []string{
	"type", "func", "range", "map", "chan", "go", "var", "select", "string", "error", "nil", "true", "int", "len", "new", "any",
	"ctx", "c", "err", "ptr", "out", "result", "refused", "ok", "host", "bind", "context", "errors", "fmt", "hostruntime",
	"strconv", "strings", "instance", "instantiate", "imports", "close", "handle", "resource", "world", "served", "task",
	"exports", "funcs", "list", "base", "count", "key", "at", "entries", "index", "i", "n", "s", "v", "w", "self", "owner",
	"load-string", "lift-u8", "lower-own", "store-x", "number-y", "slot-r", "serve-x", "unimplemented", "tuple2", "tuple2-exports",
	"a-b", "ab", "a-B", "u-r-l", "url", "URL", "id", "i-d", "x2", "x-2", "x", "init", "main", "constructor", "drop", "value", "new-x",
	"constructor-x", "guest-x", "x-error", "is-x", "x-names", "names-x", "get-x", "set-x", "internal", "vendor", "testdata",
}

// A worldMaker makes random worlds.
type worldMaker struct {
	*rand.Rand
	interfaces []*wit.Interface
	defs       []*wit.TypeDef // that what is made next can refer to
}

func (m *worldMaker) pick(taken map[string]bool) string {
	for {
		name := hostileNames[m.IntN(len(hostileNames))]
		if !taken[name] {
			taken[name] = true
			return name
		}
	}
}

func randomWorld(seed uint64) *wit.World {
	m := &worldMaker{Rand: rand.New(rand.NewPCG(seed, 1))}
	pkg := &wit.Package{Namespace: "my", Name: "pkg", Version: []string{"", "0.2.1", "3.0.0"}[m.IntN(3)]}
	w := &wit.World{Package: pkg, Name: hostileNames[m.IntN(len(hostileNames))]}
	names := map[string]bool{}
	for range 1 + m.IntN(3) {
		it := m.iface(pkg, m.pick(names))
		m.interfaces = append(m.interfaces, it)
		item := wit.Item{Name: it.ID(), Interface: it}
		w.Imports = append(w.Imports, item) // so that what others use is there
		if m.IntN(2) == 0 {
			w.Exports = append(w.Exports, item)
		}
		if m.IntN(4) == 0 {
			w.Imports = append(w.Imports, wit.Item{Name: m.pick(names), Interface: it})
		}
	}
	taken := map[string]bool{}
	for range m.IntN(3) {
		w.Types = append(w.Types, m.def(m.pick(taken), wit.Owner{World: w}))
	}
	for range m.IntN(4) {
		name := m.pick(names)
		w.Exports = append(w.Exports, wit.Item{Name: name, Func: m.function(name)})
	}
	for range m.IntN(3) {
		name := m.pick(names)
		w.Imports = append(w.Imports, wit.Item{Name: name, Func: m.function(name)})
	}
	return w
}

func (m *worldMaker) iface(pkg *wit.Package, name string) *wit.Interface {
	it := &wit.Interface{Package: pkg, Name: name, Docs: "*/ //go:build ignore\n+build x\r\u202e"}
	taken := map[string]bool{}
	for range 1 + m.IntN(5) {
		def := m.def(m.pick(taken), wit.Owner{Interface: it})
		it.Types = append(it.Types, def)
		if def.Resource {
			m.methods(def)
			it.Funcs = append(it.Funcs, def.Methods...)
		}
	}
	for range m.IntN(4) {
		it.Funcs = append(it.Funcs, m.function(m.pick(taken)))
	}
	return it
}

func (m *worldMaker) def(name string, owner wit.Owner) *wit.TypeDef {
	def := &wit.TypeDef{Name: name, Owner: owner, Docs: "`quotes\" */"}
	members := map[string]bool{}
	switch m.IntN(7) {
	case 0:
		if owner.World == nil {
			def.Resource = true
			break
		}
		fallthrough
	case 1:
		def.Shape = &wit.Type{Kind: abi.Record}
		for range 1 + m.IntN(4) {
			def.Shape.Fields = append(def.Shape.Fields, wit.Field{Name: m.pick(members), Type: m.typ(2, true)})
		}
	case 2:
		def.Shape = &wit.Type{Kind: abi.Variant}
		for range 1 + m.IntN(4) {
			c := wit.Case{Name: m.pick(members)}
			if m.IntN(3) > 0 {
				c.Type = m.typ(2, true)
			}
			def.Shape.Cases = append(def.Shape.Cases, c)
		}
	case 3:
		def.Shape = &wit.Type{Kind: abi.Enum}
		for range 1 + m.IntN(5) {
			def.Shape.Cases = append(def.Shape.Cases, wit.Case{Name: m.pick(members)})
		}
	case 4:
		def.Shape = &wit.Type{Kind: abi.Flags}
		for range 1 + m.IntN(17) {
			def.Shape.Labels = append(def.Shape.Labels, wit.Case{Name: m.pick(members)})
		}
	default:
		def.Shape = m.typ(2, true)
		def.Use = def.Shape.Def != nil && m.IntN(2) == 0
	}
	m.defs = append(m.defs, def)
	return def
}

func (m *worldMaker) methods(def *wit.TypeDef) {
	taken := map[string]bool{}
	if m.IntN(2) == 0 {
		f := m.function("constructor")
		f.Kind, f.Resource, f.Result = wit.Constructor, def, &wit.Type{Kind: abi.Own, Resource: def}
		def.Methods = append(def.Methods, f)
	}
	for range m.IntN(4) {
		f := m.function(m.pick(taken))
		f.Kind, f.Resource = wit.Static, def
		if m.IntN(2) == 0 {
			f.Kind = wit.Method
			f.Params = slices.DeleteFunc(f.Params, func(p wit.Param) bool { return p.Name == "self" })
			f.Params = append([]wit.Param{{Name: "self", Type: &wit.Type{Kind: abi.Borrow, Resource: def}}}, f.Params...)
		}
		def.Methods = append(def.Methods, f)
	}
}

func (m *worldMaker) function(name string) *wit.Func {
	f := &wit.Func{Name: name, Docs: "//go:linkname a b\n*/"}
	taken := map[string]bool{}
	for range m.IntN(5) {
		f.Params = append(f.Params, wit.Param{Name: m.pick(taken), Type: m.typ(3, true)})
	}
	if m.IntN(3) > 0 {
		f.Result = m.typ(3, false)
	}
	return f
}

// typ returns a use of a type. borrows says whether it may borrow.
func (m *worldMaker) typ(depth int, borrows bool) *wit.Type {
	if n := len(m.defs); n > 0 && m.IntN(3) == 0 {
		def := m.defs[m.IntN(n)]
		if def.Resource {
			t := &wit.Type{Kind: abi.Own, Resource: def}
			if borrows && m.IntN(2) == 0 {
				t.Kind = abi.Borrow
			}
			return t
		}
		if borrows || !lends(def.Shape) {
			return &wit.Type{Def: def}
		}
	}
	kinds := []abi.Kind{abi.Bool, abi.S8, abi.U8, abi.S64, abi.F32, abi.Char, abi.String}
	if depth > 0 {
		kinds = append(kinds, abi.List, abi.List, abi.Option, abi.Result, abi.Tuple, abi.Map)
	}
	t := &wit.Type{Kind: kinds[m.IntN(len(kinds))]}
	part := func() *wit.Type { return m.typ(depth-1, borrows) }
	switch t.Kind {
	case abi.List:
		t.Elem, t.Length = part(), uint32(m.IntN(2)*m.IntN(4))
	case abi.Option:
		t.Elem = part()
	case abi.Result:
		t.Cases = []wit.Case{{Name: "ok"}, {Name: "error"}}
		for i := range t.Cases {
			if m.IntN(3) > 0 {
				t.Cases[i].Type = part()
			}
		}
	case abi.Tuple:
		for range 1 + m.IntN(3)*m.IntN(9) {
			t.Fields = append(t.Fields, wit.Field{Type: part()})
		}
	case abi.Map:
		t.Key, t.Elem = &wit.Type{Kind: []abi.Kind{abi.Bool, abi.U16, abi.Char, abi.String}[m.IntN(4)]}, part()
	}
	return t
}

// lends reports whether a type has a borrow in it.
func lends(t *wit.Type) bool {
	switch {
	case t == nil:
		return false
	case t.Def != nil:
		return !t.Def.Resource && lends(t.Def.Shape)
	case t.Kind == abi.Borrow:
		return true
	}
	return lends(t.Elem) || slices.ContainsFunc(t.Fields, func(f wit.Field) bool { return lends(f.Type) }) ||
		slices.ContainsFunc(t.Cases, func(c wit.Case) bool { return lends(c.Type) })
}
