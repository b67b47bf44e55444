package wit

import "github.com/capsule-kit/capsule/wit/abi"

// A nameSet is what one interface, or one side of a world, calls its parts; the
// keys are canonical.
type nameSet map[string]name

// defineName notes a name, and reports one that clashes with it.
func (r *resolver) defineName(in nameSet, key string, n name, where string) {
	if first, taken := in[key]; taken {
		r.clash(n, first, "name", where)
		return
	}
	in[key] = n
}

// function resolves a function; resource is nil for those outside of one. off
// says that it, or what it is declared in, is left out.
func (r *resolver) function(sc *typeScope, t *funcText, resource *TypeDef, off bool) *Func {
	f := &Func{
		Pos: t.pos, Name: t.text, Kind: t.kind, Resource: resource, Accessor: t.accessor, Docs: t.docs,
		Stability: t.gates.Stability, ExternalID: t.gates.externalID, Async: t.async,
	}
	sh := &shaper{r: r, sc: sc, off: off}
	if f.Kind == Method {
		self := &Type{Kind: abi.Borrow, Resource: resource}
		f.Params = append(f.Params, Param{Name: "self", Type: self})
	}
	if resource != nil && resource.off && !off {
		r.excluded(t.pos, "resource", resource.Name, resource.Stability.Unstable)
	}
	r.params(sh, f, t)
	r.result(sh, f, t)
	if sh.depth > MaxTypeDepth {
		r.tooDeep(t.pos, t.text)
	}
	if !off {
		r.funcs = append(r.funcs, f)
	}
	return f
}

func (r *resolver) params(sh *shaper, f *Func, t *funcText) {
	seen := make(map[string]name)
	if f.Kind == Method {
		seen["self"] = name{text: "self", pos: t.pos}
	}
	for _, p := range t.params {
		key := canonical(p.text)
		if first, twice := seen[key]; twice {
			r.clash(p.name, first, "parameter", " of function "+quoted(t.text))
		} else {
			seen[key] = p.name
		}
		f.Params = append(f.Params, Param{Pos: p.pos, Name: p.text, Type: sh.typ(p.typ)})
	}
	switch {
	case t.accessor == Getter && len(t.params) > 0:
		r.report(t.params[0].pos, CodeInvalid, "a getter has no parameters")
	case t.accessor == Setter && len(t.params) > 1:
		r.report(t.params[1].pos, CodeInvalid, "a setter has exactly one parameter")
	case t.accessor == Setter && len(t.params) == 0:
		r.report(t.keyword, CodeInvalid, "a setter has exactly one parameter")
	}
}

func (r *resolver) result(sh *shaper, f *Func, t *funcText) {
	own := &shaper{r: r, sc: sh.sc, off: sh.off}
	if t.result != nil {
		f.Result = own.typ(t.result)
		sh.part(own.depth, false)
	}
	if own.lends {
		r.report(t.pos, CodeInvalid, "function %s returns a type that contains a borrow; only parameters can", quoted(t.text))
	}
	switch {
	case t.accessor == Getter && t.result == nil:
		r.report(t.keyword, CodeInvalid, "a getter returns a value")
	case t.accessor == Setter && t.result != nil:
		if shape := f.Result.Resolve(); shape.Kind != abi.Result || shape.Cases[0].Type != nil {
			r.report(t.result.pos, CodeInvalid, "a setter returns nothing, or a result without an ok type")
		}
	case f.Kind == Constructor && t.result == nil:
		f.Result = &Type{Kind: abi.Own, Resource: f.Resource}
	case f.Kind == Constructor:
		r.constructorResult(f, t.result)
	}
}

// constructorResult checks what a constructor that can fail returns.
//
// Spec: WIT, "Item: resource".
func (r *resolver) constructorResult(f *Func, e *typeExpr) {
	shape := f.Result.Resolve()
	if shape.Kind != abi.Result {
		r.report(e.pos, CodeInvalid, "a constructor returns nothing, or a result whose ok type is the resource %s", quoted(f.Resource.Name))
		return
	}
	ok := shape.Cases[0].Type
	if ok != nil && ok.Kind == abi.Own && ok.Resource == f.Resource {
		return
	}
	pos := e.pos
	if e.kind == abi.Result && e.args[0] != nil {
		pos = e.args[0].pos
	}
	r.report(pos, CodeInvalid, "the ok type of a constructor's result is the resource %s", quoted(f.Resource.Name))
}
