package wit

import (
	"fmt"
	"strings"
)

// dump writes the whole model as text, one declaration a line.
func dump(r *Resolved) string {
	var d dumper
	for _, p := range r.Packages {
		mark := ""
		if p == r.Root {
			mark = " (root)"
		}
		d.line(0, "package %s%s%s", p.ID(), mark, docs(p.Docs))
		for _, it := range p.Interfaces {
			d.line(1, "%s interface %s%s%s", lineCol(it.Pos), it.ID(), gated(it.Stability, ""), docs(it.Docs))
			d.iface(2, it)
		}
		for _, w := range p.Worlds {
			d.line(1, "%s world %s%s%s", lineCol(w.Pos), w.ID(), gated(w.Stability, ""), docs(w.Docs))
			for _, t := range w.Types {
				d.typeDef(2, t)
			}
			d.items("import", w.Imports)
			d.items("export", w.Exports)
		}
	}
	return d.String()
}

type dumper struct{ strings.Builder }

func (d *dumper) line(depth int, format string, args ...any) {
	d.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(d, format, args...)
	d.WriteByte('\n')
}

func lineCol(p Position) string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

func docs(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf(" %q", s)
}

func gated(s Stability, externalID string) string {
	text := ""
	for _, gate := range []struct{ name, value string }{
		{"since", s.Since}, {"unstable", s.Unstable}, {"deprecated", s.Deprecated}, {"external-id", externalID},
	} {
		if gate.value != "" {
			text += fmt.Sprintf(" @%s(%s)", gate.name, gate.value)
		}
	}
	return text
}

func (d *dumper) iface(depth int, it *Interface) {
	for _, t := range it.Types {
		d.typeDef(depth, t)
	}
	for _, f := range it.Funcs {
		d.fn(depth, "", f)
	}
}

func (d *dumper) items(direction string, items []Item) {
	for _, item := range items {
		if item.Func != nil {
			d.fn(2, direction+" ", item.Func)
			continue
		}
		of := ""
		if item.Implements() {
			of = ": " + item.Interface.ID()
		}
		d.line(2, "%s %s%s%s%s", direction, item.Name, of, gated(item.Stability, item.ExternalID), docs(item.Docs))
		if item.Interface.Inline {
			d.iface(3, item.Interface)
		}
	}
}

func (d *dumper) fn(depth int, direction string, f *Func) {
	d.line(depth, "%s %s%s: %s%s%s", lineCol(f.Pos), direction, f.ExternName(), f.ABI(), gated(f.Stability, f.ExternalID), docs(f.Docs))
}

func (d *dumper) typeDef(depth int, t *TypeDef) {
	more := gated(t.Stability, t.ExternalID) + docs(t.Docs)
	switch {
	case t.Resource:
		d.line(depth, "%s resource %s%s", lineCol(t.Pos), t.Name, more)
		for _, m := range t.Methods {
			d.line(depth+1, "%s %s", lineCol(m.Pos), m.ExternName())
		}
	case t.Use:
		d.line(depth, "%s use %s = %s%s", lineCol(t.Pos), t.Name, t.Shape.Def.Name, more)
	case t.Shape.Def != nil:
		d.line(depth, "%s type %s = %s%s", lineCol(t.Pos), t.Name, t.Shape.Def.Name, more)
	default:
		d.line(depth, "%s type %s = %s%s", lineCol(t.Pos), t.Name, t.Shape.ABI(), more)
	}
	if t.Shape != nil {
		for _, f := range t.Shape.Fields {
			if f.Docs != "" {
				d.line(depth+1, "%s%s", f.Name, docs(f.Docs))
			}
		}
		for _, c := range append(t.Shape.Cases, t.Shape.Labels...) {
			if c.Docs != "" {
				d.line(depth+1, "%s%s", c.Name, docs(c.Docs))
			}
		}
	}
}
