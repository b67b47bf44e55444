package guestcheck

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A row is a starting file, an author's, and what is said of that, in order:
// what stands in a line that isn't known comes first.
type row struct {
	name, want, got string
	findings        []string
}

func compare(t *testing.T, l Language, read func(context.Context, []byte) (*Member, error), rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			want, err := read(t.Context(), []byte(r.want))
			if err != nil {
				t.Fatal(err)
			}
			got, err := read(t.Context(), []byte(r.got))
			if err != nil {
				t.Fatal(err)
			}
			var said []string
			for _, f := range l.Compare(want, got) {
				text := f.Message
				if f.Note {
					text = "note: " + text
				}
				said = append(said, text)
			}
			if !slices.Equal(said, r.findings) {
				t.Errorf("got  %q\nwant %q", said, r.findings)
			}
		})
	}
}

func TestCompareJavaScript(t *testing.T) {
	const f = "export function f(a, b) {}\n"
	const own = " isn't in the WIT: nothing calls it (what isn't exported, or begins with _, is the guest's own)"
	compare(t, JavaScriptLanguage, JavaScript, []row{
		{"the same", f, f, nil},
		{"other names", f, "export const f = (x, y) => 1;", nil},
		{"exported elsewhere", f, "function g(a, b) {}\nexport { g as f };", nil},
		{"from another module", f, "export { f } from './g.js';", nil},
		{"all from another module", f, "export * from './g.js';", nil},
		{"missing", f, "function f(a, b) {}", []string{"the guest doesn't export f(a, b)"}},
		{"fewer parameters", f, "export function f(a) {}", []string{"note: f(a): the WIT has (a, b)"}},
		{"more parameters", f, "export function f(a, b, c) {}", []string{"f(a, b, c): the WIT has (a, b)"}},
		{"more that may be missing", f, "export function f(a, b, c = 1) {}", nil},
		{"the rest", f, "export function f(...all) {}", nil},
		{"async", f, "export async function f(a, b) {}", []string{"f(a, b) is async, and the WIT's isn't: nothing would wait for it"}},
		{"extra", f, f + "export function g() {}\nfunction h() {}\nexport function _i() {}", []string{"g()" + own}},
		{"of another kind", f, "export class f {}", []string{"f is a class, and the WIT wants a function"}},
		{"an object's", "export const o = { f(a) {}, g() {} };", "export const o = { f() {}, h() {} };",
			[]string{"note: o.f(): the WIT has (a)", "o.h()" + own, "o has no g()"}},
		{"an object with a spread", "export const o = { f(a) {} };", "export const o = { ...other };", nil},
		{"a class's", "class R { constructor(n) {} m() {} static s(a) {} }\nexport const o = { R };",
			"class R { m(a) {} }\nexport const o = { R };",
			[]string{"o.R.m(a): the WIT has ()", "o.R has no constructor(n)", "o.R has no s(a)"}},
		{"a class that inherits", "class R { m() {} }\nexport const o = { R };", "class R extends S {}\nexport const o = { R };", nil},
	})
}

func TestCompareTypeScript(t *testing.T) {
	compare(t, JavaScriptLanguage, TypeScript, []row{
		{"types don't count", "export function f(a: string): void {}", "interface I {}\nexport const f = (a: I): number => 1;", nil},
		{"missing", "export function f(a: string): void {}", "type f = string;", []string{"the guest doesn't export f(a)"}},
	})
	for _, text := range []string{"export const a: = 1;", "export const a = " + strings.Repeat("(", 3_000_000)} {
		_, err := TypeScript(t.Context(), []byte(text))
		if _, ok := errors.AsType[*SyntaxError](err); !ok {
			t.Errorf("%.30s…: got %v", text, err)
		}
	}
	if _, err := JavaScript(t.Context(), []byte("export const a = "+strings.Repeat("(", 3_000_000))); err == nil {
		t.Error("too deep, and no error")
	}
}

func TestComparePython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip(err)
	}
	read := func(ctx context.Context, source []byte) (*Member, error) { return Python(ctx, python, source) }
	const head = "import wit_world\n\nclass WitWorld(wit_world.WitWorld):\n"
	const f = head + "    def f(self, a, b):\n        pass\n"
	const own = " isn't in the WIT: nothing calls it (a name that begins with _ is the guest's own)"
	compare(t, PythonLanguage, read, []row{
		{"the same", f, f, nil},
		{"other names", f, head + "    def f(self, x, y=1, *, z=2):\n        pass\n", nil},
		{"no class", f, "def f(a, b):\n    pass\n", []string{"the guest doesn't define a class WitWorld"}},
		{"an imported class", f, "from other import WitWorld\n", nil},
		{"all of another module", f, "from other import *\n", nil},
		{"missing", f, head + "    pass\n", []string{"WitWorld has no f(a, b)"}},
		{"fewer parameters", f, head + "    def f(self, a):\n        pass\n", []string{"WitWorld.f(a): the WIT has (a, b)"}},
		{"a keyword that is needed", f, head + "    def f(self, a, b, *, c):\n        pass\n", []string{"WitWorld.f(a, b): the WIT has (a, b)"}},
		{"any number", f, head + "    def f(self, *all):\n        pass\n", nil},
		{"async", f, head + "    async def f(self, a, b):\n        pass\n", []string{"WitWorld.f(a, b) is async, and the WIT's isn't: nothing would wait for it"}},
		{"extra", f, f + "    def g(self):\n        pass\n    def _h(self):\n        pass\n", []string{"WitWorld.g()" + own}},
		{"by inheritance", f, "import wit_world\nclass Base:\n    def f(self, a, b):\n        pass\nclass WitWorld(Base, wit_world.WitWorld):\n    pass\n", nil},
		{"from an unknown class", f, "import other\nclass WitWorld(other.Base):\n    pass\n", nil},
		{"made otherwise", f, head + "    f = make()\n", nil},
	})
	_, err = read(t.Context(), []byte("class C:\n    def\n"))
	if syntax, ok := errors.AsType[*SyntaxError](err); !ok || syntax.Line != 2 {
		t.Errorf("got %v", err)
	}
	if _, err = read(t.Context(), []byte("x = "+strings.Repeat("(", 100_000))); err == nil {
		t.Error("too deep, and no error")
	}
}
