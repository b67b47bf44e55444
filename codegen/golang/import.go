package golang

import (
	"fmt"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
	"github.com/dave/jennifer/jen"
)

// importsType declares the struct of everything that the host serves.
func (e *emitter) importsType(g *jen.Group) {
	comment(g, []string{
		"Imports are what the host serves to the guest. A field that is nil serves",
		"nothing: a guest that calls one of its functions ends with a trap.",
	})
	g.Type().Id("Imports").StructFunc(func(g *jen.Group) {
		for _, s := range e.served {
			if s.goType != "" {
				g.Id(s.field).Add(e.ref(e.homeOf(s.Group), s.goType))
			}
		}
	})
	g.Line()
	g.Func().Params(jen.Id("imports").Id("Imports")).Id("served").Params().Qual(pathHost, "Imports").BlockFunc(func(g *jen.Group) {
		g.Var().Id("list").Qual(pathHost, "Imports")
		for _, s := range e.served {
			if s.resources != "" {
				g.Id("list").Op("=").Append(jen.Id("list"), e.ref(e.homeOf(s.Group), s.resources).Call().Op("..."))
			}
			if s.goType == "" {
				continue
			}
			field := jen.Id("imports").Dot(s.field)
			g.If(field.Clone().Op("!=").Nil()).Block(
				jen.Id("list").Op("=").Append(jen.Id("list"), e.ref(e.homeOf(s.Group), s.serve).Call(field.Clone()).Op("...")),
			)
		}
		g.Return(jen.Id("list"))
	})
	g.Line()
}

// hostInterface declares the interface that the host implements.
func (e *emitter) hostInterface(g *jen.Group, s *servedGroup) {
	if s.goType == "" {
		return
	}
	docs, sentence := "", fmt.Sprintf("%s is what the world %s imports by itself.", s.goType, e.plan.Name)
	if s.Interface != nil {
		docs, sentence = s.Interface.Docs, fmt.Sprintf("%s is what the guest imports as %s.", s.goType, s.Name())
	}
	doc(g, docs, sentence)
	g.Type().Id(s.goType).InterfaceFunc(func(g *jen.Group) {
		for i, f := range s.Funcs {
			if f.Kind != wit.Method {
				e.hostMethod(g, s, i)
			}
		}
	})
	g.Line()
	e.refusingDefault(g, s)
}

// hostMethod declares a method that the host implements.
func (e *emitter) hostMethod(g *jen.Group, s *servedGroup, i int) {
	f := s.Funcs[i]
	doc(g, f.Docs, fmt.Sprintf("%s serves the function %s.", s.methods[i], f.ExternName()), f.Text())
	g.Id(s.methods[i]).Params(e.goParams(f, e.paramNames(f, "ctx", "context", "hostruntime"))...).Add(e.goResults(f))
}

// serveGroup writes the function that binds a host's implementation.
func (e *emitter) serveGroup(g *jen.Group, s *servedGroup) {
	if s.goType == "" {
		return
	}
	what := "what the world imports by itself"
	if s.Interface != nil {
		what = s.Name()
	}
	comment(g, []string{fmt.Sprintf("%s has host serve %s.", s.serve, what)})
	var rows []jen.Code
	for i, f := range s.Funcs {
		if f.Kind != wit.Method {
			rows = append(rows, e.serveRow(s, i))
		}
	}
	g.Func().Id(s.serve).Params(jen.Id("host").Id(s.goType)).Qual(pathHost, "Imports").Block(
		jen.Return(jen.Qual(pathHost, "Imports").Add(list(true, rows))),
	)
	g.Line()
}

// serveRow returns what binds one import.
func (e *emitter) serveRow(s *servedGroup, i int) jen.Code {
	serve := jen.Func().Params(jen.Id("ctx").Qual("context", "Context"), jen.Id("c").Op("*").Qual(pathBind, "Call")).Error().
		BlockFunc(func(g *jen.Group) { e.serve(g, s, i) })
	return list(true, append(e.externFields(s.Name(), s.Funcs[i]), jen.Id("Serve").Op(":").Add(serve)))
}

