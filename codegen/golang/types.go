package golang

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/capsule-kit/capsule/codegen/internal/plan"
	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
	"github.com/dave/jennifer/jen"
)

// typesFile declares the world's types.
func (e *emitter) typesFile() *jen.File {
	f := e.newFile()
	version(f.Group)
	for _, def := range e.plan.Types {
		if !sameNameUse(def) && e.home(def) == e {
			e.declare(f.Group, def)
		}
	}
	var counts []int
	for n := range e.tuples {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	for _, n := range counts {
		e.declareTuple(f.Group, n)
	}
	return f
}

func (e *emitter) declare(g *jen.Group, def *wit.TypeDef) {
	name := e.types[def]
	if def.Resource {
		e.declareResource(g, def, name)
		return
	}
	sentence := fmt.Sprintf("%s is %s of %s.", name, kindPhrase(def), e.ownerID(def))
	doc(g, def.Docs, sentence, def.Text()...)
	if def.Shape.Def != nil {
		target := e.goType(def.Shape)
		if resource, _ := plan.ResourceOf(def.Shape); resource != nil {
			target = jen.Qual(pathHost, "WASIResource")
			if e.plan.Resource(resource).Group != nil {
				target = e.typeRef(resource)
			}
		}
		g.Type().Id(name).Op("=").Add(target)
		g.Line()
		return
	}
	switch def.Shape.Kind {
	case abi.Record:
		e.declareRecord(g, def, name)
	case abi.Variant:
		e.declareVariant(g, def, name)
	case abi.Enum:
		e.declareEnum(g, def, name)
	case abi.Flags:
		e.declareFlags(g, def, name)
	default:
		g.Type().Id(name).Op("=").Add(e.goType(def.Shape))
		g.Line()
	}
}

func kindPhrase(def *wit.TypeDef) string {
	switch {
	case def.Shape.Def != nil:
		return "another name for a type"
	case def.Shape.Kind == abi.Record, def.Shape.Kind == abi.Variant:
		return "a " + def.Shape.Kind.String()
	case def.Shape.Kind == abi.Enum:
		return "an enum"
	case def.Shape.Kind == abi.Flags:
		return "a set of flags"
	}
	return "a name for a type"
}

func (e *emitter) ownerID(def *wit.TypeDef) string {
	if g := e.plan.View(def); g != nil {
		return g.Name()
	}
	if def.Owner.Interface != nil {
		return def.Owner.Interface.ID()
	}
	return "the world " + def.Owner.World.Name
}

func (e *emitter) declareRecord(g *jen.Group, def *wit.TypeDef, name string) {
	g.Type().Id(name).StructFunc(func(g *jen.Group) {
		for i, f := range def.Shape.Fields {
			doc(g, f.Docs, "")
			g.Id(e.fields[def][i]).Add(e.goType(f.Type))
		}
	})
	g.Line()
}

func (e *emitter) declareVariant(g *jen.Group, def *wit.TypeDef, name string) {
	marker := "is" + name
	g.Type().Id(name).Interface(jen.Id(marker).Params())
	g.Line()
	for i, c := range def.Shape.Cases {
		id := e.cases[def][i]
		doc(g, c.Docs, fmt.Sprintf("%s is the case %s of %s.", id, c.Name, def.Name))
		g.Type().Id(id).StructFunc(func(g *jen.Group) {
			if c.Type != nil {
				g.Id("Value").Add(e.goType(c.Type))
			}
		})
		g.Line()
	}
	for _, id := range e.cases[def] {
		g.Func().Params(jen.Id(id)).Id(marker).Params().Block()
	}
	g.Line()
}

func (e *emitter) declareEnum(g *jen.Group, def *wit.TypeDef, name string) {
	g.Type().Id(name).Id("uint" + strconv.Itoa(enumBits(len(def.Shape.Cases))))
	g.Line()
	g.Comment("// The cases of " + name + ".")
	g.Const().DefsFunc(func(g *jen.Group) {
		for i, c := range def.Shape.Cases {
			doc(g, c.Docs, "")
			if i == 0 {
				g.Id(e.cases[def][i]).Id(name).Op("=").Iota()
				continue
			}
			g.Id(e.cases[def][i])
		}
	})
	g.Line()
	table := e.top.pick(unexported(def.Name)+"Names", "names"+name)
	g.Var().Id(table).Op("=").Index(jen.Op("...")).String().Add(list(true, memberNames(def.Shape.Cases)))
	g.Line()
	g.Comment("// String returns the case's name in WIT.")
	g.Func().Params(jen.Id("v").Id(name)).Id("String").Params().String().Block(
		jen.If(jen.Int().Call(jen.Id("v")).Op("<").Len(jen.Id(table))).Block(
			jen.Return(jen.Id(table).Index(jen.Id("v"))),
		),
		jen.Return(jen.Lit(name+"(").Op("+").Qual("strconv", "Itoa").Call(jen.Int().Call(jen.Id("v"))).Op("+").Lit(")")),
	)
	g.Line()
}

func (e *emitter) declareFlags(g *jen.Group, def *wit.TypeDef, name string) {
	g.Type().Id(name).Id("uint" + strconv.Itoa(flagBits(len(def.Shape.Labels))))
	g.Line()
	if len(def.Shape.Labels) > 0 {
		g.Comment("// The flags of " + name + ".")
		g.Const().DefsFunc(func(g *jen.Group) {
			for i, l := range def.Shape.Labels {
				doc(g, l.Docs, "")
				if i == 0 {
					g.Id(e.cases[def][i]).Id(name).Op("=").Lit(1).Op("<<").Iota()
					continue
				}
				g.Id(e.cases[def][i])
			}
		})
		g.Line()
	}
	table := e.top.pick(unexported(def.Name)+"Names", "names"+name)
	g.Var().Id(table).Op("=").Index(jen.Op("...")).String().Add(list(true, memberNames(def.Shape.Labels)))
	g.Line()
	g.Comment("// String returns the names in WIT of the flags that are set: \"{a, b}\".")
	g.Func().Params(jen.Id("v").Id(name)).Id("String").Params().String().Block(
		jen.Var().Id("set").Index().String(),
		jen.For(jen.List(jen.Id("i"), jen.Id("name")).Op(":=").Range().Id(table)).Block(
			jen.If(jen.Id("v").Op("&").Parens(jen.Lit(1).Op("<<").Id("i")).Op("!=").Lit(0)).Block(
				jen.Id("set").Op("=").Append(jen.Id("set"), jen.Id("name")),
			),
		),
		jen.Return(jen.Lit("{").Op("+").Qual("strings", "Join").Call(jen.Id("set"), jen.Lit(", ")).Op("+").Lit("}")),
	)
	g.Line()
}

func memberNames(cases []wit.Case) []jen.Code {
	names := make([]jen.Code, len(cases))
	for i, c := range cases {
		names[i] = jen.Lit(c.Name)
	}
	return names
}

// list returns a composite literal's braces, one part a line where several
// is set.
func list(several bool, parts []jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: "{", Close: "}", Separator: ",", Multi: several && len(parts) > 0}, parts...)
}

