package golang

import (
	"fmt"
	"maps"
	"slices"

	"github.com/capsule-kit/capsule/wit"
	"github.com/dave/jennifer/jen"
)

// exportsType declares the struct with the methods of an exported interface.
func (e *emitter) exportsType(g *jen.Group, c *calledGroup) {
	doc(g, c.Interface.Docs, fmt.Sprintf("%s calls the functions that the guest exports as %s.", c.goType, c.Name()))
	g.Type().Id(c.goType).StructFunc(func(g *jen.Group) { boundFields(g, c) })
	g.Line()
}

// exportMethod writes the method that calls an export: lower the arguments,
// run the guest, lift the result, finish.
func (e *emitter) exportMethod(g *jen.Group, c *calledGroup, i int) {
	f := c.Funcs[i]
	goType, client := c.goType, ""
	if f.Kind == wit.Method {
		goType = e.typeName(f.Resource)
		client = ".world"
		if c.field != "" {
			client += "." + c.field
		}
	}
	receiver := e.receiverOf(goType)
	names := e.paramNames(f, receiver, "ctx", "c", "err", "ptr", "result", "refused", "bind", "context", "hostruntime")
	if f.Kind == wit.Method {
		names[0] = receiver
	}
	doc(g, f.Docs, fmt.Sprintf("%s calls the guest's function %s.", c.methods[i], f.ExternName()), f.Text())
	g.Func().Params(jen.Id(receiver).Op("*").Id(goType)).Id(c.methods[i]).
		Params(e.goParams(f, names)...).Add(e.goResults(f)).
		BlockFunc(func(g *jen.Group) {
			fail := func(err *jen.Statement) *jen.Statement { return e.failed(f, err) }
			g.List(jen.Id("c"), jen.Err()).Op(":=").Id(receiver + client).Dot(c.funcs[i]).Dot("Begin").Call(jen.Id("ctx"))
			g.If(jen.Err().Op("!=").Nil()).Block(fail(jen.Err()))
			e.lowerParams(g, f, names)
			e.invoke(g, f)
		})
	g.Line()
}

func (e *emitter) paramNames(f *wit.Func, locals ...string) []string {
	names := make([]string, len(f.Params))
	for i, p := range f.Params {
		names[i] = p.Name
	}
	return params(names, slices.AppendSeq(locals, maps.Keys(e.packages))...)
}

// goParams returns a Go function's parameters, the context first and a
// method's self left out; neighbours
// of one type share it: (done, total uint32).
func (e *emitter) goParams(f *wit.Func, names []string) []jen.Code {
	list := []jen.Code{jen.Id("ctx").Qual("context", "Context")}
	first := 0
	if f.Kind == wit.Method {
		first = 1 // the receiver
	}
	for i := first; i < len(names); {
		t := e.goType(f.Params[i].Type)
		var same []jen.Code
		for i < len(names) && e.goType(f.Params[i].Type).GoString() == t.GoString() {
			same = append(same, jen.Id(names[i]))
			i++
		}
		list = append(list, jen.List(same...).Add(t))
	}
	return list
}

// valueType returns the type of a function's Go value beside the error: nil
// for none. Of a result it is the payload of ok.
func valueType(f *wit.Func) *wit.Type {
	if r := topResult(f); r != nil {
		return r.Cases[0].Type
	}
	return f.Result
}

func (e *emitter) goResults(f *wit.Func) *jen.Statement {
	if t := valueType(f); t != nil {
		return jen.Params(e.goType(t), jen.Error())
	}
	return jen.Error()
}

// failed returns a return statement with the zero value and an error.
func (e *emitter) failed(f *wit.Func, err *jen.Statement) *jen.Statement {
	if t := valueType(f); t != nil {
		return jen.Return(e.zero(t), err)
	}
	return jen.Return(err)
}

