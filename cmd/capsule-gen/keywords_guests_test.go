//go:build guests

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// keywords are those of Go, Python and JavaScript, with names that are taken in
// one of them by other things.
var keywords = strings.Fields(`
	break case chan const continue default defer else fallthrough for func go
	goto if import interface map package range return select struct switch type
	var error string nil len append true false iota any new make panic copy close
	init main
	none and as assert async await class def del elif except finally from global
	in is lambda nonlocal not or pass raise try while with yield match self list
	dict str print object super
	arguments catch debugger delete do enum eval export extends function
	instanceof let null static this throw typeof void implements private
	protected public undefined constructor prototype then symbol promise`)

// keywordWorld returns a world all of whose names are keywords, but for the few
// that generate refuses: a parameter self, a type enum and an imported function
// default.
func keywordWorld() string {
	var functions, types, fields, names, cases strings.Builder
	for _, word := range keywords {
		own := "%" + word
		if word == "self" {
			own = "me"
		}
		if word != "default" {
			fmt.Fprintf(&functions, "  %%%s: func(%s: u32) -> u32;\n", word, own)
		}
		if word != "enum" {
			fmt.Fprintf(&types, "  record %%%[1]s { %[2]s: u32 }\n  take-%[1]s: func(x: %%%[1]s) -> %%%[1]s;\n", word, own)
		}
		fmt.Fprintf(&fields, " %s: u32,", own)
		fmt.Fprintf(&names, " %%%s,", word)
		fmt.Fprintf(&cases, " %%%s(u32),", word)
	}
	return "package test:%import;\n\ninterface %func {\n" + functions.String() + "}\n\ninterface %type {\n" + types.String() + "}\n\n" +
		"interface %interface {\n  record %struct {" + fields.String() + " }\n  enum %elif {" + names.String() + " }\n" +
		"  variant %class {" + cases.String() + " }\n  flags %default {" + strings.ReplaceAll(" "+strings.Join(keywords[:32], ", "), " ", " %") + " }\n" +
		`  total: func(%struct: %struct) -> u32;
  elif-of: func(%enum: %elif) -> %elif;
  class-of: func(%class: %class) -> %class;
  default-of: func(%default: %default) -> %default;
}

world %import {
  import %func;
  import %interface;
  import %type;
  import %lambda: func(%var: u32) -> u32;
  import %from: func(%class: u32) -> u32;
  export %func;
  export %interface;
  export %type;
  export %class: func(%import: u32) -> u32;
  export %delete: func(%def: u32) -> u32;
}
`
}

