package compile

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/bundler"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/internal/regularfile"
	"github.com/capsule-kit/capsule/wit"
)

// recipe is a part of every digest of inputs. It changes with whatever this
// package does to a guest on the way to a component. The version of
// capsule-gen would do as well, but most of them change nothing here, and each
// would have all guests compiled anew.
const recipe = "2"

// engineRecipe is the same for the guests of one engine.
var engineRecipe = map[toolchain.Engine]string{toolchain.StarlingMonkey: "1"}

// What a guest may consist of. A guest is one file and what it imports from
// its own folder, so more than this is a folder that was named by mistake.
const (
	maxInputFiles = bundler.MaxFiles
	maxInputBytes = bundler.MaxBytes
)

// inputs are the files that a component is made from, as they were read once;
// WIT without its comments.
type inputs struct {
	wit, guests map[string][]byte // by slash-separated path in their folder
	guest       string            // the key of the guest's own file
	bytes       int
	// sourceMap leads from the lines of a bundled guest back to its author's;
	// nil where the guest is as it was written.
	sourceMap []byte
	// sources are the files that a bundled guest was made from.
	sources []string
	// unresolved is the first import of a guest that isn't bundled which leads
	// nowhere; nil for none.
	unresolved *GuestError
}

func readInputs(ctx context.Context, r Request) (*inputs, error) {
	in := &inputs{wit: map[string][]byte{}, guests: map[string][]byte{}, guest: filepath.Base(r.Guest)}
	if err := checkName(r.Engine, in.guest); err != nil {
		return nil, &GuestError{File: r.Guest, Message: err.Error()}
	}
	// Read before its folder is: a symbolic link, which read passes over there,
	// may lead to it.
	guest, err := regularfile.Read(r.Guest, maxInputBytes)
	if err != nil {
		return nil, err
	}
	isWIT := func(path string) bool { return strings.HasSuffix(path, ".wit") }
	if err := in.read(ctx, in.wit, r.WIT, isWIT); err != nil {
		return nil, err
	}
	if len(in.wit) == 0 {
		return nil, fmt.Errorf("%s holds no .wit file", r.WIT)
	}
	// componentize-py pastes documentation into Python source as it is, where a
	// stray backslash or quotation mark is a syntax error, and text after three
	// of them is code. No component needs documentation.
	for path, text := range in.wit {
		in.wit[path] = wit.StripComments(text)
	}
	// Of a folder that guests of both languages share, each takes its own
	// part, so that a change to one doesn't have the other compiled anew.
	belongs := func(path string) bool { return guestFile(r.Engine, path) }
	if err := in.read(ctx, in.guests, filepath.Dir(r.Guest), belongs); err != nil {
		return nil, err
	}
	for _, name := range []string{entryName + ".py", entryName + ".js"} {
		if _, taken := in.guests[name]; taken {
			return nil, &GuestError{
				File:    filepath.Join(filepath.Dir(r.Guest), name),
				Message: "this name is taken by capsule-gen: choose another",
			}
		}
	}
	in.guests[in.guest] = guest
	if r.Engine != toolchain.Python {
		return in, in.bundle(ctx, r)
	}
	return in, nil
}

// checkName returns why a guest's file can't have the name it has.
func checkName(e toolchain.Engine, name string) error {
	stem, ext, _ := strings.Cut(name, ".")
	if e == toolchain.Python {
		if ext != "py" || !identifier(stem) || slices.Contains(pythonKeywords, stem) {
			return errors.New("a Python guest's file name is a module name and .py")
		}
		if stem == "wit_world" || strings.HasPrefix(stem, "componentize_py") || stem == entryName {
			return fmt.Errorf("the module name %s is taken by the compiler", stem)
		}
		return nil
	}
	if !slices.Contains([]string{".js", ".mjs", ".ts", ".mts"}, filepath.Ext(name)) {
		return errors.New("a JavaScript guest's file name ends in .js, .mjs, .ts or .mts")
	}
	// componentize-js hands its arguments on as one string, and splits it at
	// blanks.
	for _, c := range name {
		if !identifierChar(c) && c != '.' && c != '-' {
			return errors.New("a JavaScript guest's file name has only letters, digits and . _ - in it")
		}
	}
	if strings.HasPrefix(name, "-") || strings.HasPrefix(name, ".") {
		return errors.New("a JavaScript guest's file name begins with a letter or digit")
	}
	return nil
}

// pythonKeywords can't be the name of a module that is imported, nor of anything
// else.
var pythonKeywords = strings.Fields(`False None True and as assert async await break class continue
	def del elif else except finally for from global if import in is lambda nonlocal not or pass
	raise return try while with yield`)

func identifier(s string) bool {
	for i, c := range s {
		if !identifierChar(c) || i == 0 && c >= '0' && c <= '9' {
			return false
		}
	}
	return s != ""
}

func identifierChar(c rune) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// guestFile reports whether a file of a guest's folder can be a part of a
// guest of the engine.
func guestFile(e toolchain.Engine, path string) bool {
	switch filepath.Ext(path) {
	case ".wasm", ".wit", ".pyc", ".go", ".toml", ".md":
		return false
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".map":
		return e != toolchain.Python
	case ".py", ".pyi", ".so":
		return e == toolchain.Python
	}
	return true
}

// skipped are folders and files that are never a part of a guest: other tools' own, and
// the bindings that componentize-py makes itself (a stub of them lies beside a
// guest for its author's editor).
var skipped = []string{"node_modules", "__pycache__", "wit_world", "componentize_py_types.py", "testdata"}

// read adds the regular files below root for which want says yes. What is
// hidden is passed over, and symbolic links below root are, since they can lead
// anywhere. The user named root, so that may be one.
func (in *inputs) read(ctx context.Context, into map[string][]byte, root string, want func(path string) bool) error {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err = cmp.Or(err, context.Cause(ctx)); err != nil {
			return err
		}
		name := entry.Name()
		hidden := strings.HasPrefix(name, ".") || slices.Contains(skipped, name)
		if entry.IsDir() {
			if hidden && path != root {
				return fs.SkipDir
			}
			return nil
		}
		if hidden || !entry.Type().IsRegular() || !want(name) {
			return nil
		}
		rel := name // of a root that is a file itself
		if path != root {
			if rel, err = filepath.Rel(root, path); err != nil {
				return err
			}
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		in.bytes += int(min(info.Size(), maxInputBytes+1))
		if in.bytes > maxInputBytes || len(into) >= maxInputFiles {
			return fmt.Errorf("%s: more than %d files or %d MiB: a guest's folder should hold nothing else",
				root, maxInputFiles, maxInputBytes>>20)
		}
		into[filepath.ToSlash(rel)], err = regularfile.Read(path, maxInputBytes)
		return err
	})
}

// digest identifies the inputs, with all else that has a part in the result.
func (in *inputs) digest(r Request, toolchainID string) string {
	sum := sha256.New()
	// Each part says how long it is, so that no two lists of parts are alike.
	add := func(parts ...string) {
		for _, part := range parts {
			fmt.Fprintf(sum, "%d:%s,", len(part), part)
		}
	}
	add("recipe", recipe, "engine", string(r.Engine), toolchainID, "world", r.World, "guest", in.guest)
	if own := engineRecipe[r.Engine]; own != "" {
		add("engine recipe", own)
	}
	for _, files := range []map[string][]byte{in.wit, in.guests} {
		add("files", fmt.Sprint(len(files)))
		for _, path := range slices.Sorted(maps.Keys(files)) {
			add(path, string(files[path]))
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
