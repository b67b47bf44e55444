package wit

import (
	"strings"

	"github.com/capsule-kit/capsule/wit/abi"
)

// A shaper resolves the types within one declaration.
type shaper struct {
	r   *resolver
	sc  *typeScope
	off bool // the declaration is
	// depth and lends are of the deepest part so far, and of any part: whether
	// it is a borrow.
	depth int
	lends bool
}

// shapeOf gives a declared type its structure.
func (r *resolver) shapeOf(sc *typeScope, def *TypeDef) {
	t := sc.texts[def]
	sh := &shaper{r: r, sc: sc, off: def.off || sc.off}
	switch {
	case t.resource:
		def.depth, def.handle = 1, def
	case t.alias != nil:
		def.Shape = sh.alias(t.alias)
		def.depth, def.lends = sh.depth, sh.lends
		if target := def.Shape.Def; target != nil {
			def.handle, def.unknown = target.handle, target.unknown
		}
	default:
		def.Shape = &Type{Pos: def.Pos, Kind: t.kind}
		r.parts(sh, def, t)
		def.depth, def.lends = sh.depth+1, sh.lends
	}
	if def.depth > MaxTypeDepth {
		r.tooDeep(def.Pos, def.Name)
		def.depth, def.unknown = 1, true
		def.Shape = &Type{Kind: abi.Bool}
	}
	r.addDef(def)
}

func (r *resolver) tooDeep(pos Position, name string) {
	r.report(pos, CodeTooLarge, "%s has a type that nests more than %d levels deep", quoted(name), MaxTypeDepth)
}

// parts resolves the fields, cases or flags of a type.
func (r *resolver) parts(sh *shaper, def *TypeDef, t *typeText) {
	what := map[abi.Kind]string{abi.Record: "field", abi.Variant: "case", abi.Enum: "case", abi.Flags: "flag"}[t.kind]
	if len(t.parts) == 0 {
		r.report(def.Pos, CodeInvalid, "%s %s has no members; it must have at least one", t.kind, quoted(def.Name))
	}
	if t.kind == abi.Flags && len(t.parts) > abi.MaxFlags {
		r.report(t.parts[abi.MaxFlags].pos, CodeTooLarge, "flags %s has %d flags; at most %d are allowed", quoted(def.Name), len(t.parts), abi.MaxFlags)
	}
	seen := make(map[string]name, len(t.parts))
	for _, part := range t.parts {
		key := canonical(part.text)
		if first, twice := seen[key]; twice {
			r.clash(part.name, first, what, " in "+t.kind.String()+" "+quoted(def.Name))
		} else {
			seen[key] = part.name
		}
		var typ *Type
		if part.typ != nil {
			typ = sh.typ(part.typ)
		}
		switch t.kind {
		case abi.Record:
			def.Shape.Fields = append(def.Shape.Fields, Field{Pos: part.pos, Name: part.text, Docs: part.docs, Type: typ})
		case abi.Flags:
			def.Shape.Labels = append(def.Shape.Labels, Case{Pos: part.pos, Name: part.text, Docs: part.docs})
		default:
			def.Shape.Cases = append(def.Shape.Cases, Case{Pos: part.pos, Name: part.text, Docs: part.docs, Type: typ})
		}
	}
}

// clash reports two names that must differ by more than case and dashes.
func (r *resolver) clash(second, first name, what, where string) {
	switch {
	case second.text == first.text:
		r.report(second.pos, CodeDuplicate, "%s %s is given twice%s, first at %s", what, quoted(second.text), where, first.pos)
		return
	case strings.HasPrefix(second.text, "[") || strings.HasPrefix(first.text, "["):
		r.report(second.pos, CodeDuplicate, "%s %s clashes with %s%s, at %s", what, quoted(second.text), quoted(first.text), where, first.pos)
		return
	}
	r.report(second.pos, CodeDuplicate, "%s %s differs only in case or dashes from %s%s, at %s", what, quoted(second.text), quoted(first.text), where, first.pos)
}

// alias resolves what a `type` declaration stands for. A resource's name makes
// another name for the resource; elsewhere it is a handle that owns one.
func (sh *shaper) alias(e *typeExpr) *Type {
	if e.kind != abi.Invalid {
		return sh.typ(e)
	}
	def := sh.named(e)
	if def == nil {
		return &Type{Kind: abi.Bool}
	}
	sh.part(def.depth, def.lends)
	return &Type{Pos: e.pos, Def: def}
}

// part counts in a part of the type at hand.
func (sh *shaper) part(depth int, lends bool) {
	sh.depth = max(sh.depth, depth)
	sh.lends = sh.lends || lends
}

