package link

import "github.com/capsule-kit/capsule/hostruntime/internal/component"

// exports lists the root's functions, those of exported instances included.
func (b *builder) exports(s *scope) {
	for _, e := range s.component.Exports {
		if b.err != nil {
			return
		}
		b.offset = e.Pos()
		it := s.get(b, e.Sort, e.Index)
		switch e.Sort {
		case component.SortFunc:
			b.addExport("", e.Name, it, e.Type)
		case component.SortInstance:
			for i := range e.Type.Instance.Exports {
				inner := &e.Type.Instance.Exports[i]
				if inner.Sort == component.SortFunc {
					b.addExport(e.Name, inner.Name, it.instance[inner.Name].item, &inner.Extern)
				}
			}
		}
	}
}

func (b *builder) addExport(iface, name string, it item, t *component.Extern) {
	b.limit(len(b.plan.Exports), maxFunctions, "exported functions")
	b.plan.Exports = append(b.plan.Exports, Export{
		Interface: iface, Name: name, Lifted: it.lifted, Import: it.host, Type: t.Func,
	})
}
