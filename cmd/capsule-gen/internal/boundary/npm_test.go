package boundary

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func TestPackagesOfJavaScript(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"node_modules/left/package.json":                     `{"version": "1.2.3"}`,
		"node_modules/@of/right/package.json":                `{"version": "2.0.0"}`,
		"node_modules/left/node_modules/down/package.json":   `{"version": 7}`,
		"node_modules/.pnpm/up@1/node_modules/up/.gitignore": "",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	own, packages := NPM(root, []string{
		"a.js", "my_node_modules/b.js",
		"node_modules/.pnpm/up@1/node_modules/up/u.js",
		"node_modules/@of/right/r.js", "node_modules/@of/right/s.js",
		"node_modules/left/l.js", "node_modules/left/node_modules/down/d.js",
		"node_modules/loose.js",
	})
	if want := []string{"a.js", "my_node_modules/b.js", "node_modules/loose.js"}; !reflect.DeepEqual(own, want) {
		t.Errorf("got %q, want %q", own, want)
	}
	want := []Package{
		{"up", "", []string{"node_modules/.pnpm/up@1/node_modules/up/u.js"}},
		{"@of/right", "2.0.0", []string{"node_modules/@of/right/r.js", "node_modules/@of/right/s.js"}},
		{"left", "1.2.3", []string{"node_modules/left/l.js"}},
		{"down", "", []string{"node_modules/left/node_modules/down/d.js"}},
	}
	if !reflect.DeepEqual(packages, want) {
		t.Errorf("got %q, want %q", packages, want)
	}
}
