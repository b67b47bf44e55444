package spec

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// Definitions returns the path of the specification's definitions.py, the
// Canonical ABI as a Python program. The first time it is fetched, with the
// suites' crate; then it is kept in the user's cache.
//
// Errors: ErrNoCargo.
//
// Spec: canonical-abi/definitions.py.
func Definitions(ctx context.Context) (string, error) {
	const name = "definitions.py"
	root, err := cacheDir()
	if err != nil {
		return "", err
	}
	key, err := contentKey(converter, name)
	if err != nil {
		return "", err
	}
	dir, err := once(root, "definitions-"+key, func(work string) error {
		cargo, err := exec.LookPath("cargo")
		if err != nil {
			return ErrNoCargo
		}
		manifest := filepath.Join(work, "wast2json", "Cargo.toml")
		if err := os.CopyFS(work, converter); err != nil {
			return err
		}
		crates, err := fetchCrates(ctx, cargo, manifest)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(filepath.Join(crates["wasm-tools"], "tests", "component-model", "design", "mvp", "canonical-abi", name))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(work, name), text, 0o600)
	})
	return filepath.Join(dir, name), err
}
