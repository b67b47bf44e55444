package spec

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/capsule-kit/capsule/internal/ownedir"
)

// ErrNoCargo says that the suites can't be had: cargo fetches them, and builds
// what converts them.
var ErrNoCargo = errors.New("cargo is not installed: it fetches and converts the suites")

// The suites.
const (
	// Specification holds the component model's own scripts.
	Specification = "specification"
	// Validator holds the scripts of a validator.
	Validator = "validator"
	// Golden holds components that a linker makes.
	Golden = "golden"
	// Runtime holds this project's own scripts.
	Runtime = "runtime"
)

// A source says where a suite lies in a crate, and what of it is converted.
type source struct {
	suite, crate, folder, extension string
	env                             []string
}

var sources = []source{
	{suite: Specification, crate: "wasm-tools", folder: "tests/component-model/test", extension: "wast"},
	// One script is about the older way to write indices.
	{suite: Validator, crate: "wasm-tools", folder: "tests/cli/component-model", extension: "wast",
		env: []string{"WAST_STRICT_COMPONENT_INDICES=0"}},
	{suite: Golden, crate: "wit-component", folder: "tests/components", extension: "wat"},
}

//go:embed wast2json/Cargo.toml wast2json/Cargo.lock wast2json/src/main.rs
var converter embed.FS

//go:embed runtime
var runtimeScripts embed.FS

// Suite returns the folder of a suite's scripts in JSON form, or of its
// components. The first time it fetches the crates that carry the suites,
// through cargo, and converts them, which takes about a minute; then they are
// kept in the user's cache, by the content of the converter and its lock file.
//
// Errors: ErrNoCargo.
func Suite(ctx context.Context, name string) (string, error) {
	root, err := cacheDir()
	if err != nil {
		return "", err
	}
	key, err := contentKey(converter, fmt.Sprint(sources))
	if err != nil {
		return "", err
	}
	dir, err := once(root, key, func(work string) error { return setUp(ctx, work) })
	if err != nil || name != Runtime {
		return filepath.Join(dir, name), err
	}
	if key, err = contentKey(runtimeScripts, key); err != nil {
		return "", err
	}
	made, err := once(root, Runtime+"-"+key, func(work string) error {
		if err := os.CopyFS(work, runtimeScripts); err != nil {
			return err
		}
		_, err := run(ctx, nil, filepath.Join(dir, "wast2json"), "wast", filepath.Join(work, "runtime"), filepath.Join(work, Runtime))
		return err
	})
	return filepath.Join(made, Runtime), err
}

// Files returns the files of a suite whose paths end with ending.
func Files(ctx context.Context, suite, ending string) ([]string, error) {
	dir, err := Suite(ctx, suite)
	if err != nil {
		return nil, err
	}
	var files []string
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ending) {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

// contentKey returns a name for the content of files, and more.
func contentKey(files fs.FS, more string) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, more)
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(content), content)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}

// once returns the folder name in root, which fill fills if it isn't there.
func once(root, name string, fill func(work string) error) (string, error) {
	dir := filepath.Join(root, name)
	if exists(dir) {
		return dir, nil
	}
	work, err := os.MkdirTemp(root, "setup-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	if err := fill(work); err != nil {
		return "", err
	}
	if err := os.Rename(work, dir); err != nil && !exists(dir) {
		return "", err // else another process was quicker
	}
	return dir, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// cacheDir returns the folder of the suites: $CAPSULE_CACHE/spec, or
// capsule/spec in the user's cache directory.
func cacheDir() (string, error) {
	base := os.Getenv("CAPSULE_CACHE")
	if base == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("there is no cache directory (%w); set CAPSULE_CACHE", err)
		}
		base = filepath.Join(user, "capsule")
	}
	return ownedir.Open(filepath.Join(base, "spec"))
}

// setUp builds the converter and converts the suites, all within work.
func setUp(ctx context.Context, work string) error {
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		return ErrNoCargo
	}
	// Its sources and what cargo makes of them aren't kept.
	build := filepath.Join(work, "build")
	defer os.RemoveAll(build)
	if err := os.CopyFS(build, converter); err != nil {
		return err
	}
	manifest := filepath.Join(build, "wast2json", "Cargo.toml")
	if _, err := run(ctx, nil, cargo, "build", "--locked", "--quiet", "--manifest-path", manifest, "--target-dir", filepath.Join(build, "target")); err != nil {
		return err
	}
	exe := filepath.Join(work, "wast2json")
	if err := os.Rename(filepath.Join(build, "target", "debug", "wast2json"), exe); err != nil {
		return err
	}
	crates, err := fetchCrates(ctx, cargo, manifest)
	if err != nil {
		return err
	}
	for _, s := range sources {
		folder, ok := crates[s.crate]
		if !ok {
			return fmt.Errorf("cargo knows no folder of crate %s", s.crate)
		}
		_, err := run(ctx, s.env, exe, s.extension, filepath.Join(folder, filepath.FromSlash(s.folder)), filepath.Join(work, s.suite))
		if err != nil {
			return err
		}
	}
	return nil
}

// fetchCrates returns where cargo unpacked the crates, by name.
func fetchCrates(ctx context.Context, cargo, manifest string) (map[string]string, error) {
	// The crates that carry suites are dependencies of no platform: build
	// leaves them out, fetch doesn't.
	if _, err := run(ctx, nil, cargo, "fetch", "--locked", "--quiet", "--manifest-path", manifest); err != nil {
		return nil, err
	}
	out, err := run(ctx, nil, cargo, "metadata", "--locked", "--offline", "--format-version", "1", "--manifest-path", manifest)
	if err != nil {
		return nil, err
	}
	var metadata struct {
		Packages []struct {
			Name         string
			ManifestPath string `json:"manifest_path"`
		}
	}
	if err := json.Unmarshal(out, &metadata); err != nil {
		return nil, fmt.Errorf("cargo metadata: %w", err)
	}
	folders := map[string]string{}
	for _, p := range metadata.Packages {
		folders[p.Name] = filepath.Dir(p.ManifestPath)
	}
	return folders, nil
}

func run(ctx context.Context, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), args[0], err, stderr.Bytes())
	}
	return out, nil
}
