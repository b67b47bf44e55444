package wit

import "github.com/capsule-kit/capsule/wit/abi"

// MaxTypeDepth bounds how deeply types nest, aliases not counted: whoever
// walks a loaded type may do so recursively.
const MaxTypeDepth = 100

// limits reports the types whose values are larger than the Canonical ABI
// allows.
func (r *resolver) limits() {
	for _, def := range r.defs {
		if !def.Resource && (&Type{Def: def}).ABI().Size() > abi.MaxElemSize {
			r.tooLarge(def.Pos, "type", def.Name)
		}
	}
	for _, f := range r.funcs {
		sig := f.ABI()
		if sig.Result != nil && sig.Result.Size() > abi.MaxElemSize || sig.ParamTuple().Size() > abi.MaxElemSize {
			r.tooLarge(f.Pos, "function", f.Name)
		}
	}
}

func (r *resolver) tooLarge(pos Position, kind, name string) {
	r.report(pos, CodeTooLarge, "%s %s: a value takes more than %d bytes", kind, quoted(name), abi.MaxElemSize)
}
