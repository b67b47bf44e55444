package javascript_test

import (
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/codegen/internal/guest/guesttest"
	"github.com/capsule-kit/capsule/codegen/javascript"
	"github.com/capsule-kit/capsule/wit"
)

// engine returns the generator for one engine.
func engine(name string) guesttest.Generator {
	return func(w *wit.World) ([]file.File, error) {
		return javascript.Generate(w, javascript.Options{Engine: name})
	}
}

func TestGolden(t *testing.T) {
	guesttest.Run(t, map[string]guesttest.Generator{
		javascript.QuickJS:        engine(javascript.QuickJS),
		javascript.StarlingMonkey: engine(javascript.StarlingMonkey),
	})
}

// TestTypesPath checks how the author's file refers to the types.
func TestTypesPath(t *testing.T) {
	w := load(t, "empty")
	for _, c := range []struct{ guest, types, want string }{
		{"", "", "./wit-world.d.ts"},
		{"a.js", "", "./wit-world.d.ts"},
		{"sandbox/in/a.js", "", "../../wit-world.d.ts"},
		{"./a.js", "", "./wit-world.d.ts"},
		{"a.js", "../stubs/js/wit-world.d.ts", "../stubs/js/wit-world.d.ts"},
	} {
		files, err := javascript.Generate(w, javascript.Options{Guest: c.guest, Types: c.types})
		if err != nil {
			t.Fatal(err)
		}
		want := "/// <reference path=\"" + c.want + "\" />\n"
		if text := string(files[len(files)-1].Data); !strings.Contains(text, want) {
			t.Errorf("guest %q, types %q: no line %q in\n%s", c.guest, c.types, want, text)
		}
	}
	if _, err := javascript.Generate(w, javascript.Options{Types: "x.d.ts\" />\nalert(1) //.d.ts"}); err == nil {
		t.Error("a types path that breaks out of the comment was accepted")
	}
}
