package compile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/internal/sourcemap"
)

func TestPlainJavaScriptIsLeftAlone(t *testing.T) {
	const text = "import { b } from './b.js';\nimport { log } from 'demo:w/log@0.1.0';\n\nexport const a = () => log(b);\n"
	r := project(t, toolchain.QuickJS, "guest/a.js", map[string]string{"wit/w.wit": helloWIT, "guest/a.js": text, "guest/b.js": "export const b = 1;", "guest/c.js": "nobody imports it"})
	in, err := readInputs(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(in.guests["a.js"]); got != text || in.sourceMap != nil || len(in.guests) != 2 || in.guests["b.js"] == nil {
		t.Errorf("got %d files, a.js is %q", len(in.guests), got)
	}
}

// What can't be known to be left out is there: all of the folder.
func TestPlainJavaScriptWithImportsThatAreComputed(t *testing.T) {
	const text = "const b = await import(['./b.js'].join(''));\nexport const a = () => b.b;\n"
	r := project(t, toolchain.QuickJS, "guest/a.js", map[string]string{"wit/w.wit": helloWIT, "guest/a.js": text, "guest/b.js": "export const b = 1;"})
	in, err := readInputs(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(in.guests["a.js"]); got != text || in.guests["b.js"] == nil {
		t.Errorf("got %d files, a.js is %q", len(in.guests), got)
	}
}

func TestBundles(t *testing.T) {
	r := project(t, toolchain.QuickJS, "guest/a.ts", map[string]string{
		"wit/w.wit": helloWIT,
		"guest/a.ts": "import { log } from 'demo:w/log@0.1.0';\nimport words from './words.json';\nimport { pad } from './deep/pad';\nimport left from 'left';\n\n" +
			"type N = number;\nenum E { A }\nexport const a = (n: N): string => { log(words[n]); return left(pad(E.A)); };\n",
		"guest/words.json":                     `["one"]`,
		"guest/deep/pad.ts":                    "interface I {}\nexport function pad(x: unknown): string { throw new Error('here'); }",
		"guest/node_modules/left/package.json": `{"name": "left", "main": "main.js"}`,
		"guest/node_modules/left/main.js":      "module.exports = (s) => s;",
		"guest/notes.txt":                      "not a part of it",
	})
	in, err := readInputs(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	text := string(in.guests["a.js"])
	if in.guest != "a.js" || len(in.guests) != 1 {
		t.Errorf("the guest is %s of %d files", in.guest, len(in.guests))
	}
	for _, want := range []string{`from "demo:w/log@0.1.0"`, `"one"`, "here", "module.exports"} {
		if !strings.Contains(text, want) {
			t.Errorf("the bundle lacks %q:\n%s", want, text)
		}
	}
	m, err := sourcemap.Parse(in.sourceMap)
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(text, `Error("here")`)
	line := strings.Count(before, "\n") + 1
	source, srcLine, _, ok := m.Original(line, len(before)-strings.LastIndex(before, "\n"))
	if !ok || source != "deep/pad.ts" || srcLine != 2 {
		t.Errorf("line %d comes from %s:%d, want deep/pad.ts:2", line, source, srcLine)
	}
	again, err := readInputs(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if again.digest(r, "id") != in.digest(r, "id") {
		t.Error("two bundles of the same files differ")
	}
}

func TestBundleErrors(t *testing.T) {
	for _, row := range []struct{ name, guest, text, want string }{
		{"type syntax", "a.ts", "export const a: = 1;", "guest/a.ts:1:17: Unexpected \"=\""},
		{"no such package", "a.js", "import x from 'missing';\nexport const a = x;", `guest/a.js:1:15: Could not resolve "missing": if it is a package, "npm install missing" in guest installs it`},
		{"no such file of a package's", "a.js", "import x from '@some/where/x.js';\nexport const a = x;", `Could not resolve "@some/where/x.js": if it is a package, "npm install @some/where" in guest installs it`},
		{"Node's module without its prefix", "a.js", "import x from 'fs';\nexport const a = x;", `Could not resolve "fs": the engine has none of Node's built-in modules`},
		{"no such file", "a.ts", "import x from './missing';\nexport const a = x;", `guest/a.ts:1:15: Could not resolve "./missing": there is no such file`},
		{"Node's modules", "a.ts", "import fs from 'node:fs';\nexport const a = fs;", "guest/a.ts:1:16: node:fs: the engine has none of Node's built-in modules"},
		{"file above the folder", "a.ts", "import secret from '../secret.json';\nexport const a = secret;", "lies outside of the guest's folder"},
		{"absolute path", "a.ts", "import secret from '%ROOT%/secret.json';\nexport const a = secret;", "lies outside of the guest's folder"},
		{"package above the folder", "a.js", "import x from 'above';\nexport const a = x;", "lies outside of the guest's folder"},
		{"symbolic link", "a.ts", "import secret from './link.json';\nexport const a = secret;", "lies outside of the guest's folder"},
		{"another kind of file", "a.ts", "import text from './note.txt';\nexport const a = text;", "a guest can import .ts, .mts"},
		{"data URL", "a.ts", "import 'data:text/javascript,1';\nexport const a = 1;", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			files := map[string]string{
				"wit/w.wit": helloWIT, "guest/" + row.guest: "",
				"secret.json": `"secret"`, "node_modules/above/index.js": "module.exports = 'secret';", "guest/note.txt": "text",
			}
			r := project(t, toolchain.QuickJS, "guest/"+row.guest, files)
			root := filepath.Dir(filepath.Dir(r.Guest))
			if err := os.WriteFile(r.Guest, []byte(strings.ReplaceAll(row.text, "%ROOT%", filepath.ToSlash(root))), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(filepath.Join(root, "secret.json"), filepath.Join(root, "guest", "link.json")); err != nil {
				t.Skip(err)
			}
			in, err := readInputs(t.Context(), r)
			if row.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatalf("accepted:\n%s", in.guests[in.guest])
			}
			if got := strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(root)+"/", ""); !strings.Contains(got, row.want) {
				t.Errorf("got %s\nwant %s", got, row.want)
			}
		})
	}
}

// A source map that a file says it has is not read, inside the guest's folder
// or outside; what only looks like such a comment stays as it is.
func TestBundlerReadsNoSourceMaps(t *testing.T) {
	const secret = `{"version": 3, "sources": ["secret.js"], "names": [], "mappings": "AAAA;AACA"}`
	for _, comment := range []string{"//# sourceMappingURL=../secret.map", "//@ sourceMappingURL=../secret.map", "/*# sourceMappingURL=near.map */"} {
		for _, guest := range []string{"a.ts", "b.js"} {
			files := map[string]string{
				"wit/w.wit": helloWIT, "secret.map": secret, "guest/near.map": secret,
				"guest/a.ts": "import './b.js';\nexport const a = '//# sourceMappingURL=x';\n", "guest/b.js": "globalThis.x = 1;\n",
			}
			files["guest/"+guest] += comment
			in, err := readInputs(t.Context(), project(t, toolchain.QuickJS, "guest/a.ts", files))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(in.sourceMap), "secret") {
				t.Errorf("%s in %s: %s", comment, guest, in.sourceMap)
			}
			if text := string(in.guests["a.js"]); !strings.Contains(text, `"//# sourceMappingURL=x"`) {
				t.Errorf("the string has changed: %s", text)
			}
		}
	}
}
