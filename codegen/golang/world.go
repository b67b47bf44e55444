package golang

import (
	"fmt"
	"go/token"
	"slices"

	"github.com/capsule-kit/capsule/wit"
	"github.com/dave/jennifer/jen"
)

// worldFile declares the world's Go type, its imports and its calls.
func (e *emitter) worldFile() *jen.File {
	f := e.newFile()
	f.PackageComment(fmt.Sprintf("// Package %s calls components of the WIT world %s.", e.pkg, e.plan.ID()))
	version(f.Group)
	e.worldType(f.Group)
	e.instantiate(f.Group)
	if len(e.served) > 0 {
		e.importsType(f.Group)
	}
	for _, s := range e.served {
		if s.home == nil {
			e.hostInterface(f.Group, s)
		}
	}
	for _, c := range e.called {
		if c.Interface != nil {
			e.exportsType(f.Group, c)
		}
		for i := range c.Funcs {
			e.exportMethod(f.Group, c, i)
		}
	}
	e.failureTypes(f.Group)
	return f
}

func (e *emitter) receiver() string { return e.receiverOf(e.world) }

// receiverOf returns the receiver's name in methods of a type.
func (e *emitter) receiverOf(goType string) string {
	name := receiverOf(goType)
	if e.packages[name] || token.IsKeyword(name) || slices.Contains(predeclared, name) || name == "ctx" || name == "context" || name == "c" {
		name += "_"
	}
	return name
}

// receiverOf returns the receiver's name in methods of a type: its first
// letter, unless that is the call's.
func receiverOf(goType string) string {
	first := string(goType[0] | 0x20)
	if first == "c" {
		return string(goType[0]|0x20) + goType[1:]
	}
	return first
}

func (e *emitter) worldType(g *jen.Group) {
	sentence := fmt.Sprintf("%s is an instance of the world %s: one sandbox.", e.world, e.plan.ID())
	doc(g, e.plan.Docs, sentence)
	comment(g, []string{"", "It serves one call at a time and must be closed."})
	g.Type().Id(e.world).StructFunc(func(g *jen.Group) {
		for _, c := range e.called {
			if c.Interface != nil {
				comment(g, []string{fmt.Sprintf("%s are the functions of %s.", c.field, c.Name())})
				g.Id(c.field).Id(c.goType)
			}
		}
		g.Line()
		g.Id("instance").Op("*").Qual(pathHost, "Instance")
		for _, c := range e.called {
			if c.Interface == nil {
				boundFields(g, c)
			}
		}
	})
	g.Line()
	comment(g, []string{"Close ends the instance and frees what it holds."})
	g.Func().Params(jen.Id(e.receiver()).Op("*").Id(e.world)).Id("Close").Params(jen.Id("ctx").Qual("context", "Context")).Error().Block(
		jen.Return(jen.Id(e.receiver()).Dot("instance").Dot("Close").Call(jen.Id("ctx"))),
	)
	g.Line()
	comment(g, []string{"Instance returns the instance behind the calls."})
	g.Func().Params(jen.Id(e.receiver()).Op("*").Id(e.world)).Id("Instance").Params().Op("*").Qual(pathHost, "Instance").Block(
		jen.Return(jen.Id(e.receiver()).Dot("instance")),
	)
	g.Line()
}

func boundFields(g *jen.Group, c *calledGroup) {
	for _, name := range c.funcs {
		g.Id(name).Op("*").Qual(pathBind, "Func")
	}
}

// instantiate writes the function that starts an instance and binds its
// exports.
func (e *emitter) instantiate(g *jen.Group) {
	comment(g, []string{
		"Instantiate starts a sandbox for comp under the given policy.",
		"",
		"It fails when comp does not export the functions of the world with the types",
		"that this package was generated from, and says which differ.",
	})
	params := []jen.Code{
		jen.Id("ctx").Qual("context", "Context"),
		jen.Id("comp").Op("*").Qual(pathHost, "Component"),
		jen.Id("policy").Qual(pathHost, "Policy"),
	}
	args := []jen.Code{jen.Id("ctx"), jen.Id("policy")}
	if len(e.served) > 0 {
		params = append(params, jen.Id("imports").Id("Imports"))
		args = append(args, jen.Id("imports").Dot("served").Call())
	}
	g.Func().Id("Instantiate").Params(params...).Params(jen.Op("*").Id(e.world), jen.Error()).BlockFunc(func(g *jen.Group) {
		g.List(jen.Id("instance"), jen.Err()).Op(":=").Id("comp").Dot("Instantiate").Call(args...)
		g.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err()))
		g.List(jen.Id("task"), jen.Err()).Op(":=").Id("Bind").Call(jen.Id("instance"))
		g.If(jen.Err().Op("!=").Nil()).Block(
			jen.Return(jen.Nil(), jen.Qual("errors", "Join").Call(jen.Err(), jen.Id("instance").Dot("Close").Call(jen.Id("ctx")))),
		)
		g.Return(jen.Id("task"), jen.Nil())
	})
	g.Line()
	e.bind(g)
}

