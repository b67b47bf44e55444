package javascript_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/capsule-kit/capsule/codegen/javascript"
)

// TestTypeScriptGuest starts guests in TypeScript: their types stand in the
// code, and a TypeScript parser takes them.
func TestTypeScriptGuest(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal(err, paths)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		if name == "refused" || name == "same-names" {
			continue // of no JavaScript
		}
		t.Run(name, func(t *testing.T) {
			files, err := javascript.Generate(load(t, name), javascript.Options{Guest: "guest.ts"})
			if err != nil {
				t.Fatal(err)
			}
			file := files[len(files)-1]
			text := string(file.Data)
			if file.Path != "guest.ts" || !file.Once {
				t.Fatalf("the guest's file is %s, once %v", file.Path, file.Once)
			}
			parsed := api.Transform(text, api.TransformOptions{Loader: api.LoaderTS, TsconfigRaw: "{}"})
			if len(parsed.Errors) > 0 {
				t.Fatalf("%v\n%s", parsed.Errors[0].Text, text)
			}
			for _, tag := range []string{"@type", "@param", "@returns", "@import", "@ts-check"} {
				if strings.Contains(text, tag+" ") {
					t.Errorf("a type in a comment, %s:\n%s", tag, text)
				}
			}
		})
	}
}
