package javascript

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A section is one `declare module` of the types, or, with an empty id, what
// is global.
type section struct {
	e  *emitter
	id string
	// names are what the module declares.
	names   map[string]bool
	helpers map[string]bool
	body    strings.Builder
}

func (e *emitter) newSection(id string) *section {
	return &section{e: e, id: id, names: map[string]bool{}, helpers: map[string]bool{}}
}

func (s *section) name(def *wit.TypeDef) string {
	if id := s.e.owner(def); id != s.id {
		return "import(" + quote(id) + ")." + upper(def.Name)
	}
	return upper(def.Name)
}

func (s *section) helper(name string) bool {
	if s.id == "" || s.names[name] {
		return false
	}
	s.helpers[name] = true
	return true
}

func (s *section) global(name string) string {
	if s.names[name] {
		return "globalThis." + name
	}
	return name
}

// define notes a name that the module declares, and refuses a second one.
func (s *section) define(name string, pos wit.Position, what string) {
	if s.names[name] {
		s.e.problems.Add(pos, wit.CodeDuplicate, what+" becomes "+name+" in JavaScript, a name that is already taken here")
	}
	s.names[name] = true
}

// defineAll claims the names of types and functions before any is written.
func (s *section) defineAll(types []*wit.TypeDef, funcs []*wit.Func) {
	for _, t := range types {
		s.define(upper(t.Name), t.Pos, fmt.Sprintf("type %q", t.Name))
	}
	for _, f := range funcs {
		s.define(lower(f.Name), f.Pos, fmt.Sprintf("function %q", f.Name))
	}
}

func (s *section) line(depth int, text string) {
	s.body.WriteString(strings.Repeat("  ", depth) + text + "\n")
}

func (s *section) doc(depth int, docs string, tags ...string) {
	s.body.WriteString(jsdoc(strings.Repeat("  ", depth), docs, tags...))
}

// gap separates two declarations.
func (s *section) gap() {
	if s.body.Len() > 0 {
		s.body.WriteByte('\n')
	}
}

// text returns the finished section.
func (s *section) text(docs string) string {
	for _, h := range slices.Sorted(maps.Keys(s.helpers)) {
		s.gap()
		if h == "Option" {
			s.line(1, `export type Option<T> = { tag: "none" } | { tag: "some", val: T };`)
		} else {
			s.line(1, `export type Result<T, E> = { tag: "ok", val: T } | { tag: "err", val: E };`)
		}
	}
	body := s.body.String()
	if body == "" {
		body = "  export {};\n"
	}
	return "\n" + jsdoc("", docs) + "declare module " + quote(s.id) + " {\n" + body + "}\n"
}

// declare writes the declaration of one type.
func (s *section) declare(t *wit.TypeDef, imported bool) {
	s.gap()
	switch {
	case t.Resource:
		s.resource(t, imported)
	case t.Shape.Def != nil:
		s.doc(1, t.Docs)
		s.line(1, "export type "+upper(t.Name)+" = "+s.name(t.Shape.Def)+";")
	case t.Shape.Kind == abi.Record:
		s.record(t)
	case t.Shape.Kind == abi.Variant:
		s.variant(t)
	case t.Shape.Kind == abi.Enum:
		s.enum(t)
	case t.Shape.Kind == abi.Flags:
		s.flags(t)
	default:
		s.doc(1, t.Docs)
		s.line(1, "export type "+upper(t.Name)+" = "+s.e.typ(t.Shape, s, t.Pos)+";")
	}
}

// unique refuses a label that becomes the same property as another one.
func (s *section) unique(taken map[string]bool, t *wit.TypeDef, label string) string {
	name := lower(label)
	if taken[name] {
		s.e.problems.Add(t.Pos, wit.CodeDuplicate, fmt.Sprintf("%q in type %q becomes %s in JavaScript, as another name does", label, t.Name, name))
	}
	taken[name] = true
	return name
}

func (s *section) record(t *wit.TypeDef) {
	s.doc(1, t.Docs)
	s.line(1, "export interface "+upper(t.Name)+" {")
	taken := map[string]bool{}
	for _, f := range t.Shape.Fields {
		name := s.unique(taken, t, f.Name)
		s.doc(2, f.Docs)
		if inner := s.e.optional(f.Type); inner != nil {
			// The field may be left out.
			typ := s.e.typ(inner, s, t.Pos)
			if s.e.engine == QuickJS {
				typ += " | null"
			}
			s.e.used[abi.Option] = true
			s.line(2, name+"?: "+typ+" | undefined;")
			continue
		}
		s.line(2, name+": "+s.e.typ(f.Type, s, t.Pos)+";")
	}
	s.line(1, "}")
}

