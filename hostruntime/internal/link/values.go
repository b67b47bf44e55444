package link

import (
	"maps"

	"github.com/capsule-kit/capsule/hostruntime/internal/component"
)

// addValue adds a value to the plan.
func (b *builder) addValue(v Value) item {
	b.limit(len(b.plan.Values), maxValues, "values")
	if v.Type.HasBorrow() {
		b.fail("a value of type %.80s can't be kept: a borrow lasts for one call", v.Type)
	}
	b.plan.Values = append(b.plan.Values, v)
	return item{value: len(b.plan.Values) - 1}
}

// addValue adds a value that a definition of the scope makes.
func (s *scope) addValue(id *component.ValueID, v item) {
	s.values[id] = v.value
	s.add(component.SortValue, v)
}

// start plans the call of a start function.
//
// Spec: Explainer, "Start Definitions".
func (b *builder) start(s *scope, d *component.Start) {
	f := s.get(b, component.SortFunc, d.Func)
	call := &Start{Instance: s.instance, Lifted: f.lifted, Import: f.host, Type: d.Type, Result: -1}
	b.spend(len(d.Args))
	for _, index := range d.Args {
		call.Args = append(call.Args, s.get(b, component.SortValue, index).value)
	}
	if d.Type.Result != nil {
		result := b.addValue(Value{Type: d.Type.Result})
		call.Result = result.value
		s.addValue(d.Result, result)
	}
	b.act(Action{Start: call})
}

func (b *builder) act(a Action) {
	b.limit(len(b.plan.Actions), maxValues, "start functions and equal values")
	a.After = len(b.plan.Steps)
	b.plan.Actions = append(b.plan.Actions, a)
}

// bindValue records which value an import or export is, and plans a check
// where it has to be equal to an earlier one. known are the identities of the
// scope that the type is written in; those that begin in an instance type are
// that instance's own.
func (b *builder) bindValue(known map[*component.ValueID]int, name string, t *component.Extern, it item) {
	switch {
	case t == nil:
	case t.Sort == component.SortValue:
		other, ok := known[t.Equal]
		if !ok {
			known[t.Equal] = it.value
		} else if other != it.value {
			b.act(Action{A: other, B: it.value, Name: name})
		}
	case t.Sort == component.SortInstance && t.Instance.HasValues():
		b.spend(len(known) + len(t.Instance.Exports))
		inner := maps.Clone(known)
		for i := range t.Instance.Exports {
			e := &t.Instance.Exports[i]
			b.bindValue(inner, path(name, e.Name), &e.Extern, it.instance[e.Name].item)
		}
	}
}
