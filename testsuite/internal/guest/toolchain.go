package guest

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/capsule-kit/capsule/sdk/js"
	"github.com/capsule-kit/capsule/sdk/python"
)

// smallest is a guest for each engine, built where only the toolchain itself
// is wanted.
var smallest = map[string][2]string{
	Python:         {"guest.py", "class WitWorld:\n    def f(self) -> None:\n        pass\n"},
	QuickJS:        {"guest.js", "export function f() {}\n"},
	StarlingMonkey: {"guest.js", "export function f() {}\n"},
}

// Toolchain returns the folder that capsule-gen has installed an engine's
// toolchain in, after having it do so. The test is skipped as by Build.
func Toolchain(t testing.TB, engine string) string {
	t.Helper()
	dir := t.TempDir()
	name, source := smallest[engine][0], smallest[engine][1]
	for file, text := range map[string]string{
		"smallest.wit": "package test:smallest;\n\nworld smallest {\n  export f: func();\n}\n",
		name:           source,
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	Build(t, Spec{WIT: filepath.Join(dir, "smallest.wit"), World: "smallest", Engine: engine, File: filepath.Join(dir, name)})
	cache := os.Getenv("CAPSULE_CACHE")
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		cache = filepath.Join(user, "capsule")
	}
	found, err := filepath.Glob(filepath.Join(cache, "toolchains", engine+"-*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range found {
		if installed(t, engine, folder) {
			return folder
		}
	}
	t.Fatalf("%s was used to build a guest, and isn't among %q", engine, found)
	return ""
}

// installed reports whether a folder holds the manifest that pins the engine
// now, and not an older one.
func installed(t testing.TB, engine, folder string) bool {
	var manifest fs.FS = python.Toolchain
	if engine != Python {
		var err error
		if manifest, err = fs.Sub(js.Toolchain, engine); err != nil {
			t.Fatal(err)
		}
	}
	err := fs.WalkDir(manifest, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		want, err := fs.ReadFile(manifest, path)
		if err != nil {
			return err
		}
		if got, err := os.ReadFile(filepath.Join(folder, path)); err != nil || !bytes.Equal(got, want) {
			return fs.ErrNotExist
		}
		return nil
	})
	return err == nil
}