// variant writes the union and, where their names are free, an interface for
// each case.
func (s *section) variant(t *wit.TypeDef) {
	name := upper(t.Name)
	named := true
	for _, c := range t.Shape.Cases {
		named = named && !s.names[name+upper(c.Name)]
	}
	if named {
		for _, c := range t.Shape.Cases {
			s.names[name+upper(c.Name)] = true
		}
	}
	s.doc(1, t.Docs)
	s.line(1, "export type "+name+" =")
	for i, c := range t.Shape.Cases {
		end := ""
		if i == len(t.Shape.Cases)-1 {
			end = ";"
		}
		if named {
			s.line(2, "| "+name+upper(c.Name)+end)
			continue
		}
		s.doc(2, c.Docs)
		s.line(2, "| { "+strings.Join(s.caseFields(t, c), ", ")+" }"+end)
	}
	if !named {
		return
	}
	for _, c := range t.Shape.Cases {
		s.gap()
		s.doc(1, c.Docs)
		s.line(1, "export interface "+name+upper(c.Name)+" {")
		for _, f := range s.caseFields(t, c) {
			s.line(2, f+";")
		}
		s.line(1, "}")
	}
}

func (s *section) caseFields(t *wit.TypeDef, c wit.Case) []string {
	fields := []string{"tag: " + quote(c.Name)}
	if c.Type != nil {
		fields = append(fields, "val: "+s.e.typ(c.Type, s, t.Pos))
	}
	return fields
}

func (s *section) enum(t *wit.TypeDef) {
	s.doc(1, t.Docs)
	s.line(1, "export type "+upper(t.Name)+" =")
	for i, c := range t.Shape.Cases {
		end := ""
		if i == len(t.Shape.Cases)-1 {
			end = ";"
		}
		s.doc(2, c.Docs)
		s.line(2, "| "+quote(c.Name)+end)
	}
}

func (s *section) flags(t *wit.TypeDef) {
	s.doc(1, t.Docs)
	s.line(1, "export interface "+upper(t.Name)+" {")
	taken := map[string]bool{}
	for _, c := range t.Shape.Labels {
		name := s.unique(taken, t, c.Name)
		s.doc(2, c.Docs)
		s.line(2, name+"?: boolean;")
	}
	s.line(1, "}")
}

// throwsTag is the tag that says how a function fails.
func (sig signature) throwsTag() []string {
	if sig.throws == "" {
		return nil
	}
	return []string{"@throws {" + sig.throws + "}"}
}

// resource writes a resource's class. One that is only exported is a class of
// the guest's own, which has no handle to dispose of.
func (s *section) resource(t *wit.TypeDef, imported bool) {
	s.doc(1, t.Docs)
	s.line(1, "export class "+upper(t.Name)+" {")
	taken := map[string]bool{}
	constructed := false
	for _, f := range guest.Methods(t) {
		sig := s.e.signature(f, s)
		name, prefix := lower(f.Name), ""
		switch {
		case f.Kind == wit.Constructor:
			constructed = true
			s.doc(2, f.Docs, sig.throwsTag()...)
			s.line(2, "constructor("+sig.list()+");")
			continue
		case f.Kind == wit.Static:
			prefix = "static "
		}
		if name == "constructor" || prefix != "" && name == "prototype" {
			s.e.refuse(f.Pos, fmt.Sprintf("a JavaScript class can't have a method called %s", name))
		}
		if taken[prefix+name] {
			s.e.problems.Add(f.Pos, wit.CodeDuplicate, fmt.Sprintf("function %q becomes %s in JavaScript, as another one does", f.Name, name))
		}
		taken[prefix+name] = true
		s.doc(2, f.Docs, sig.throwsTag()...)
		s.line(2, prefix+name+"("+sig.list()+"): "+sig.ret+";")
	}
	if imported {
		if !constructed {
			s.line(2, "/** Only the other side makes these. */")
			s.line(2, "private constructor();")
		}
		s.line(2, "/** Drops the handle. */")
		s.line(2, "[Symbol.dispose](): void;")
	}
	s.line(1, "}")
}

// function writes a function of a module.
func (s *section) function(f *wit.Func) {
	s.gap()
	sig := s.e.signature(f, s)
	name := lower(f.Name)
	if reserved[name] {
		s.line(1, "export { "+name+"_ as "+name+" };")
	}
	s.doc(1, f.Docs, sig.throwsTag()...)
	if reserved[name] {
		s.line(1, "function "+name+"_("+sig.list()+"): "+sig.ret+";")
		return
	}
	s.line(1, "export function "+name+"("+sig.list()+"): "+sig.ret+";")
}