// lowerParams writes the lowering of all arguments, flat or through memory.
func (e *emitter) lowerParams(g *jen.Group, f *wit.Func, names []string) {
	sig := f.ABI()
	spilled := sig.FlattenLift().ParamsInMemory
	tuple := sig.ParamTuple()
	stack := words{jen.Id("c").Dot("Stack"), 0}
	if spilled {
		g.Id("ptr").Op(":=").Add(method("Alloc", jen.Lit(int(tuple.Size())), jen.Lit(int(tuple.Align()))))
	}
	for i, p := range f.Params {
		if spilled {
			g.Add(e.store(p.Type, pointer("ptr", tuple.Fields[i].Offset), jen.Id(names[i])))
		} else {
			g.Add(e.lower(p.Type, stack, jen.Id(names[i])))
			stack = stack.plus(structural(p.Type).FlatCount())
		}
		if e.fails(p.Type) {
			g.Add(method("Param", jen.Lit(p.Name)))
		}
	}
	if spilled {
		g.Add(jen.Id("c").Dot("Stack").Index(jen.Lit(0)).Op("=").Uint64().Call(jen.Id("ptr")))
	}
}

// invoke writes the call of the guest and what follows it.
func (e *emitter) invoke(g *jen.Group, f *wit.Func) {
	value, result := valueType(f), topResult(f)
	if f.Result == nil {
		g.Add(method("Invoke"))
		g.Return(method("End"))
		return
	}
	if value != nil {
		g.Var().Id("result").Add(e.goType(value))
	}
	if result != nil {
		g.Var().Id("refused").Op("*").Id(e.failure[f])
	}
	g.If(method("Invoke")).BlockFunc(func(g *jen.Group) {
		inMemory := f.ABI().FlattenLift().ResultInMemory
		if inMemory {
			layout := structural(f.Result)
			g.Id("ptr").Op(":=").Add(method("Range", jen.Id("c").Dot("Stack").Index(jen.Lit(0)), jen.Lit(int(layout.Size())), jen.Lit(int(layout.Align()))))
		}
		read := func(t *wit.Type, offset uint32, flat int) *jen.Statement {
			if inMemory {
				return e.load(t, pointer("ptr", offset))
			}
			return e.lift(t, words{jen.Id("c").Dot("Stack"), flat})
		}
		if result == nil {
			g.Id("result").Op("=").Add(read(value, 0, 0))
			return
		}
		e.liftTopResult(g, f, inMemory, read)
	})
	g.If(jen.Err().Op(":=").Add(method("End")), jen.Err().Op("!=").Nil()).Block(e.failed(f, jen.Err()))
	if result != nil {
		g.If(jen.Id("refused").Op("!=").Nil()).Block(e.failed(f, jen.Id("refused")))
	}
	if value != nil {
		g.Return(jen.Id("result"), jen.Nil())
	} else {
		g.Return(jen.Nil())
	}
}

// liftTopResult writes the lifting of a result into result or refused.
func (e *emitter) liftTopResult(g *jen.Group, f *wit.Func, inMemory bool, read func(*wit.Type, uint32, int) *jen.Statement) {
	t := topResult(f)
	offset := structural(t).PayloadOffset()
	disc := jen.Uint32().Call(jen.Id("c").Dot("Stack").Index(jen.Lit(0)))
	if inMemory {
		disc = e.discriminant(t, pointer("ptr", 0))
	}
	refuse := func(g *jen.Group) {
		value := jen.Op("&").Id(e.failure[f])
		if t.Cases[1].Type == nil {
			value.Values()
		} else {
			value.Values(jen.Id("Value").Op(":").Add(read(t.Cases[1].Type, offset, 1)))
		}
		g.Id("refused").Op("=").Add(value)
		g.Add(method("Refuse"))
	}
	isErr := method("Case", disc, jen.Lit(2)).Op("==").Lit(1)
	if t.Cases[0].Type == nil {
		g.If(isErr).BlockFunc(refuse)
		return
	}
	g.If(isErr).BlockFunc(refuse).Else().BlockFunc(func(g *jen.Group) {
		g.Id("result").Op("=").Add(read(t.Cases[0].Type, offset, 1))
	})
}
