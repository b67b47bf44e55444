package witjson

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Dump writes all that a model says as text, one declaration a line: names,
// types, documentation, gates and external ids. It leaves out positions and the
// order of declarations, in which readers differ.
func Dump(packages []*wit.Package) string {
	var d dumper
	for _, p := range sorted(packages, (*wit.Package).ID) {
		d.line(0, "package %s%s", p.ID(), docs(p.Docs))
		for _, it := range sorted(p.Interfaces, interfaceName) {
			d.line(1, "interface %s%s%s", it.Name, gates(it.Stability, ""), docs(it.Docs))
			d.iface(2, it)
		}
		for _, w := range sorted(p.Worlds, func(w *wit.World) string { return w.Name }) {
			d.line(1, "world %s%s%s", w.Name, gates(w.Stability, ""), docs(w.Docs))
			d.types(2, w.Types)
			d.items("import", w.Imports)
			d.items("export", w.Exports)
		}
	}
	return d.String()
}

func interfaceName(it *wit.Interface) string { return it.Name }

func sorted[T any](list []T, name func(T) string) []T {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(name(a), name(b)) })
	return list
}

type dumper struct{ strings.Builder }

func (d *dumper) line(depth int, format string, args ...any) {
	d.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(d, format, args...)
	d.WriteByte('\n')
}

func docs(s string) string {
	if s == "" {
		return ""
	}
	return fmt.Sprintf(" docs %q", s)
}

func gates(s wit.Stability, externalID string) string {
	text := ""
	if s.Since != "" {
		text += " since " + s.Since
	}
	if s.Unstable != "" {
		text += " unstable " + s.Unstable
	}
	if s.Deprecated != "" {
		text += " deprecated " + s.Deprecated
	}
	if externalID != "" {
		text += fmt.Sprintf(" external-id %q", externalID)
	}
	return text
}

func (d *dumper) iface(depth int, it *wit.Interface) {
	d.types(depth, it.Types)
	for _, f := range sorted(it.Funcs, (*wit.Func).ExternName) {
		d.fn(depth, f)
	}
}

func (d *dumper) items(direction string, items []wit.Item) {
	for _, item := range sorted(items, func(i wit.Item) string { return i.Name }) {
		if item.Func != nil {
			d.line(2, "%s %s", direction, item.Name)
			d.fn(3, item.Func)
			continue
		}
		text := ""
		if item.Implements() {
			text = ": " + item.Interface.ID()
		}
		d.line(2, "%s %s%s%s%s", direction, item.Name, text, gates(item.Stability, item.ExternalID), docs(item.Docs))
		if item.Interface.Inline {
			d.line(3, "inline interface%s%s", gates(item.Interface.Stability, ""), docs(item.Interface.Docs))
			d.iface(4, item.Interface)
		}
	}
}

func (d *dumper) fn(depth int, f *wit.Func) {
	var params []string
	for _, p := range f.Params {
		params = append(params, p.Name+": "+typ(p.Type))
	}
	async, result := "", ""
	if f.Async {
		async = "async "
	}
	if f.Result != nil {
		result = " -> " + typ(f.Result)
	}
	d.line(depth, "%s: %sfunc(%s)%s%s%s", f.ExternName(), async, strings.Join(params, ", "), result, gates(f.Stability, f.ExternalID), docs(f.Docs))
}

func (d *dumper) types(depth int, types []*wit.TypeDef) {
	for _, t := range sorted(types, func(t *wit.TypeDef) string { return t.Name }) {
		more := gates(t.Stability, t.ExternalID) + docs(t.Docs)
		if t.Resource {
			d.line(depth, "resource %s%s", t.Name, more)
			for _, f := range sorted(t.Methods, (*wit.Func).ExternName) {
				d.line(depth+1, "%s", f.ExternName())
			}
			continue
		}
		kind := "type"
		if t.Use {
			kind = "use"
		}
		d.line(depth, "%s %s = %s%s", kind, t.Name, typ(t.Shape), more)
		for _, f := range t.Shape.Fields {
			if f.Docs != "" {
				d.line(depth+1, "%s%s", f.Name, docs(f.Docs))
			}
		}
		for _, c := range slices.Concat(t.Shape.Cases, t.Shape.Labels) {
			if c.Docs != "" {
				d.line(depth+1, "%s%s", c.Name, docs(c.Docs))
			}
		}
	}
}

// typ writes a type as it is used: named ones by their name and owner.
func typ(t *wit.Type) string {
	if t == nil {
		return "_"
	}
	if t.Def != nil {
		return defName(t.Def)
	}
	var parts []string
	for _, f := range t.Fields {
		part := typ(f.Type)
		if f.Name != "" {
			part = f.Name + ": " + part
		}
		parts = append(parts, part)
	}
	for _, c := range slices.Concat(t.Cases, t.Labels) {
		part := c.Name
		if c.Type != nil {
			part += "(" + typ(c.Type) + ")"
		}
		parts = append(parts, part)
	}
	switch t.Kind {
	case abi.Own, abi.Borrow:
		parts = append(parts, defName(t.Resource))
	case abi.Map:
		parts = append(parts, typ(t.Key), typ(t.Elem))
	case abi.List, abi.Option, abi.Stream, abi.Future:
		parts = append(parts, typ(t.Elem))
	}
	if t.Length > 0 {
		parts = append(parts, fmt.Sprint(t.Length))
	}
	if parts == nil {
		return t.Kind.String()
	}
	return t.Kind.String() + "<" + strings.Join(parts, ", ") + ">"
}

func defName(t *wit.TypeDef) string {
	switch {
	case t.Owner.Interface != nil:
		return t.Owner.Interface.ID() + "." + t.Name
	default:
		return t.Owner.World.ID() + "." + t.Name
	}
}