// typ resolves a type that is used in a declaration.
func (sh *shaper) typ(e *typeExpr) *Type {
	t := &Type{Pos: e.pos, Kind: e.kind, Length: e.length}
	inner := &shaper{r: sh.r, sc: sh.sc, off: sh.off}
	switch e.kind {
	case abi.Invalid:
		return sh.name(e)
	case abi.Own, abi.Borrow:
		if t.Resource = sh.resource(e); t.Resource == nil {
			t.Kind = abi.Bool
		}
		inner.lends = e.kind == abi.Borrow
	case abi.List, abi.Option:
		t.Elem = inner.typ(e.args[0])
	case abi.Stream, abi.Future:
		if len(e.args) > 0 {
			t.Elem = inner.typ(e.args[0])
		}
	case abi.Map:
		if !mapKey(e.args[0]) {
			sh.r.report(e.args[0].pos, CodeInvalid, "a map's key is bool, char, string or an integer")
		}
		t.Key, t.Elem = inner.typ(e.args[0]), inner.typ(e.args[1])
	case abi.Tuple:
		if len(e.args) == 0 {
			sh.r.report(e.pos, CodeInvalid, "a tuple has at least one type")
		}
		for _, arg := range e.args {
			t.Fields = append(t.Fields, Field{Pos: arg.pos, Type: inner.typ(arg)})
		}
	case abi.Result:
		t.Cases = []Case{{Name: "ok"}, {Name: "error"}}
		for i, arg := range e.args {
			if arg != nil {
				t.Cases[i].Pos, t.Cases[i].Type = arg.pos, inner.typ(arg)
			}
		}
	}
	sh.part(inner.depth+1, inner.lends)
	return t
}

func mapKey(e *typeExpr) bool {
	return e.kind >= abi.Bool && e.kind <= abi.U64 || e.kind == abi.Char || e.kind == abi.String
}

// name resolves the name of a type: a handle, where it is a resource's.
func (sh *shaper) name(e *typeExpr) *Type {
	def := sh.named(e)
	if def == nil {
		return &Type{Kind: abi.Bool} // stands in for what is unknown
	}
	if def.handle != nil {
		sh.part(1, false)
		return &Type{Pos: e.pos, Kind: abi.Own, Resource: def.handle}
	}
	sh.part(def.depth, def.lends)
	return &Type{Pos: e.pos, Def: def}
}

// resource resolves what own and borrow hold; nil where that is no resource,
// which is reported.
func (sh *shaper) resource(e *typeExpr) *TypeDef {
	def := sh.named(e)
	if def == nil {
		return nil
	}
	if def.handle == nil && !def.unknown {
		sh.r.report(e.pos, CodeWrongKind, "%s<%s>: %s is no resource", e.kind, e.name, quoted(e.name))
	}
	return def.handle
}

// named returns the declaration of a type; nil where there is none, which is
// reported.
func (sh *shaper) named(e *typeExpr) *TypeDef {
	def := sh.sc.defs[e.name]
	switch {
	case def == nil && sh.sc.funcs[e.name]:
		sh.r.report(e.pos, CodeWrongKind, "%s is a function, not a type", quoted(e.name))
	case def == nil:
		sh.r.unknownType(sh.sc, e)
	case def.off && !sh.off:
		sh.r.excluded(e.pos, "type", e.name, def.Stability.Unstable)
	}
	return def
}

// foreignTypes are types of other languages, and of WIT once, with what WIT has
// instead.
var foreignTypes = map[string]string{
	"float32": "f32", "float64": "f64", "float": "f32", "double": "f64", "int": "s32", "uint": "u32", "i8": "s8",
	"i16": "s16", "i32": "s32", "i64": "s64", "int8": "s8", "int16": "s16", "int32": "s32", "int64": "s64",
	"uint8": "u8", "uint16": "u16", "uint32": "u32", "uint64": "u64", "byte": "u8", "bytes": "list<u8>",
	"str": "string", "boolean": "bool", "rune": "char", "vec": "list", "array": "list", "maybe": "option",
	"dict": "map", "set": "list", "void": "no result at all",
}

func (r *resolver) unknownType(sc *typeScope, e *typeExpr) {
	if r.full() {
		return
	}
	err := r.report(e.pos, CodeUnknownName, "unknown type %s%s", quoted(e.name), sc.where)
	if known := foreignTypes[strings.ToLower(e.name)]; known != "" {
		err.Hint = "WIT has " + known
		return
	}
	if from := r.declaredIn(sc, e.name); from != "" {
		err.Hint = "it is declared in interface " + quoted(from) + "; use " + from + ".{" + e.name + "}; brings it here"
		return
	}
	err.suggest(e.name, append(keys(sc.defs), keys(primitives)...))
}

// declaredIn returns an interface of the same package that declares a type, and
// that a use here could name; empty where there is none.
func (r *resolver) declaredIn(sc *typeScope, typ string) string {
	pkg := sc.owner.pkg()
	found := ""
	for _, e := range r.units[pkg.ID()].items {
		if e.interfaceText == nil || e.off || e.iface == sc.owner.Interface {
			continue
		}
		for _, m := range e.interfaceText.items {
			if m.typ != nil && m.typ.text == typ && (found == "" || e.text < found) {
				found = e.text
			}
		}
	}
	return found
}

func (o Owner) pkg() *Package {
	if o.Interface != nil {
		return o.Interface.Package
	}
	return o.World.Package
}
