package python

import (
	"fmt"
	"maps"
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// typ returns the annotation for a WIT type, as seen from inside a class that
// defines sc. pos is where a refusal points to.
func (m *module) typ(t *wit.Type, sc scope, pos wit.Position) string {
	if t == nil {
		return "None"
	}
	if def := guest.Named(t); def != nil {
		return m.ref(def, sc)
	}
	t = guest.Structure(t)
	switch t.Kind {
	case abi.Bool:
		return m.builtin("bool", sc)
	case abi.S8, abi.U8, abi.S16, abi.U16, abi.S32, abi.U32, abi.S64, abi.U64:
		return m.builtin("int", sc)
	case abi.F32, abi.F64:
		return m.builtin("float", sc)
	case abi.Char, abi.String:
		return m.builtin("str", sc)
	case abi.List:
		return m.list(t, sc, pos)
	case abi.Tuple:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = m.typ(f.Type, sc, pos)
		}
		if len(parts) == 0 {
			parts = []string{"()"}
		}
		return m.builtin("tuple", sc) + "[" + strings.Join(parts, ", ") + "]"
	case abi.Option:
		inner := m.typ(t.Elem, sc, pos)
		if isOption(t.Elem) {
			inner = m.from("componentize_py_types", "Some", sc) + "[" + inner + "]"
		}
		return inner + " | None"
	case abi.Result:
		ok, err, _ := guest.Result(t)
		return m.from("componentize_py_types", "Result", sc) +
			"[" + m.typ(ok, sc, pos) + ", " + m.typ(err, sc, pos) + "]"
	}
	m.e.refuse(pos, fmt.Sprintf("%s in a Python guest: componentize-py can't build it yet, or this host can't serve it", t.Kind))
	return "object"
}

// list returns bytes for lists of u8 and of s8, which componentize-py both
// gives and takes as bytes, and a list of the element otherwise, also where the
// element is another name for u8 or s8.
func (m *module) list(t *wit.Type, sc scope, pos wit.Position) string {
	if t.Length != 0 {
		m.e.refuse(pos, "a list of fixed length in a Python guest: componentize-py can't build it yet")
	}
	switch t.Elem.Kind { // Invalid for a named type
	case abi.U8, abi.S8:
		return m.builtin("bytes", sc)
	}
	return m.builtin("list", sc) + "[" + m.typ(t.Elem, sc, pos) + "]"
}

func isOption(t *wit.Type) bool {
	return guest.Named(t) == nil && guest.Structure(t).Kind == abi.Option
}

// refuse notes something that the toolchain cannot build.
func (e *emitter) refuse(pos wit.Position, msg string) {
	e.problems.Add(pos, wit.CodeUnsupported, msg)
}

// A signature is a function's head in Python.
type signature struct {
	name   string
	params []string
	ret    string
	// raises is the annotation of what Err carries; empty for a function
	// that has no result type with an error.
	raises string
}

// signature returns the head of f. self is what the first parameter is
// called, "" for a plain function.
func (m *module) signature(f *wit.Func, self string, sc scope) signature {
	s := signature{name: snake(f.Name), ret: "None"}
	if f.Async {
		m.e.refuse(f.Pos, fmt.Sprintf("async function %q: asynchronous components are not supported yet", f.Name))
	}
	params := f.Params
	if f.Kind == wit.Method && len(params) > 0 {
		params = params[1:]
	}
	taken := map[string]bool{}
	if self != "" {
		taken[self] = true
		s.params = append(s.params, self)
	}
	for _, p := range params {
		name := snake(p.Name)
		if taken[name] {
			m.e.refuse(f.Pos, fmt.Sprintf("parameter %q of function %q: componentize-py would make two Python parameters called %s", p.Name, f.Name, name))
		}
		taken[name] = true
		s.params = append(s.params, name+": "+m.typ(p.Type, sc, f.Pos))
	}
	if f.Kind == wit.Constructor {
		s.name = "__init__"
		if _, err, fallible := guest.Result(f.Result); fallible {
			if m.sees != exportSide {
				m.e.refuse(f.Pos, "an imported constructor that returns a result: componentize-py takes the result itself for the resource")
			}
			s.raises = m.described(err, sc, f.Pos)
		}
		return s
	}
	if ok, err, is := raised(f.Result); is {
		s.ret = m.typ(ok, sc, f.Pos)
		s.raises = m.described(err, sc, f.Pos)
	} else if f.Result != nil {
		s.ret = m.typ(f.Result, sc, f.Pos)
	}
	return s
}

// raised returns the parts of a function's result where the function returns the
// one and raises the other. componentize-py doesn't look behind another name of
// a result type, which a use or an alias gives it: such a result is a value.
func raised(t *wit.Type) (ok, err *wit.Type, is bool) {
	if t != nil && t.Def != nil && t.Def.Shape.Def != nil {
		return nil, nil, false
	}
	return guest.Result(t)
}

// described is typ for a docstring. Nothing is imported for the sake of prose:
// checkers call that unused.
func (m *module) described(t *wit.Type, sc scope, pos wit.Position) string {
	claimed, imported := maps.Clone(m.claimed), make(map[string]map[string]bool, len(m.imported))
	for pkg, names := range m.imported {
		imported[pkg] = maps.Clone(names)
	}
	text := m.typ(t, sc, pos)
	m.claimed, m.imported = claimed, imported
	return text
}

// doc returns the function's documentation and what it raises.
func (s signature) doc(docs string) []string {
	list := lines(docs)
	if s.raises == "" {
		return list
	}
	if len(list) > 0 {
		list = append(list, "")
	}
	return append(list, "Raises Err["+s.raises+"].")
}
