package main

import (
	"fmt"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A brokenCall is an exported function whose calls trap on an engine, though
// its guest builds.
type brokenCall struct {
	pos wit.Position
	why string
}

func (b brokenCall) String() string { return b.pos.String() + ": " + b.why }

// engineFlaws says what an engine makes wrong of exported functions: one
// sentence each, empty where it makes nothing wrong.
type engineFlaws struct {
	// fallible is about a constructor that returns a result; %[1]s is its
	// resource.
	fallible string
	// lent is about a resource of the host's that is lent, and givenBack about
	// one of the guest's that comes back as own; %[1]s is the type of the
	// handle, and %[2]s the function.
	lent, givenBack string
}

// flaws are those of componentize-qjs 0.4.5 and componentize-js 0.23. The first
// takes the handle of a resource of its own that is given back for its own
// number, and the second forgets the number that is like the handle.
var flaws = map[toolchain.Engine]engineFlaws{
	toolchain.QuickJS: {
		fallible:  "the engine quickjs can't have the constructor of %[1]s return a result: each call traps: take engine = \"starlingmonkey\", or a static function",
		lent:      "the engine quickjs never drops the %[1]s that %[2]s is lent, so that each call traps when it returns: take engine = \"starlingmonkey\", or give it as own",
		givenBack: "the engine quickjs takes the %[1]s of its own that %[2]s is given back for another one, or traps: lend it as borrow, or write the guest in Python",
	},
	toolchain.StarlingMonkey: {
		givenBack: "the engine starlingmonkey may forget another %[1]s of its own than the one that %[2]s is given back, whose next use traps: lend it as borrow, or write the guest in Python",
	},
}

// brokenOn returns the functions that a guest on an engine can't serve.
func brokenOn(engine toolchain.Engine, world *wit.World) []brokenCall {
	var list []brokenCall
	has := flaws[engine]
	add := func(f *wit.Func, sentence string, about ...any) {
		if sentence != "" {
			list = append(list, brokenCall{f.Pos, fmt.Sprintf(sentence, about...)})
		}
	}
	check := func(owner *wit.Interface, f *wit.Func) {
		if f.Fallible() {
			add(f, has.fallible, f.Resource.Name)
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
				add(f, has.lent, h.Text(), f.Name)
			case h.Kind == abi.Own && own:
				add(f, has.givenBack, h.Text(), f.Name)
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
	for _, part := range t.Parts() {
		w.walk(part)
	}
}