// TestNamesThatAreKeywords takes them all the way: generated, compiled, built in
// two languages from what a guest's author starts with, and called.
func TestNamesThatAreKeywords(t *testing.T) {
	needs(t, toolchain.Python)
	needs(t, toolchain.QuickJS)
	dir := userModule(t)
	main, err := os.ReadFile(filepath.Join("testdata", "keywords", "main.go.txt"))
	if err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	get := func(name string) string {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	const task = "wit = \"wit\"\nworld = \"import\"\ngo = \"host/class\"\n"
	put("capsule.toml", "[task.py]\n"+task+"guest = \"sandbox/guest.py\"\noutput = \"py.wasm\"\npython = \"stubs\"\n"+
		"[task.js]\n"+task+"guest = \"sandbox/guest.js\"\noutput = \"js.wasm\"\njs = \"stubs\"\n")
	put("wit/w.wit", keywordWorld())
	run := func(args ...string) {
		t.Helper()
		if stdout, stderr, err := command(t, dir, args...); err != nil {
			t.Fatal(err, stdout, stderr)
		}
	}
	run("generate")
	put("sandbox/guest.py", filledPython(get("sandbox/guest.py")))
	put("sandbox/guest.js", filledJavaScript(get("sandbox/guest.js")))
	run("check")
	run("build")
	put("host/main.go", string(main))
	put("host/imports.go", servedImports(get("host/class/world_gen.go"), get("host/class/types_gen.go")))
	host := exec.Command("go", "run", "./host", "py.wasm", "js.wasm")
	host.Dir = dir
	out, err := host.CombinedOutput()
	// Those of func, of type, of the enum and of the variant, and five more.
	n := 4*len(keywords) - 2 + 4
	if want := fmt.Sprintf("py.wasm %d\njs.wasm %[1]d\n", n); string(out) != want || err != nil {
		t.Errorf("%v: got %s, want %s", err, out, want)
	}
}

var (
	pythonBody     = regexp.MustCompile(`(?m)^class (\w+)|def (\w+)\(self, (\w+): .*\n        raise NotImplementedError`)
	javascriptBody = regexp.MustCompile(`(\w+)\((\w+)\) \{\n +throw new Error\("([\w.]+) is not implemented"\)`)
	importedMethod = regexp.MustCompile(`(?m)^\t(\w+)\(ctx context\.Context, \w+ (\w+)\) \((\w+), error\)$`)
	importedGroup  = regexp.MustCompile(`(?m)^type (\w+) interface \{\n((?:\t.*\n)+)\}`)
	variantCase    = regexp.MustCompile(`(?m)^type (Class\w+) struct`)
)

// added is what the guest adds to what the host's function of the same name
// returns, so that both directions are seen.
func added(interfaceName, function, total string) string {
	switch {
	case interfaceName == "func":
		return " + 1"
	case function == "total":
		return " + " + total
	}
	return ""
}

// filledPython fills in what a guest's author starts with.
func filledPython(start string) string {
	class := ""
	text := pythonBody.ReplaceAllStringFunc(start, func(found string) string {
		m := pythonBody.FindStringSubmatch(found)
		name, arg := m[2], m[3]
		call := ""
		switch {
		case m[1] != "":
			class = m[1]
			return found
		case class == "WitWorld" && name == "class_":
			call = "wit_world.lambda_(" + arg + ") + 1"
		case class == "WitWorld":
			call = "wit_world.from_(" + arg + ") + 1"
		default:
			iface := strings.ToLower(class)
			call = iface + "_host." + name + "(" + arg + ")" + added(iface, name, "sum(vars("+arg+").values())")
		}
		return strings.Replace(found, "raise NotImplementedError", "return "+call, 1)
	})
	return strings.Replace(text, "import wit_world\n", "import wit_world\nfrom wit_world.imports import func as func_host, interface as interface_host, type as type_host\n", 1)
}

// filledJavaScript does the same.
func filledJavaScript(start string) string {
	text := javascriptBody.ReplaceAllStringFunc(start, func(found string) string {
		m := javascriptBody.FindStringSubmatch(found)
		arg, what := m[2], m[3]
		call := ""
		switch iface, name, inside := strings.Cut(what, "."); {
		case inside:
			call = iface + "Host." + name + "(" + arg + ")" + added(iface, name, "Object.values("+arg+").reduce((a, b) => a + b)")
		case what == "class":
			call = "lambda(" + arg + ") + 1"
		default:
			call = "from(" + arg + ") + 1"
		}
		return strings.Replace(found, fmt.Sprintf("throw new Error(%q)", what+" is not implemented"), "return "+call, 1)
	})
	return "import * as funcHost from \"test:import/func\";\nimport * as interfaceHost from \"test:import/interface\";\n" +
		"import * as typeHost from \"test:import/type\";\n" + text
}

// servedImports returns Go that serves all imports, each by what it is given,
// and that lists the cases of the variant.
func servedImports(world, types string) string {
	var out strings.Builder
	out.WriteString("package main\n\nimport (\n\t\"context\"\n\n\t\"example.com/user/host/class\"\n)\n")
	for _, group := range importedGroup.FindAllStringSubmatch(world, -1) {
		fmt.Fprintf(&out, "\ntype host%s struct{}\n\n", group[1])
		for _, m := range importedMethod.FindAllStringSubmatch(group[2], -1) {
			param, result, value := m[2], m[3], "x"
			if param != result {
				value = "x.And"
			}
			for _, t := range []*string{&param, &result} {
				if *t != "uint32" {
					*t = "class." + *t
				}
			}
			fmt.Fprintf(&out, "func (host%s) %s(_ context.Context, x %s) (%s, error) { return %s, nil }\n", group[1], m[1], param, result, value)
		}
	}
	out.WriteString("\nvar imports = class.Imports{hostFuncImports{}, hostInterfaceImports{}, hostTypeImports{}, hostImportHost{}}\n\n" +
		"var cases = []class.Class{\n")
	for _, c := range variantCase.FindAllStringSubmatch(types, -1) {
		fmt.Fprintf(&out, "\tclass.%s{Value: 7},\n", c[1])
	}
	out.WriteString("}\n")
	return out.String()
}
