//go:build guests

package witsuite

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/internal/witjson"
	"github.com/capsule-kit/capsule/wit"
)

// TestFormat formats every input that is read, and reads what that gives: the
// models are equal, and formatting again changes nothing.
func TestFormat(t *testing.T) {
	formatted := 0
	for name, input := range oracleInputs(t) {
		before, err := wit.Load(t.Context(), input, options)
		if err != nil {
			continue // what must be accepted is other tests' concern
		}
		after, err := wit.Load(t.Context(), formatAll(t, name, input), options)
		if err != nil {
			t.Errorf("%s: what Format wrote can't be read: %s", name, wit.Detail(err))
			continue
		}
		if how := firstDifference(witjson.Dump(after.Packages), witjson.Dump(before.Packages)); how != "" {
			t.Errorf("%s: formatting changed the model: %s", name, how)
		}
		formatted++
	}
	t.Logf("%d inputs formatted", formatted)
	if formatted < 190 {
		t.Errorf("only %d inputs were formatted", formatted)
	}
}

// formatAll returns a copy of an input with all its text formatted.
func formatAll(t *testing.T, name, input string) string {
	t.Helper()
	dir := t.TempDir()
	copied := dir
	if info, err := os.Stat(input); err == nil && !info.IsDir() {
		copied = filepath.Join(dir, filepath.Base(input))
	}
	err := filepath.WalkDir(input, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if info, err := os.Stat(path); err != nil || info.IsDir() || !strings.HasSuffix(path, ".wit") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		once, err := wit.Format(text)
		if err != nil {
			t.Errorf("%s: %s: %s", name, path, wit.Detail(err))
			return nil
		}
		if twice, err := wit.Format(once); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%s: %s: formatting again changes it (%v)", name, path, err)
		}
		rel, err := filepath.Rel(input, path)
		if err != nil {
			return err
		}
		target := filepath.Join(copied, rel)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, once, 0o644)
	})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return copied
}