// bind writes the function that finds the exports of an instance.
func (e *emitter) bind(g *jen.Group) {
	comment(g, []string{
		"Bind gives an instance that was started in another way the methods of the",
		"world. It checks what Instantiate checks.",
	})
	g.Func().Id("Bind").Params(jen.Id("instance").Op("*").Qual(pathHost, "Instance")).Params(jen.Op("*").Id(e.world), jen.Error()).BlockFunc(func(g *jen.Group) {
		if len(e.called) == 0 {
			g.Return(jen.Op("&").Id(e.world).Values(jen.Id("instance").Op(":").Id("instance")), jen.Nil())
			return
		}
		g.List(jen.Id("funcs"), jen.Err()).Op(":=").Id("instance").Dot("Bind").Call(jen.Id(e.exportsVar()).Op("..."))
		g.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err()))
		if !e.hasGuests() {
			g.Return(jen.Op("&").Id(e.world).Add(list(true, e.boundValues())), jen.Nil())
			return
		}
		g.Id("task").Op(":=").Op("&").Id(e.world).Add(list(true, e.boundValues()))
		g.Qual(pathBind, "SetOwner").Call(jen.Id("funcs"), jen.Id("task"))
		g.Return(jen.Id("task"), jen.Nil())
	})
	g.Line()
}

func (e *emitter) exportsVar() string {
	if e.exports == "" {
		e.exports = e.top.pick("exports")
	}
	return e.exports
}

// boundValues returns the fields of the world's struct, in the order of the
// table of exports.
func (e *emitter) boundValues() []jen.Code {
	parts := []jen.Code{jen.Id("instance").Op(":").Id("instance")}
	n := 0
	for _, c := range e.called {
		var fields []jen.Code
		for _, name := range c.funcs {
			fields = append(fields, jen.Id(name).Op(":").Id("funcs").Index(jen.Lit(n)))
			n++
		}
		if c.Interface == nil {
			parts = append(parts, fields...)
		} else {
			parts = append(parts, jen.Id(c.field).Op(":").Id(c.goType).Add(list(true, fields)))
		}
	}
	return parts
}

// exportTable writes the exports with the types that they must have.
func (e *emitter) exportTable(g *jen.Group) {
	if len(e.called) == 0 {
		return
	}
	comment(g, []string{fmt.Sprintf("%s are the functions that %s calls, with the types that they must have.", e.exportsVar(), e.world)})
	var rows []jen.Code
	for _, c := range e.called {
		for _, f := range c.Funcs {
			rows = append(rows, list(false, e.externFields(c.Name(), f)))
		}
	}
	g.Var().Id(e.exportsVar()).Op("=").Index().Qual(pathBind, "Export").Add(list(true, rows))
	g.Line()
}

// externFields returns the fields that bind.Export and bind.Import share.
func (e *emitter) externFields(iface string, f *wit.Func) []jen.Code {
	var fields []jen.Code
	if iface != "" {
		fields = append(fields, jen.Id("Interface").Op(":").Lit(iface))
	}
	fields = append(fields,
		jen.Id("Name").Op(":").Lit(f.ExternName()),
		jen.Id("Type").Op(":").Lit(f.ABI().String()),
	)
	if handles := e.handlesField(f); handles != nil {
		fields = append(fields, handles)
	}
	return fields
}

// failureTypes names the errors of functions that return a result.
func (e *emitter) failureTypes(g *jen.Group) {
	done := make(map[*wit.Func]bool)
	declare := func(methods []string, funcs []*wit.Func, side string) {
		for i, f := range funcs {
			if name := e.failure[f]; name != "" && !done[f] {
				done[f] = true
				comment(g, []string{fmt.Sprintf("%s is the error case of %s's result: a value that the %s returned.", name, methods[i], side)})
				g.Type().Id(name).Op("=").Qual(pathHost, "ResultError").Types(e.goType(topResult(f).Cases[1].Type))
				g.Line()
			}
		}
	}
	for _, c := range e.called {
		declare(c.methods, c.Funcs, "guest")
	}
	for _, s := range e.served {
		if s.home != nil {
			continue
		}
		declare(s.methods, s.Funcs, "host")
	}
}
