package golang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"golang.org/x/tools/txtar"
)

const before = `package my:shop;
interface store {
  variant error { none, other(string) }
  record item { id: u32 }
  resource cart { add: func(i: item) -> result<_, error>; }
  find: func(id: u32) -> option<item>;
}
world shop {
  import store;
  export run: func() -> result<_, string>;
  export store;
}
`

// after has what may be added at the end of things without breaking who uses
// the bindings: functions, methods, types, interfaces, of the same names too.
const after = `package my:shop;
interface store {
  variant error { none, other(string) }
  record item { id: u32 }
  resource cart { add: func(i: item) -> result<_, error>; close: func(); new-cart: static func() -> cart; }
  find: func(id: u32) -> option<item>;
  new-cart: func();
  cart-new-cart: func() -> result<cart, string>;
  record find-error { x: u8 }
  enum error-kind { none, other }
  flags stores { error }
}
interface other {
  variant error { none }
  record item { x: u8 }
  resource cart { add: func(); }
  find: func() -> result;
  run: func() -> result<cart, item>;
}
world shop {
  import store;
  export run: func() -> result<_, string>;
  export store;
  import other;
  export other;
  export stop: func() -> result<item, error>;
  use other.{item, error};
}
`

// Names stay when the WIT grows at its ends. (One exception: a type with its
// interface's name takes that from what the host implements.)
func TestNamesStay(t *testing.T) {
	old, grown := declared(t, before), declared(t, after)
	for _, name := range old {
		if !slices.Contains(grown, name) {
			t.Errorf("%s is gone once the WIT has grown", name)
		}
	}
	if len(grown) <= len(old) {
		t.Errorf("%d names, then %d", len(old), len(grown))
	}
}

// declared returns the exported names that are generated: of types, of their
// methods and fields, of constants and functions.
func declared(t *testing.T, source string) []string {
	t.Helper()
	files, err := generate(t, []txtar.File{{Name: "a.wit", Data: []byte(source)}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	add := func(of string, ids ...*ast.Ident) {
		for _, id := range ids {
			if id.IsExported() {
				names = append(names, of+id.Name)
			}
		}
	}
	for _, f := range files {
		for _, d := range parse(t, f).Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				of := ""
				if d.Recv != nil {
					of = strings.TrimPrefix(typeText(d.Recv.List[0].Type), "*") + "."
				}
				add(of, d.Name)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.ValueSpec:
						add("", spec.Names...)
					case *ast.TypeSpec:
						add("", spec.Name)
						members := &ast.FieldList{}
						switch t := spec.Type.(type) {
						case *ast.StructType:
							members = t.Fields
						case *ast.InterfaceType:
							members = t.Methods
						}
						for _, m := range members.List {
							add(spec.Name.Name+".", m.Names...)
						}
					}
				}
			}
		}
	}
	return names
}

func typeText(t ast.Expr) string {
	if star, ok := t.(*ast.StarExpr); ok {
		return "*" + typeText(star.X)
	}
	return t.(*ast.Ident).Name
}

func parse(t *testing.T, f file.File) *ast.File {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Data, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}
