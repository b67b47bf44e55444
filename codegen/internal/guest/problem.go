package guest

import (
	"fmt"
	"slices"

	"github.com/capsule-kit/capsule/wit"
)

// A Problem collects what an emitter refuses.
type Problem struct{ list wit.Errors }

// Add notes one refusal.
func (p *Problem) Add(pos wit.Position, code, msg string) {
	e := &wit.Error{Pos: pos, Code: code, Msg: msg}
	for _, have := range p.list {
		if *have == *e {
			return
		}
	}
	p.list = append(p.list, e)
}

// Err returns nil, the only refusal (*wit.Error), or all of them in the order
// of their positions (wit.Errors).
func (p *Problem) Err() error { return p.list.Err() }

// Accessors refuses the getters and setters of a world. compiler is what reads
// its WIT.
func (p *Problem) Accessors(w *wit.World, reach *Interfaces, compiler string) {
	check := func(f *wit.Func) {
		if f != nil && f.Accessor != wit.NoAccessor {
			p.Add(f.Pos, wit.CodeUnsupported, fmt.Sprintf("property %q: %s can't read get and set in WIT yet; declare functions", f.Name, compiler))
		}
	}
	for _, item := range slices.Concat(w.Imports, w.Exports) {
		check(item.Func)
	}
	for _, i := range slices.Concat(reach.Imports, reach.Exports) {
		for _, f := range i.Funcs {
			check(f)
		}
	}
}
