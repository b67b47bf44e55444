package component

import "github.com/capsule-kit/capsule/wit/abi"

// A side is what one scope imports or what it exports: the items, their
// names, and the types that thereby have a name outside.
type side struct {
	what  string // "import" or "export"
	items []NamedExtern
	// unique maps the canonical form of each name to the name.
	unique map[string]string
	// resources are the resource types named directly here, which methods
	// can belong to.
	resources     map[*label]string
	resourceNames map[string]bool
	visible       visible
}

func newSide(what string) side {
	return side{
		what:          what,
		unique:        make(map[string]string),
		resources:     make(map[*label]string),
		resourceNames: make(map[string]bool),
		visible:       newVisible(),
	}
}

// add checks an import or export and adds it.
func (side *side) add(d *decoder, r *reader, s *scope, name string, attrs Attributes, x *Extern) {
	if r.err != nil {
		return
	}
	if x.Sort == SortType && x.Type.Resource != nil {
		side.resources[x.Type.label] = name
		side.resourceNames[name] = true
	}
	d.checkVisible(r, s, side, name, x)
	side.addName(d, r, name, attrs, x)
}

// addName is add for a bundle, which introduces no types.
func (side *side) addName(d *decoder, r *reader, name string, attrs Attributes, x *Extern) {
	if r.err != nil {
		return
	}
	parsed, problem := d.parseExternName(name)
	if problem != "" {
		r.fail(r.item, "%s name %s is not valid: %s", side.what, quote(name), problem)
		return
	}
	d.checkAttributes(r, name, parsed, attrs, x)
	d.checkAnnotation(r, side, name, parsed, x)
	key := parsed.uniqueKey(name)
	if prev, ok := side.unique[key]; ok {
		r.fail(r.item, "%s name %s conflicts with previous name %s", side.what, quote(name), quote(prev))
	}
	if r.err != nil {
		return
	}
	side.unique[key] = name
	side.items = append(side.items, NamedExtern{Name: name, Extern: *x})
}

// checkAnnotation checks that what has the name of a constructor, method or
// static function is one.
//
// Spec: Binary, "Import and Export Definitions".
func (d *decoder) checkAnnotation(r *reader, side *side, name string, parsed externName, x *Extern) {
	if r.err != nil || parsed.kind == plainName || parsed.kind == interfaceName {
		return
	}
	if x.Sort != SortFunc {
		r.fail(r.item, "%s %s is a %s where a func is expected", side.what, quote(name), x.Sort)
		return
	}
	if !side.resourceNames[parsed.resource] {
		r.fail(r.item, "%s %s has no preceding %s of a resource type named %s",
			side.what, quote(name), side.what, quote(parsed.resource))
		return
	}
	d.checkAnnotatedFunc(r, side, name, parsed, x.Func)
}

// checkAnnotatedFunc checks the type of a constructor or method.
func (d *decoder) checkAnnotatedFunc(r *reader, side *side, name string, parsed externName, f *abi.Func) {
	var handle *abi.Type
	switch parsed.kind {
	case constructorName:
		handle = f.Result
		if handle != nil && handle.Kind == abi.Result {
			handle = handle.Cases[0].Type
		}
		if handle == nil || handle.Kind != abi.Own {
			r.fail(r.item, "constructor %s must return own<%s> or a result of it", quote(name), parsed.resource)
			return
		}
		if f.Async {
			r.fail(r.item, "constructor %s cannot be async", quote(name))
			return
		}
	case methodName:
		if len(f.Params) == 0 || f.Params[0].Name != "self" || f.Params[0].Type.Kind != abi.Borrow {
			r.fail(r.item, "method %s must have a first parameter self: borrow<%s>", quote(name), parsed.resource)
			return
		}
		handle = f.Params[0].Type
	default:
		return
	}
	switch got, ok := side.resources[d.handles[handle]]; {
	case !ok:
		r.fail(r.item, "%s %s uses a resource type that has no name among the %ss", side.what, quote(name), side.what)
	case got != parsed.resource:
		r.fail(r.item, "%s %s uses resource type %s", side.what, quote(name), quote(got))
	}
}
