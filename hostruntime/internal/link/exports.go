package link

import "github.com/capsule-kit/capsule/hostruntime/internal/component"

// exports lists the root's functions and values, those of exported instances
// included.
func (b *builder) exports(s *scope) {
	for _, e := range s.component.Exports {
		if b.err != nil {
			return
		}
		b.offset = e.Pos()
		b.export("", e.Name, s.get(b, e.Sort, e.Index), e.Type)
	}
}

// export lists what is exported as name, by the root or by its exported
// instance iface.
func (b *builder) export(iface, name string, it item, t *component.Extern) {
	switch t.Sort {
	case component.SortFunc:
		b.limit(len(b.plan.Exports), maxFunctions, "exported functions")
		b.plan.Exports = append(b.plan.Exports, Export{
			Interface: iface, Name: name, Lifted: it.lifted, Import: it.host, Type: t.Func,
		})
	case component.SortValue:
		b.limit(len(b.plan.ExportedValues), maxValues, "exported values")
		b.plan.ExportedValues = append(b.plan.ExportedValues, ExportedValue{
			Interface: iface, Name: name, Value: it.value, Type: t.Value,
		})
	case component.SortInstance:
		b.spend(len(t.Instance.Exports))
		for i := range t.Instance.Exports {
			e := &t.Instance.Exports[i]
			b.export(path(iface, name), e.Name, it.instance[e.Name].item, &e.Extern)
			if b.err != nil {
				return
			}
		}
	}
}

// path returns the name of an instance within another one.
func path(iface, name string) string {
	if iface == "" {
		return name
	}
	return iface + "#" + name
}
