//go:build guests || conformance

package differential

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
	"github.com/capsule-kit/capsule/wit/abi"
)

const (
	iface = "test:differential/echo@0.1.0"
	notes = "test:differential/notes@0.1.0"
)

// A world has one function for each of its types, and values for them. Every
// other function that returns a tuple takes its elements as parameters; the
// others take what they return.
type world struct {
	types []*abi.Type
	pairs []pair
}

// A pair is a value, and which function of the world takes its type.
type pair struct {
	typ    int
	value  value.Value
	spread bool
}

// args are what the function is called with.
func (p pair) args() []value.Value {
	if p.spread {
		return p.value.(value.Tuple)
	}
	return []value.Value{p.value}
}

// spread reports whether function i takes the elements of a tuple.
func (w *world) spread(i int) bool {
	t := w.types[i]
	return t.Kind == abi.Tuple && len(t.Fields) > 1 && i%2 == 0
}

// params are the parameters of function i.
func (w *world) params(i int) []abi.Param {
	if !w.spread(i) {
		return []abi.Param{{Name: "v", Type: w.types[i]}}
	}
	var params []abi.Param
	for j, f := range w.types[i].Fields {
		params = append(params, abi.Param{Name: fmt.Sprintf("v%d", j), Type: f.Type})
	}
	return params
}

func (w *world) paramNames(i int) string {
	var names []string
	for _, p := range w.params(i) {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func (p pair) function() string { return fmt.Sprintf("e%d", p.typ) }

// drawWorld returns the same world for the same seed and number.
func drawWorld(seed, number uint64, borders bool, types, pairs int) *world {
	r := rand.New(rand.NewPCG(seed, number))
	w := &world{types: drawTypes(r, types, borders)}
	drawn := make([][]any, types)
	// Types with few values run out of new ones; the others make up for it.
	for i := 0; len(w.pairs) < pairs; i = (i + 1) % types {
		v := drawValue(r, w.types[i])
		form := wire(v)
		if !contains(drawn[i], form) {
			drawn[i] = append(drawn[i], form)
			w.pairs = append(w.pairs, pair{i, v, w.spread(i)})
		}
	}
	return w
}

func contains(forms []any, form any) bool {
	for _, f := range forms {
		if reflect.DeepEqual(f, form) {
			return true
		}
	}
	return false
}

// write puts the world and its guests in dir, and returns what to build for the
// engines.
func (w *world) write(t *testing.T, dir string, engines []string) []guest.Spec {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, "wit"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"wit/world.wit": w.wit(), "guest.py": w.python(), "guest.js": w.javascript(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var specs []guest.Spec
	for _, engine := range engines {
		file := "guest.js"
		if engine == guest.Python {
			file = "guest.py"
		}
		specs = append(specs, guest.Spec{
			WIT: filepath.Join(dir, "wit"), World: "differential", Engine: engine, File: filepath.Join(dir, file),
		})
	}
	return specs
}

func (w *world) python() string {
	var b strings.Builder
	b.WriteString(`from wit_world import exports
from wit_world.imports import echo, notes


def noted(func, *args):
    notes.note(repr(args))
    result = func(*args)
    notes.note(repr(result))
    return result


class Echo(exports.Echo):
`)
	for i := range w.types {
		fmt.Fprintf(&b, "    def e%d(self, %s):\n        return noted(echo.e%[1]d, %[2]s)\n\n", i, w.paramNames(i))
	}
	return b.String()
}

func (w *world) javascript() string {
	var b strings.Builder
	fmt.Fprintf(&b, `import * as host from '%s';
import { note } from '%s';

function show(v) {
  if (typeof v === 'string') return JSON.stringify(v);
  if (Array.isArray(v) || ArrayBuffer.isView(v)) return '[' + Array.from(v, show).join() + ']';
  if (v !== null && typeof v === 'object') return '{' + Object.keys(v).map((k) => k + ':' + show(v[k])).join() + '}';
  return Object.is(v, -0) ? '-0' : String(v);
}

function noted(func, ...args) {
  note(show(args));
  const result = func(...args);
  note(show(result));
  return result;
}

export const echo = {
`, iface, notes)
	for i := range w.types {
		fmt.Fprintf(&b, "  e%d(%s) {\n    return noted(host.e%[1]d, %[2]s);\n  },\n", i, w.paramNames(i))
	}
	b.WriteString("};\n")
	return b.String()
}

func (w *world) wit() string {
	p := witPrinter{names: map[*abi.Type]string{}}
	var funcs strings.Builder
	for i, t := range w.types {
		var params []string
		for _, param := range w.params(i) {
			params = append(params, param.Name+": "+p.ref(param.Type))
		}
		fmt.Fprintf(&funcs, "  e%d: func(%s) -> %s;\n", i, strings.Join(params, ", "), p.ref(t))
	}
	return "package test:differential@0.1.0;\n\ninterface echo {\n" + p.decls.String() + funcs.String() +
		"}\n\ninterface notes {\n  note: func(text: string);\n}\n\nworld differential {\n  import echo;\n  import notes;\n  export echo;\n}\n"
}

// A witPrinter declares the types that need a name before they are used.
// Labels are written with %, as some are keywords.
type witPrinter struct {
	decls strings.Builder
	names map[*abi.Type]string
}

func (p *witPrinter) ref(t *abi.Type) string {
	switch t.Kind {
	case abi.List:
		return "list<" + p.ref(t.Elem) + ">"
	case abi.Option:
		return "option<" + p.ref(t.Elem) + ">"
	case abi.Tuple:
		elems := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			elems[i] = p.ref(f.Type)
		}
		return "tuple<" + strings.Join(elems, ", ") + ">"
	case abi.Result:
		ok, err := t.Cases[0].Type, t.Cases[1].Type
		switch {
		case ok == nil && err == nil:
			return "result"
		case err == nil:
			return "result<" + p.ref(ok) + ">"
		case ok == nil:
			return "result<_, " + p.ref(err) + ">"
		}
		return "result<" + p.ref(ok) + ", " + p.ref(err) + ">"
	case abi.Record, abi.Variant, abi.Enum, abi.Flags:
		return p.declare(t)
	}
	return t.Kind.String()
}

func (p *witPrinter) declare(t *abi.Type) string {
	if name, ok := p.names[t]; ok {
		return name
	}
	var items []string
	for _, f := range t.Fields {
		items = append(items, "%"+f.Name+": "+p.ref(f.Type))
	}
	for _, c := range t.Cases {
		item := "%" + c.Name
		if c.Type != nil {
			item += "(" + p.ref(c.Type) + ")"
		}
		items = append(items, item)
	}
	for _, label := range t.Labels {
		items = append(items, "%"+label)
	}
	name := fmt.Sprintf("t%d", len(p.names))
	p.names[t] = name
	fmt.Fprintf(&p.decls, "  %s %s { %s }\n", t.Kind, name, strings.Join(items, ", "))
	return name
}
