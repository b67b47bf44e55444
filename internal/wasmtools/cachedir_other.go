//go:build !unix

package wasmtools

import (
	"errors"
	"io/fs"
)

// Modes and numeric owners say nothing here: the access list of the user's
// own profile, below which the folder lies by default, is what protects it.

func checkPrivate(info fs.FileInfo) error {
	if !info.IsDir() {
		return errors.New("is not a folder")
	}
	return nil
}

func checkOwned(fs.FileInfo) error    { return nil }
func checkAncestor(fs.FileInfo) error { return nil }
