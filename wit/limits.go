package wit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/wit/abi"
)

// MaxTypeDepth bounds how deeply types nest, aliases not counted: whoever
// walks a loaded type may do so recursively.
const MaxTypeDepth = 100

// limits reports what the reader lets pass and the specification doesn't:
// names given twice, types without members, and types that are deeper or
// larger than MaxTypeDepth and the Canonical ABI allow.
func (c *converter) limits() Errors {
	var errs Errors
	for _, deep := range c.deep {
		errs = append(errs, deep())
	}
	if len(errs) > 0 {
		return errs // the walks below are recursive
	}
	for _, def := range c.defs {
		if def.Resource {
			continue
		}
		if twice := duplicate(def.Shape); twice != "" {
			errs = append(errs, &Error{Pos: def.Pos, Code: CodeDuplicate,
				Msg: fmt.Sprintf("%s %q has two members named %q", def.Shape.Kind, def.Name, twice)})
		}
		if named(def.Shape.Kind) && len(def.Shape.Fields)+len(def.Shape.Cases)+len(def.Shape.Labels) == 0 {
			errs = append(errs, &Error{Pos: def.Pos, Code: CodeInvalid,
				Msg: fmt.Sprintf("%s %q has no members; it must have at least one", def.Shape.Kind, def.Name)})
		}
		if n := len(def.Shape.Labels); n > abi.MaxFlags {
			errs = append(errs, &Error{Pos: def.Pos, Code: CodeTooLarge,
				Msg: fmt.Sprintf("flags %q has %d flags; at most %d are allowed", def.Name, n, abi.MaxFlags)})
		}
		if t := (&Type{Def: def}).ABI(); t.Size() > abi.MaxElemSize {
			errs = append(errs, tooLarge(def.Pos, "type", def.Name))
		}
	}
	check := func(f *Func) {
		if twice := firstTwice(f.Params, func(p Param) string { return p.Name }); twice != "" {
			errs = append(errs, &Error{Pos: f.Pos, Code: CodeDuplicate,
				Msg: fmt.Sprintf("function %q has two parameters named %q", f.Name, twice)})
		}
		sig := f.ABI()
		large := sig.Result != nil && sig.Result.Size() > abi.MaxElemSize || sig.ParamTuple().Size() > abi.MaxElemSize
		if large {
			errs = append(errs, tooLarge(f.Pos, "function", f.Name))
		}
	}
	for _, it := range c.interfaces {
		for _, f := range it.Funcs {
			check(f)
		}
	}
	for _, w := range c.worlds {
		for _, item := range slices.Concat(w.Imports, w.Exports) {
			if item.Func != nil {
				check(item.Func)
			}
		}
	}
	return errs
}

func tooLarge(pos Position, kind, name string) *Error {
	return &Error{Pos: pos, Code: CodeTooLarge, Msg: fmt.Sprintf("%s %q: a value takes more than %d bytes", kind, name, abi.MaxElemSize)}
}

// named reports whether WIT has types of this kind only with a name.
func named(k abi.Kind) bool {
	return k == abi.Record || k == abi.Variant || k == abi.Enum || k == abi.Flags
}

// duplicate returns a member name that t has twice; empty where none.
func duplicate(t *Type) string {
	return cmp.Or(
		firstTwice(t.Fields, func(f Field) string { return f.Name }),
		firstTwice(t.Cases, func(c Case) string { return c.Name }),
		firstTwice(t.Labels, func(c Case) string { return c.Name }),
	)
}

// firstTwice returns the first name that occurs again, upper and lower case
// being the same. Elements of a tuple have none.
func firstTwice[T any](list []T, name func(T) string) string {
	seen := make(map[string]bool, len(list))
	for _, part := range list {
		n := name(part)
		key := strings.ToLower(n)
		if n != "" && seen[key] {
			return n
		}
		seen[key] = true
	}
	return ""
}
