package component

import (
	"slices"
	"strconv"

	"github.com/capsule-kit/capsule/wit/abi"
)

// A match checks whether what is given has the type that is wanted, and finds
// out which resource types the given one supplies for the abstract ones of the
// wanted type.
//
// The two sides can come from different scopes: given and wanted say what the
// resource types mentioned on each side stand for.
//
// Spec: Explainer, "Type Checking".
type match struct {
	d *decoder
	r *reader

	given, wanted *resourceMap
	// abstract are resource types of the wanted side to be supplied; each is
	// supplied where the wanted side introduces it.
	abstract map[*abi.Resource]bool
	// values and labels say which entries of the given side's type spaces
	// stand for those that the wanted side names. Named types are themselves
	// where a name is asked for, so equal structure is not enough.
	values map[*abi.Type]*abi.Type
	labels map[*label]*label
	// done are pairs of nodes that have been found to match.
	done map[pair]bool
}

type pair struct{ given, wanted any }

// A resourceMap says what resource types stand for; those it doesn't have are
// looked up in outer, and stand for themselves in the end.
type resourceMap struct {
	to    map[*abi.Resource]*abi.Resource
	outer *resourceMap
}

func (m *resourceMap) get(resource *abi.Resource) *abi.Resource {
	for ; m != nil; m = m.outer {
		if to, ok := m.to[resource]; ok {
			return to
		}
	}
	return resource
}

func newMatch(d *decoder, r *reader, abstract []*abi.Resource) *match {
	return nestedMatch(d, r, nil, nil, abstract)
}

func nestedMatch(d *decoder, r *reader, given, wanted *resourceMap, abstract []*abi.Resource) *match {
	m := &match{
		d: d, r: r, given: given,
		wanted:   &resourceMap{to: make(map[*abi.Resource]*abi.Resource), outer: wanted},
		abstract: make(map[*abi.Resource]bool, len(abstract)),
		values:   make(map[*abi.Type]*abi.Type),
		labels:   make(map[*label]*label),
		done:     make(map[pair]bool),
	}
	d.charge(r, len(abstract))
	for _, resource := range abstract {
		m.abstract[resource] = true
	}
	return m
}

// assign checks given against wanted and fails with the reason after what.
func (m *match) assign(given, wanted *Extern, what string) bool {
	if m.r.err != nil {
		return false
	}
	if problem := m.extern(given, wanted); problem != "" {
		m.r.fail(m.r.item, "%s: %s", what, problem)
	}
	return m.r.err == nil
}

// begin reports whether a pair of nodes is still to be compared.
func (m *match) begin(given, wanted any, parts int) bool {
	p := pair{given, wanted}
	if m.done[p] || !m.d.charge(m.r, 1+parts) {
		return false
	}
	m.done[p] = true // a mismatch ends everything
	return true
}

// closed reports whether two component types without resource types are known
// to match: then they do so wherever they are met.
func (m *match) closed(given, wanted *ComponentType) bool {
	if given.shape.resources || wanted.shape.resources {
		return false
	}
	p := pair{given, wanted}
	known := given == wanted || m.d.matched[p]
	m.d.matched[p] = true // a mismatch ends everything
	return known
}

func (m *match) extern(given, wanted *Extern) (problem string) {
	if given.Sort != wanted.Sort {
		return "expected a " + wanted.Sort.String() + ", found a " + given.Sort.String()
	}
	switch wanted.Sort {
	case SortFunc:
		return m.fn(given.Func, wanted.Func)
	case SortType:
		return m.entry(given.Type, wanted.Type)
	case SortValue:
		return m.value(given.Value, wanted.Value)
	case SortInstance:
		return m.instance(given.Instance, wanted.Instance)
	case SortComponent:
		return m.component(given.Component, wanted.Component)
	}
	return m.d.matchModule(m.r, given.Module, wanted.Module)
}

func (m *match) entry(given, wanted *Type) (problem string) {
	switch {
	case wanted.Resource != nil:
		if given.Resource == nil {
			return "expected a resource type, found " + given.describe()
		}
		if m.abstract[wanted.Resource] {
			if _, ok := m.wanted.to[wanted.Resource]; !ok {
				m.wanted.to[wanted.Resource] = m.given.get(given.Resource)
			}
		}
		m.labels[wanted.label] = given.label
		return m.resource(given.Resource, wanted.Resource)
	case wanted.Value != nil && given.Value != nil:
		if !wanted.Value.Kind.Primitive() {
			m.values[wanted.Value] = given.Value
		}
		return m.value(given.Value, wanted.Value)
	case wanted.Func != nil && given.Func != nil:
		return m.fn(given.Func, wanted.Func)
	case wanted.Instance != nil && given.Instance != nil:
		return m.equal(
			&Extern{Sort: SortInstance, Instance: given.Instance}, given.Instance.fresh,
			&Extern{Sort: SortInstance, Instance: wanted.Instance}, wanted.Instance.fresh)
	case wanted.Component != nil && given.Component != nil:
		return m.equal(
			&Extern{Sort: SortComponent, Component: given.Component}, nil,
			&Extern{Sort: SortComponent, Component: wanted.Component}, nil)
	}
	return "expected " + wanted.describe() + ", found " + given.describe()
}

// equal compares two types that must be equal: each has the other's type.
func (m *match) equal(a *Extern, freshA []*abi.Resource, b *Extern, freshB []*abi.Resource) (problem string) {
	if problem = nestedMatch(m.d, m.r, m.given, m.wanted, freshB).extern(a, b); problem != "" {
		return problem
	}
	return nestedMatch(m.d, m.r, m.wanted, m.given, freshA).extern(b, a)
}

