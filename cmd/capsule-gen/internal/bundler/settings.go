package bundler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// settings are the files that the bundler reads by itself, past a containment,
// in whatever folder it passes through.
var settings = []string{"package.json", "tsconfig.json", "jsconfig.json", ".pnp.cjs", ".pnp.js", ".pnp.data.json"}

// maxSettingsBytes bounds each of them.
const maxSettingsBytes = 4 << 20

// A SettingError is about one of them that isn't read.
type SettingError struct {
	File   string // in the guest's folder
	Reason string
}

func (e *SettingError) Error() string { return e.File + ": " + e.Reason }

// checkSettings looks at all of them in a guest's folder before the bundler
// does, which would wait for a pipe for ever, and read a device for as long as
// there is memory.
func checkSettings(ctx context.Context, folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err = cmp.Or(err, context.Cause(ctx)); err != nil || !slices.Contains(settings, entry.Name()) {
			return err
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir():
			return nil // which the bundler passes over
		case err == nil && !info.Mode().IsRegular():
			err = errors.New("not a regular file")
		case err == nil && info.Size() > maxSettingsBytes:
			err = fmt.Errorf("more than %d MiB", maxSettingsBytes>>20)
		}
		if err == nil {
			return nil
		}
		name, _ := filepath.Rel(folder, path)
		return &SettingError{File: name, Reason: err.Error()}
	})
}

var sourceMapComment = regexp.MustCompile(`([#@] sourceMappingURL)=`)

// withoutSourceMap returns JavaScript that means the same and names no source
// map: the bundler would read that from wherever it is, and put what it names
// into ours. Where the text is in a string and not in a comment, the escape
// stands for what it replaces.
func withoutSourceMap(text string) string {
	return sourceMapComment.ReplaceAllString(text, `$1\x3d`)
}
