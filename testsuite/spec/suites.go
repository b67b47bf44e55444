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

	"github.com/capsule-kit/capsule/internal/ownedir"
)

// ErrNoCargo says that the suites can't be had: cargo fetches them, and builds
// what converts them.
var ErrNoCargo = errors.New("cargo is not installed: it fetches and converts the suites")

// The suites, as folders of what Suites returns.
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
// Without a crate it lies here.
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
	{suite: Runtime, folder: "runtime", extension: "wast"},
}

//go:embed wast2json/Cargo.toml wast2json/Cargo.lock wast2json/src/main.rs runtime
var inputs embed.FS

// Suites returns the folder of the converted suites. The first time it fetches
// the crates that carry them, through cargo, and converts them, which takes
// about a minute; then they are kept in the user's cache, by the content of
// the converter and its lock file.
func Suites(ctx context.Context) (string, error) {
	key, err := suitesKey()
	if err != nil {
		return "", err
	}
	root, err := cacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, key)
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return dir, nil
	}
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		return "", ErrNoCargo
	}
	work, err := os.MkdirTemp(root, "setup-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	made, err := setUp(ctx, cargo, work)
	if err != nil {
		return "", err
	}
	if err := os.Rename(made, dir); err != nil && !exists(dir) {
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

func suitesKey() (string, error) {
	h := sha256.New()
	fmt.Fprint(h, sources)
	err := fs.WalkDir(inputs, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := inputs.ReadFile(path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(content), content)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:16], err
}

// setUp builds the converter and converts the suites, all within work.
func setUp(ctx context.Context, cargo, work string) (string, error) {
	if err := os.CopyFS(work, inputs); err != nil {
		return "", err
	}
	manifest := filepath.Join(work, "wast2json", "Cargo.toml")
	target := filepath.Join(work, "target")
	if _, err := run(ctx, nil, cargo, "build", "--locked", "--quiet", "--manifest-path", manifest, "--target-dir", target); err != nil {
		return "", err
	}
	// The crates that carry suites are dependencies of no platform: build
	// leaves them out, fetch doesn't.
	if _, err := run(ctx, nil, cargo, "fetch", "--locked", "--quiet", "--manifest-path", manifest); err != nil {
		return "", err
	}
	crates, err := crateFolders(ctx, cargo, manifest)
	if err != nil {
		return "", err
	}
	made := filepath.Join(work, "suites")
	for _, s := range sources {
		folder := work
		if s.crate != "" {
			if folder = crates[s.crate]; folder == "" {
				return "", fmt.Errorf("cargo knows no folder of crate %s", s.crate)
			}
		}
		_, err := run(ctx, s.env, filepath.Join(target, "debug", "wast2json"),
			s.extension, filepath.Join(folder, filepath.FromSlash(s.folder)), filepath.Join(made, s.suite))
		if err != nil {
			return "", err
		}
	}
	return made, nil
}

// crateFolders asks cargo where it unpacked the crates.
func crateFolders(ctx context.Context, cargo, manifest string) (map[string]string, error) {
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
