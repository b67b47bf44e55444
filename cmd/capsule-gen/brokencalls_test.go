package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/wit"
)

// generate refuses such a constructor; who has no stub made is told by build.
func TestFallibleConstructorOnQuickJS(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.wit")
	const text = "package a:b;\ninterface i {\n  resource r {\n    constructor() -> result<r>;\n  }\n}\nworld w {\n  export i;\n}\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	resolved, err := wit.Load(t.Context(), path, wit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	world, err := resolved.World("w")
	if err != nil {
		t.Fatal(err)
	}
	list := brokenOn(toolchain.QuickJS, world)
	if len(list) != 1 || !strings.Contains(list[0].String(), "w.wit:4:5: the engine quickjs can't have the constructor of r return a result") {
		t.Errorf("got %v", list)
	}
}