// serve writes the body that serves one import: lift the arguments, call the
// host, lower the result.
func (e *emitter) serve(g *jen.Group, s *servedGroup, i int) {
	f := s.Funcs[i]
	names := e.paramNames(f, "host", "ctx", "c", "err", "ptr", "out", "result", "refused", "ok", "bind", "context", "errors", "fmt", "hostruntime")
	e.liftParams(g, f, names)
	receiver, rest := "host", names
	if f.Kind == wit.Method {
		receiver, rest = names[0], names[1:]
	}
	args := []jen.Code{jen.Id("ctx")}
	for _, name := range rest {
		args = append(args, jen.Id(name))
	}
	call := jen.Id(receiver).Dot(s.methods[i]).Call(args...)
	if f.Result == nil {
		g.Return(call)
		return
	}
	if valueType(f) == nil {
		g.Err().Op(":=").Add(call)
	} else {
		g.List(jen.Id("result"), jen.Err()).Op(":=").Add(call)
	}
	if topResult(f) != nil {
		e.lowerTopResult(g, f)
		return
	}
	g.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Err()))
	if e.outPointer(g, f) {
		g.Add(e.store(f.Result, pointer("out", 0), jen.Id("result")))
	} else {
		g.Add(e.lower(f.Result, words{jen.Id("c").Dot("Stack"), 0}, jen.Id("result")))
	}
	g.Return(jen.Nil())
}

// liftParams writes the lifting of all arguments into variables.
func (e *emitter) liftParams(g *jen.Group, f *wit.Func, names []string) {
	sig := f.ABI()
	spilled := sig.FlattenLower().ParamsInMemory
	tuple := sig.ParamTuple()
	stack := words{jen.Id("c").Dot("Stack"), 0}
	traps := spilled
	if spilled {
		g.Id("ptr").Op(":=").Add(method("Range", stack.at(0), jen.Lit(int(tuple.Size())), jen.Lit(int(tuple.Align()))))
	}
	for i, p := range f.Params {
		if spilled {
			g.Id(names[i]).Op(":=").Add(e.load(p.Type, pointer("ptr", tuple.Fields[i].Offset)))
		} else {
			g.Id(names[i]).Op(":=").Add(e.lift(p.Type, stack))
			stack = stack.plus(structural(p.Type).FlatCount())
		}
		traps = traps || e.liftFails(p.Type)
	}
	if traps {
		g.If(method("Failed")).Block(jen.Return(method("Err")))
	}
}

// outPointer declares out, where the guest wants the result; false when the
// result is flat.
func (e *emitter) outPointer(g *jen.Group, f *wit.Func) bool {
	flat := f.ABI().FlattenLower()
	if !flat.ResultInMemory {
		return false
	}
	layout := structural(f.Result)
	g.Id("out").Op(":=").Add(method("Range", jen.Id("c").Dot("Stack").Index(jen.Lit(len(flat.Params)-1)), jen.Lit(int(layout.Size())), jen.Lit(int(layout.Align()))))
	return true
}

// lowerTopResult writes the lowering of a value and an error as a result: a
// ResultError is the error case, any other error traps.
func (e *emitter) lowerTopResult(g *jen.Group, f *wit.Func) {
	t := topResult(f)
	refusal := "refused"
	if t.Cases[1].Type == nil {
		refusal = "_"
	}
	g.List(jen.Id(refusal), jen.Id("ok")).Op(":=").Qual("errors", "AsType").Types(jen.Op("*").Id(e.failure[f])).Call(jen.Err())
	g.If(jen.Err().Op("!=").Nil().Op("&&").Op("!").Id("ok")).Block(jen.Return(jen.Err()))
	if !e.outPointer(g, f) {
		// Only a result without payloads is flat: a bare discriminant.
		word := jen.Id("c").Dot("Stack").Index(jen.Lit(0))
		g.Add(word.Clone()).Op("=").Lit(0)
		g.If(jen.Id("ok")).Block(word.Clone().Op("=").Lit(1))
		g.Return(jen.Nil())
		return
	}
	s := e.memorySink("out")
	g.If(jen.Id("ok")).BlockFunc(func(g *jen.Group) {
		e.writeCase(g, t, 1, s, jen.Id("refused").Dot("Value"))
		g.Return(jen.Nil())
	})
	e.writeCase(g, t, 0, s, jen.Id("result"))
	g.Return(jen.Nil())
}

// zero returns the zero value of t's Go type.
func (e *emitter) zero(t *wit.Type) *jen.Statement {
	switch r := e.resolve(t); r.Kind {
	case abi.Bool:
		return jen.False()
	case abi.String:
		return jen.Lit("")
	case abi.List:
		if isArray(r) {
			return e.goType(t).Values()
		}
		return jen.Nil()
	case abi.Option:
		return jen.Nil()
	case abi.Map, abi.Variant, abi.Own, abi.Borrow:
		return jen.Nil()
	case abi.Record, abi.Tuple, abi.Result:
		return e.goType(t).Values()
	}
	return jen.Lit(0)
}