func (m *match) resource(given, wanted *abi.Resource) (problem string) {
	if m.given.get(given) != m.wanted.get(wanted) {
		return "resource types are not the same: expected " + quote(wanted.Name) + ", found another " + quote(given.Name)
	}
	return ""
}

func (m *match) instance(given, wanted *InstanceType) (problem string) {
	if !m.begin(given, wanted, len(wanted.Exports)) {
		return ""
	}
	return m.named("export", given.Export, wanted.Exports)
}

// named checks the externs that are wanted against those given by their names.
func (m *match) named(kind string, given func(name string) *Extern, wanted []NamedExtern) (problem string) {
	for i := range wanted {
		want := &wanted[i]
		if !m.d.chargeName(m.r, want.Name) {
			return ""
		}
		have := given(want.Name)
		if have == nil {
			return "missing expected " + kind + " " + quote(want.Name)
		}
		if problem = m.extern(have, &want.Extern); problem != "" {
			return "type mismatch in " + kind + " " + quote(want.Name) + ": " + problem
		}
	}
	return ""
}

// component checks component types. What instantiates the wanted component
// supplies its imports and uses its exports; the given one must be content
// with the former and provide the latter.
func (m *match) component(given, wanted *ComponentType) (problem string) {
	if m.closed(given, wanted) || !m.begin(given, wanted, len(given.Imports)+len(wanted.Exports)) {
		return ""
	}
	imports := nestedMatch(m.d, m.r, m.wanted, m.given, given.params)
	if problem = imports.named("import", wanted.Import, given.Imports); problem != "" {
		return problem
	}
	exports := nestedMatch(m.d, m.r, imports.wanted, m.wanted, wanted.fresh)
	return exports.named("export", given.Export, wanted.Exports)
}

func (m *match) fn(given, wanted *abi.Func) (problem string) {
	if !m.begin(given, wanted, len(wanted.Params)) {
		return ""
	}
	if given.Async != wanted.Async {
		return "one function is async and the other is not"
	}
	if len(given.Params) != len(wanted.Params) {
		return "expected " + count(len(wanted.Params), "parameter") + ", found " + count(len(given.Params), "parameter")
	}
	for i, want := range wanted.Params {
		have := given.Params[i]
		if !m.d.chargeName(m.r, want.Name) {
			return ""
		}
		if have.Name != want.Name {
			return "expected parameter named " + quote(want.Name) + ", found " + quote(have.Name)
		}
		if problem = m.value(have.Type, want.Type); problem != "" {
			return "type mismatch in parameter " + quote(want.Name) + ": " + problem
		}
	}
	if problem = m.optional(given.Result, wanted.Result); problem != "" {
		return "type mismatch in the result: " + problem
	}
	return ""
}

// optional compares two types either of which may be nil.
func (m *match) optional(given, wanted *abi.Type) (problem string) {
	switch {
	case given == nil && wanted == nil:
		return ""
	case given == nil:
		return "expected a type, found none"
	case wanted == nil:
		return "expected no type, found one"
	}
	return m.value(given, wanted)
}

// value checks that two value types are equal.
func (m *match) value(given, wanted *abi.Type) (problem string) {
	if given == wanted && !given.HasHandles() {
		return ""
	}
	if given.Kind != wanted.Kind {
		return "expected " + wanted.Kind.String() + ", found " + given.Kind.String()
	}
	if given.Kind.Primitive() || !m.begin(given, wanted, len(wanted.Fields)+len(wanted.Cases)+len(wanted.Labels)) {
		return ""
	}
	for _, label := range wanted.Labels {
		if !m.d.chargeName(m.r, label) {
			return ""
		}
	}
	switch {
	case given.Length != wanted.Length:
		return "lists have different lengths"
	case !slices.Equal(given.Labels, wanted.Labels):
		return "flags have different labels"
	case len(given.Fields) != len(wanted.Fields):
		return "expected " + count(len(wanted.Fields), "field") + ", found " + count(len(given.Fields), "field")
	case len(given.Cases) != len(wanted.Cases):
		return "expected " + count(len(wanted.Cases), "case") + ", found " + count(len(given.Cases), "case")
	case wanted.Resource != nil:
		return m.resource(given.Resource, wanted.Resource)
	}
	for i := range wanted.Fields {
		have, want := &given.Fields[i], &wanted.Fields[i]
		if !m.d.chargeName(m.r, want.Name) {
			return ""
		}
		if have.Name != want.Name {
			return "expected field named " + quote(want.Name) + ", found " + quote(have.Name)
		}
		if problem = m.value(have.Type, want.Type); problem != "" {
			return "type mismatch in field " + quote(want.Name) + ": " + problem
		}
	}
	for i := range wanted.Cases {
		have, want := &given.Cases[i], &wanted.Cases[i]
		if !m.d.chargeName(m.r, want.Name) {
			return ""
		}
		if have.Name != want.Name {
			return "expected case named " + quote(want.Name) + ", found " + quote(have.Name)
		}
		if problem = m.optional(have.Type, want.Type); problem != "" {
			return "type mismatch in case " + quote(want.Name) + ": " + problem
		}
	}
	if problem = m.optional(given.Key, wanted.Key); problem == "" {
		problem = m.optional(given.Elem, wanted.Elem)
	}
	return problem
}

// count returns n and the noun, in the plural where it belongs.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
