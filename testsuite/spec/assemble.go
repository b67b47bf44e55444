package spec

import (
	"context"
	"path/filepath"
)

// Assemble converts each .wat file beneath from to a .wasm file at the same
// path beneath to, with the program that converts the suites.
//
// Errors: ErrNoCargo.
func Assemble(ctx context.Context, from, to string) error {
	suite, err := Suite(ctx, Specification)
	if err != nil {
		return err
	}
	_, err = run(ctx, nil, filepath.Join(filepath.Dir(suite), "wast2json"), "wat", from, to)
	return err
}
