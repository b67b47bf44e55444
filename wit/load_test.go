package wit

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected parts of testdata")

// TestLoad reads the .wit files of each archive and compares the dumped model
// with the archive's file "want". A line "options: …" of the archive's comment
// gives features, the world to pick or the single file to load.
func TestLoad(t *testing.T) {
	eachArchive(t, "testdata/load", func(t *testing.T, dir string, set map[string]string) string {
		r, err := Load(t.Context(), filepath.Join(dir, set["file"]), Options{Features: features(set)})
		if err != nil {
			t.Fatal(err)
		}
		return dump(r)
	})
}

// TestErrors is TestLoad for texts that are refused: "want" holds the code
// and the message.
func TestErrors(t *testing.T) {
	seen := make(map[string]bool)
	eachArchive(t, "testdata/errors", func(t *testing.T, dir string, set map[string]string) string {
		r, err := Load(t.Context(), filepath.Join(dir, set["file"]), Options{Features: features(set)})
		if world, ok := set["world"]; err == nil && ok {
			_, err = r.World(world)
		}
		if err == nil {
			t.Fatal("loaded without an error")
		}
		var list Errors
		if !errors.As(err, &list) {
			var one *Error
			if !errors.As(err, &one) {
				t.Fatalf("%v (%T) is not about the text", err, err)
			}
			list = Errors{one}
		}
		var out strings.Builder
		for _, e := range list {
			seen[e.Code] = true
			shown := strings.ReplaceAll(e.Error(), filepath.ToSlash(dir)+"/", "")
			fmt.Fprintf(&out, "[%s] %s\n", e.Code, strings.ReplaceAll(shown, filepath.ToSlash(dir), "DIR"))
		}
		return out.String()
	})
	if strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		return // only some of the examples ran
	}
	for _, code := range []string{
		CodeSyntax, CodeUnknownName, CodeUnknownPkg, CodeWrongKind, CodeDuplicate, CodeRecursive, CodeGated,
		CodeUnsupported, CodeTooLarge, CodeNoWIT, CodeNoWorld, CodeInvalid,
	} {
		if !seen[code] {
			t.Errorf("no example in testdata/errors gives the code %q", code)
		}
	}
}

func features(set map[string]string) []string {
	if set["features"] == "" {
		return nil
	}
	return strings.Split(set["features"], ",")
}

// eachArchive unpacks every archive of a folder and compares what got returns
// with its file "want".
func eachArchive(t *testing.T, folder string, got func(t *testing.T, dir string, set map[string]string) string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives in %s: %v", folder, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			want := ""
			archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool {
				if f.Name == "want" {
					want = string(f.Data)
				} else {
					unpack(t, filepath.Join(dir, f.Name), f.Data)
				}
				return f.Name == "want"
			})
			text := got(t, dir, options(string(archive.Comment)))
			if *update {
				archive.Files = append(archive.Files, txtar.File{Name: "want", Data: []byte(text)})
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if text != want {
				t.Errorf("got:\n%swant:\n%sto accept: go test ./wit -update", text, want)
			}
		})
	}
}

func unpack(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// options reads "options: key=value …" from an archive's comment.
func options(comment string) map[string]string {
	set := make(map[string]string)
	for line := range strings.Lines(comment) {
		rest, ok := strings.CutPrefix(line, "options: ")
		if !ok {
			continue
		}
		for _, word := range strings.Fields(rest) {
			key, value, _ := strings.Cut(word, "=")
			set[key] = value
		}
	}
	return set
}

// Nesting that the reader survives is refused by its depth, nesting that it
// does not survive by its size; none reaches this process's own stack.
func TestNestingIsBounded(t *testing.T) {
	for _, depth := range []int{MaxTypeDepth - 1, MaxTypeDepth, 2000, 30000} {
		dir := t.TempDir()
		text := "package a:b;\ninterface i { type t = " + strings.Repeat("option<", depth) + "u8" + strings.Repeat(">", depth) + "; }"
		unpack(t, filepath.Join(dir, "a.wit"), []byte(text))
		_, err := Load(t.Context(), dir, Options{})
		if depth < MaxTypeDepth {
			if err != nil {
				t.Errorf("%d levels: %v", depth, err)
			}
			continue
		}
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeTooLarge {
			t.Errorf("%d levels: %v, want an error with code %s", depth, err, CodeTooLarge)
		}
	}
}

func TestLoadObeysContext(t *testing.T) {
	dir := t.TempDir()
	unpack(t, filepath.Join(dir, "a.wit"), []byte("package a:b;\n"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Load(ctx, dir, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with a cancelled context: %v, want context.Canceled", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), -time.Second)
	defer cancel()
	if _, err := Load(ctx, dir, Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with a deadline passed: %v, want context.DeadlineExceeded", err)
	}
	if _, err := Load(t.Context(), dir, Options{}); err != nil {
		t.Errorf("a cancelled load spoilt the next one: %v", err)
	}
}

func TestLoadMissing(t *testing.T) {
	for _, name := range []string{"none", "none.wit", "a\nb"} {
		_, err := Load(t.Context(), name, Options{})
		var e *Error
		if !errors.As(err, &e) || e.Code != CodeNoWIT {
			t.Errorf("Load(%q): %v, want an error with code %s", name, err, CodeNoWIT)
			continue
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("Load(%q): the message has a line break: %q", name, err)
		}
	}
	if _, err := Load(t.Context(), t.TempDir(), Options{Features: []string{"a --all-features"}}); err == nil {
		t.Error("a feature that is no name was accepted")
	}
}

func TestResourceIdentity(t *testing.T) {
	dir := t.TempDir()
	unpack(t, filepath.Join(dir, "a.wit"), []byte(`package a:b;
interface one { resource r; same: func(x: borrow<r>) -> r; }
interface two { resource r; use one.{r as other}; both: func(x: r, y: other); }
`))
	r, err := Load(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	one, two := r.Root.Interfaces[0], r.Root.Interfaces[1]
	same, both := one.Funcs[0].ABI(), two.Funcs[0].ABI()
	if same.Params[0].Type.Resource != same.Result.Resource {
		t.Error("borrow<r> and r of one interface have different identities")
	}
	if both.Params[0].Type.Resource == both.Params[1].Type.Resource {
		t.Error("resources of two interfaces have the same identity")
	}
	if both.Params[1].Type.Resource != same.Result.Resource {
		t.Error("a resource brought in by use lost its identity")
	}
}

// A resource that an include copies is another one than the original, and the
// same in all that came with it.
func TestIncludedResources(t *testing.T) {
	r, err := loadText(`package a:b;
world base { resource r { m: func(); } import f: func(x: r) -> list<r>; }
world one { include base; }
world two { include base with { r as s }; }
`)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[*TypeDef]bool)
	for _, w := range r.Root.Worlds {
		def := w.Types[0]
		if seen[def] || def.Owner.World != w {
			t.Errorf("world %s shares its resource with another", w.Name)
		}
		seen[def] = true
		if len(def.Methods) != 1 || def.Methods[0].Resource != def || def.Methods[0].Params[0].Type.Resource != def {
			t.Errorf("world %s: the method belongs to another resource", w.Name)
		}
		for _, item := range w.Imports {
			if f := item.Func; f.Kind == Freestanding && (f.Params[0].Type.Resource != def || f.Result.Elem.Resource != def) {
				t.Errorf("world %s: %s takes another resource", w.Name, f.Name)
			}
		}
	}
}
