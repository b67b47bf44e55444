package python

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// defineType claims the names that a type's declaration makes.
func (m *module) defineType(def *wit.TypeDef) {
	what := fmt.Sprintf("type %q", def.Name)
	m.define(camel(def.Name), def.Pos, what)
	if def.Shape != nil && def.Shape.Kind == abi.Variant {
		for _, c := range def.Shape.Cases {
			m.define(caseClass(def, c), def.Pos, fmt.Sprintf("case %q of %s", c.Name, what))
		}
	}
}

// declare writes the declaration of one type.
func (m *module) declare(def *wit.TypeDef) {
	switch {
	case def.Resource && m.side == exportSide:
		m.exportedResource(def)
	case def.Resource:
		m.importedResource(def)
	case def.Shape.Kind == abi.Record:
		m.record(def)
	case def.Shape.Kind == abi.Variant:
		m.variant(def)
	case def.Shape.Kind == abi.Enum:
		m.members(def, def.Shape.Cases, "Enum", func(i int) string { return fmt.Sprint(i) })
	case def.Shape.Kind == abi.Flags:
		auto := m.from("enum", "auto", nil)
		m.members(def, def.Shape.Labels, "Flag", func(int) string { return auto + "()" })
	}
}

// class writes the head of a class and its docstring.
func (m *module) class(name, base string, docs []string) (documented bool) {
	m.line(0, "")
	m.line(0, "")
	if base != "" {
		base = "(" + base + ")"
	}
	m.line(0, "class "+name+base+":")
	return m.doc(1, docs)
}

// dataclass writes a dataclass with its fields.
func (m *module) dataclass(name string, docs []string, fields []wit.Field, pos wit.Position) {
	sc := scope{}
	for _, f := range fields {
		if sc[snake(f.Name)] {
			m.e.problems.Add(pos, wit.CodeDuplicate, fmt.Sprintf("field %q becomes %s in Python, as another field does", f.Name, snake(f.Name)))
		}
		sc[snake(f.Name)] = true
	}
	m.line(0, "")
	m.line(0, "")
	m.line(0, "@"+m.from("dataclasses", "dataclass", nil))
	m.line(0, "class "+name+":")
	documented := m.doc(1, docs)
	switch {
	case len(fields) > 0 && documented:
		m.line(0, "")
	case len(fields) == 0 && !documented:
		m.line(1, "pass")
	}
	for _, f := range fields {
		m.line(1, snake(f.Name)+": "+m.typ(f.Type, sc, pos))
		m.doc(1, lines(f.Docs))
	}
}

func (m *module) record(def *wit.TypeDef) {
	m.dataclass(camel(def.Name), lines(def.Docs), def.Shape.Fields, def.Pos)
}

// variant writes a class for each case and the union of them.
func (m *module) variant(def *wit.TypeDef) {
	classes := make([]string, len(def.Shape.Cases))
	for i, c := range def.Shape.Cases {
		classes[i] = caseClass(def, c)
		var fields []wit.Field
		if c.Type != nil {
			fields = []wit.Field{{Name: "value", Type: c.Type}}
		}
		m.dataclass(classes[i], lines(c.Docs), fields, def.Pos)
	}
	m.line(0, "")
	m.line(0, "")
	head := camel(def.Name) + " = "
	joined := strings.Join(classes, " | ")
	switch {
	case utf8.RuneCountInString(head+joined) <= lineLength:
		m.line(0, head+joined)
	case utf8.RuneCountInString(joined)+4 <= lineLength:
		m.line(0, head+"(")
		m.line(1, joined)
		m.line(0, ")")
	default:
		m.line(0, head+"(")
		for i, c := range classes {
			if i > 0 {
				c = "| " + c
			}
			m.line(1, c)
		}
		m.line(0, ")")
	}
	m.doc(0, lines(def.Docs))
}

// members writes an enum or flags class.
func (m *module) members(def *wit.TypeDef, list []wit.Case, base string, value func(int) string) {
	if len(list) == 0 {
		m.e.refuse(def.Pos, fmt.Sprintf("type %q has no members: componentize-py can't build it", def.Name))
	}
	documented := m.class(camel(def.Name), m.from("enum", base, nil), lines(def.Docs))
	if documented {
		m.line(0, "")
	}
	taken := map[string]bool{}
	for i, c := range list {
		name := guest.Shouty(c.Name)
		if taken[name] {
			m.e.problems.Add(def.Pos, wit.CodeDuplicate, fmt.Sprintf("%q in type %q becomes %s in Python, as another name does", c.Name, def.Name, name))
		}
		taken[name] = true
		m.line(1, name+" = "+value(i))
		m.doc(1, lines(c.Docs))
	}
}

// methodScope returns the names that a resource's class defines.
func methodScope(def *wit.TypeDef) scope {
	sc := scope{}
	for _, f := range def.Methods {
		if f.Kind != wit.Constructor {
			sc[snake(f.Name)] = true
		}
	}
	return sc
}

// method writes one function of a resource's class, or of a protocol.
func (m *module) method(f *wit.Func, sc scope, decorators ...string) {
	self := "self"
	if f.Kind == wit.Static {
		self = "cls"
		decorators = append([]string{m.builtin("classmethod", sc)}, decorators...)
	}
	s := m.signature(f, self, sc)
	for _, d := range decorators {
		m.line(1, "@"+d)
	}
	m.def(1, s.name, s.params, s.ret)
	m.doc(2, s.doc(f.Docs))
	m.line(2, "raise "+m.builtin("NotImplementedError", nil))
}

// importedResource writes the class of a resource that the host, or another
// component, provides. It is a context manager: leaving it drops the handle.
func (m *module) importedResource(def *wit.TypeDef) {
	m.within = def
	defer func() { m.within = nil }()
	sc := methodScope(def)
	documented := m.class(camel(def.Name), "", lines(def.Docs))
	for i, f := range def.Methods {
		if i > 0 || documented {
			m.line(0, "")
		}
		m.method(f, sc)
	}
	if documented || len(def.Methods) > 0 {
		m.line(0, "")
	}
	self := m.from("typing", "Self", sc)
	m.def(1, "__enter__", []string{"self"}, self)
	m.line(2, `"""Returns self."""`)
	m.line(2, "return self")
	m.line(0, "")
	exception := m.builtin("BaseException", sc)
	m.def(1, "__exit__", []string{
		"self",
		"exc_type: " + m.builtin("type", sc) + "[" + exception + "] | None",
		"exc_value: " + exception + " | None",
		"traceback: " + m.from("types", "TracebackType", sc) + " | None",
	}, m.builtin("bool", sc)+" | None")
	m.line(2, `"""Release this resource."""`)
	m.line(2, "raise NotImplementedError")
}

// exportedResource writes the protocol that the guest's class implements.
func (m *module) exportedResource(def *wit.TypeDef) {
	m.within = def
	defer func() { m.within = nil }()
	sc := methodScope(def)
	documented := m.class(camel(def.Name), m.from("typing", "Protocol", nil), lines(def.Docs))
	m.protocolBody(def.Methods, sc, documented)
}

// protocolBody writes abstract methods.
func (m *module) protocolBody(list []*wit.Func, sc scope, documented bool) {
	if len(list) == 0 && !documented {
		m.line(1, "pass")
	}
	for i, f := range list {
		if i > 0 || documented {
			m.line(0, "")
		}
		m.method(f, sc, m.from("abc", "abstractmethod", sc))
	}
}
