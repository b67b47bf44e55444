package main

import (
	"fmt"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A brokenCall is an exported function whose calls trap on QuickJS.
type brokenCall struct {
	pos wit.Position
	why string
}

func (b brokenCall) String() string { return b.pos.String() + ": " + b.why }

// brokenOnQuickJS returns the functions that a guest on QuickJS can't serve,
// though it builds: componentize-qjs 0.4.5 never drops a borrow of a host's
// resource, takes a resource of its own that is given back for another one,
// and makes nothing of a constructor that may fail.
func brokenOnQuickJS(world *wit.World) []brokenCall {
	var list []brokenCall
	check := func(owner *wit.Interface, f *wit.Func) {
		if f.Fallible() {
			list = append(list, brokenCall{f.Pos, fmt.Sprintf(
				"the engine quickjs can't have the constructor of %s return a result: each call traps: take engine = \"starlingmonkey\", or a static function",
				f.Resource.Name)})
		}
		w := &handleWalk{seen: map[*wit.TypeDef]bool{}}
		params := f.Params
		if f.Kind == wit.Method && len(params) > 0 {
			params = params[1:]
		}
		for _, p := range params {
			w.walk(p.Type)
		}
		for _, h := range w.handles {
			own := owner != nil && h.Resource.Owner.Interface == owner
			switch {
			case h.Kind == abi.Borrow && !own:
				list = append(list, brokenCall{f.Pos, fmt.Sprintf(
					"the engine quickjs never drops the %s that %s is lent, so that each call traps when it returns: take engine = \"starlingmonkey\", or give it as own",
					h.Text(), f.Name)})
			case h.Kind == abi.Own && own:
				list = append(list, brokenCall{f.Pos, fmt.Sprintf(
					"the engine quickjs takes the %s of its own that %s is given back for another one, or traps: lend it as borrow, or write the guest in Python",
					h.Text(), f.Name)})
			}
		}
	}
	for _, item := range world.Exports {
		if item.Func != nil {
			check(nil, item.Func)
			continue
		}
		for _, f := range item.Interface.Funcs {
			check(item.Interface, f)
		}
	}
	return list
}

// A handleWalk collects the handle types within types.
type handleWalk struct {
	seen    map[*wit.TypeDef]bool
	handles []*wit.Type
}

func (w *handleWalk) walk(t *wit.Type) {
	if t == nil {
		return
	}
	if t.Def != nil {
		if !w.seen[t.Def] {
			w.seen[t.Def] = true
			w.walk(t.Def.Shape)
		}
		return
	}
	if t.Kind == abi.Own || t.Kind == abi.Borrow {
		w.handles = append(w.handles, t)
		return
	}
	w.walk(t.Elem)
	w.walk(t.Key)
	for _, f := range t.Fields {
		w.walk(f.Type)
	}
	for _, c := range t.Cases {
		w.walk(c.Type)
	}
}
