//go:build guests || conformance

package spec

import (
	"errors"
	"os"
	"testing"
)

// suite returns files of a suite, set up on first use. Without cargo the
// test is skipped, except under CI, where it fails.
func suite(t *testing.T, name, ending string) []string {
	t.Helper()
	files, err := Files(t.Context(), name, ending)
	if errors.Is(err, ErrNoCargo) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return files
}
