package golang

import (
	"fmt"

	"github.com/capsule-kit/capsule/wit"
	"github.com/dave/jennifer/jen"
)

// refusingDefault declares a type whose methods refuse, for a host to embed.
func (e *emitter) refusingDefault(g *jen.Group, s *servedGroup) {
	comment(g, []string{
		fmt.Sprintf("%s implements %s by refusing: a guest that calls a", s.refusing, s.goType),
		"function ends with a trap. A host that embeds it goes on compiling when the",
		"WIT gets more functions.",
	})
	g.Type().Id(s.refusing).Struct()
	g.Line()
	for i, f := range s.Funcs {
		if f.Kind != wit.Method {
			e.refusingMethod(g, s, i, s.refusing)
		}
	}
}

// refusingResource is refusingDefault for a resource.
func (e *emitter) refusingResource(g *jen.Group, s *servedGroup, def *wit.TypeDef, name string) {
	refusing := e.top.pick("Unimplemented" + name)
	comment(g, []string{
		fmt.Sprintf("%s implements %s by refusing, except for Close, which does", refusing, name),
		"nothing; for a host to embed.",
	})
	g.Type().Id(refusing).Struct()
	g.Line()
	for i, f := range s.Funcs {
		if f.Kind == wit.Method && f.Resource == def {
			e.refusingMethod(g, s, i, refusing)
		}
	}
	comment(g, []string{"Close does nothing."})
	g.Func().Params(jen.Id(refusing)).Id("Close").Params(jen.Qual("context", "Context")).Error().Block(jen.Return(jen.Nil()))
	g.Line()
}

func (e *emitter) refusingMethod(g *jen.Group, s *servedGroup, i int, receiver string) {
	f := s.Funcs[i]
	params := []jen.Code{jen.Qual("context", "Context")}
	for i, p := range f.Params {
		if f.Kind != wit.Method || i > 0 {
			params = append(params, e.goType(p.Type))
		}
	}
	comment(g, []string{s.methods[i] + " refuses."})
	g.Func().Params(jen.Id(receiver)).Id(s.methods[i]).Params(params...).Add(e.goResults(f)).Block(
		e.failed(f, jen.Qual(pathHost, "ErrUnimplemented")),
	)
	g.Line()
}
