// Package crates finds what other projects publish as the tests of their
// crates. Cargo fetches it, by version; nothing of it is kept here.
package crates

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed manifest
var manifest embed.FS

// ErrNoCargo says that cargo, which fetches the crates, isn't installed.
var ErrNoCargo = errors.New("cargo is not installed: it fetches the crates that carry the tests")

// Folder returns the folder of a crate that manifest/Cargo.toml names.
//
// Errors: ErrNoCargo, what cargo says.
func Folder(ctx context.Context, name string) (string, error) {
	cargo, err := exec.LookPath("cargo")
	if err != nil {
		return "", ErrNoCargo
	}
	work, err := os.MkdirTemp("", "crates-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	files, err := fs.Sub(manifest, "manifest")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(work, files); err != nil {
		return "", err
	}
	path := filepath.Join(work, "Cargo.toml")
	if _, err := run(ctx, cargo, "fetch", "--locked", "--quiet", "--manifest-path", path); err != nil {
		return "", err
	}
	out, err := run(ctx, cargo, "metadata", "--locked", "--offline", "--format-version", "1", "--manifest-path", path)
	if err != nil {
		return "", err
	}
	var metadata struct {
		Packages []struct {
			Name         string
			ManifestPath string `json:"manifest_path"`
		}
	}
	if err := json.Unmarshal(out, &metadata); err != nil {
		return "", fmt.Errorf("cargo metadata: %w", err)
	}
	// Cargo names only those that are libraries; the others lie beside them.
	for _, p := range metadata.Packages {
		if p.Name != "wit-parser" {
			continue
		}
		found, err := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(p.ManifestPath)), name+"-"+versions[name]))
		if err == nil && len(found) == 1 {
			return found[0], nil
		}
	}
	return "", fmt.Errorf("no crate %q among those that are fetched", name)
}

// versions are those of the manifest.
var versions = map[string]string{"wit-parser": "0.263.0", "wit-bindgen-cli": "0.63.0"}

func run(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), args[0], err, stderr.Bytes())
	}
	return out, nil
}