// sharedTuples is how long the tuples are that hostruntime declares.
const sharedTuples = 16

func (e *emitter) declareTuple(g *jen.Group, n int) {
	name := e.tuples[n]
	if n <= sharedTuples {
		g.Comment(fmt.Sprintf("// %s is a tuple of %d elements, the same in all generated packages.", name, n))
		g.Type().Id(name).TypesFunc(func(g *jen.Group) {
			for i := range n {
				g.Id("T" + strconv.Itoa(i)).Do(func(s *jen.Statement) {
					if i == n-1 {
						s.Any()
					}
				})
			}
		}).Op("=").Qual(pathHost, "Tuple"+strconv.Itoa(n)).TypesFunc(func(g *jen.Group) {
			for i := range n {
				g.Id("T" + strconv.Itoa(i))
			}
		})
		g.Line()
		return
	}
	g.Comment(fmt.Sprintf("// %s is a tuple of %d elements.", name, n))
	var params []jen.Code
	var fields []jen.Code
	for i := range n {
		params = append(params, jen.Id("T"+strconv.Itoa(i)))
		fields = append(fields, jen.Id("F"+strconv.Itoa(i)).Id("T"+strconv.Itoa(i)))
	}
	params[n-1] = jen.Id("T" + strconv.Itoa(n-1)).Any()
	g.Type().Id(name).Types(params...).Struct(fields...)
	g.Line()
}
