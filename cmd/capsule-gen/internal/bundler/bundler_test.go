package bundler

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMain(m *testing.M) {
	Child()
	os.Exit(m.Run())
}

// write returns a folder with the given files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// A world's own names are modules of the engine's, also where a package has the
// same one; other bare names are packages'.
func TestWorldsNamesAreExternal(t *testing.T) {
	folder := write(t, map[string]string{
		"plain.js":                     "import { f } from 'outer';\nimport say from 'say-it';\nexport const a = () => say(f());\n",
		"a.ts":                         "import { f } from 'outer';\nimport say from 'say-it';\nimport left from 'left';\nexport const a = (): string => left(say(f()));\n",
		"node_modules/outer/index.js":  "export const f = () => 'the package';\n",
		"node_modules/left/index.js":   "export default (x) => x + 'left';\n",
		"node_modules/say-it/index.js": "export default (x) => x;\n",
	})
	external := []string{"outer", "say-it"}
	made, err := Run(t.Context(), Bundle{Folder: folder, Entry: "plain.js", Out: "plain.js", External: external})
	if err != nil || made.Needed {
		t.Errorf("a guest that imports only what its world does is bundled: %+v, %v", made, err)
	}
	made, err = Run(t.Context(), Bundle{Folder: folder, Entry: "a.ts", Out: "a.js", External: external})
	if err != nil || made.Wrong != nil {
		t.Fatalf("%+v, %v", made.Wrong, err)
	}
	if code := string(made.Code); strings.Contains(code, "the package") || !strings.Contains(code, `from "outer"`) || !strings.Contains(code, `from "say-it"`) {
		t.Errorf("got %s", code)
	}
	if want := []string{"a.ts", "node_modules/left/index.js"}; !slices.Equal(made.Sources, want) {
		t.Errorf("it was made from %q, want %q", made.Sources, want)
	}
}

// What ends esbuild is one error here.
func TestNestedTooDeeply(t *testing.T) {
	const depth = 3_000_000
	for _, text := range []string{
		"export const a = " + strings.Repeat("(", depth) + "1" + strings.Repeat(")", depth) + ";\n",
		"export const a = " + strings.Repeat("[", depth),
		"export const a = " + strings.Repeat("-", depth) + "1;\n",
	} {
		_, err := Plain(t.Context(), []byte(text))
		if err == nil || !strings.Contains(err.Error(), "nested too deeply for esbuild") {
			t.Errorf("%.20s…: got %v", text, err)
		}
	}
}

func TestPlain(t *testing.T) {
	made, err := Plain(t.Context(), []byte("export const a = (n: number): string => String(n);\n"))
	if err != nil || made.Wrong != nil || string(made.Code) != "export const a = (n) => String(n);\n" {
		t.Errorf("got %q, %+v, %v", made.Code, made.Wrong, err)
	}
	made, err = Plain(t.Context(), []byte("export const a: = 1;"))
	if err != nil || made.Wrong == nil || made.Wrong.Line != 1 || made.Wrong.Column != 17 {
		t.Errorf("got %+v, %v", made.Wrong, err)
	}
}
