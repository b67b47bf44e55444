package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
)

// absent reports whether nothing is at a path.
func absent(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// missing says that a path which a task's key or flag gives leads nowhere, and
// what to do.
func missing(t *config.Task, key, path, remedy string) error {
	message := shown(path) + " isn't there" + remedy
	if t.Name == "" {
		return fmt.Errorf("--%s: %s", key, message)
	}
	return t.Mistake(key, message)
}

// witThere returns an error unless a task's WIT is there.
func witThere(t *config.Task) error {
	if !absent(t.WIT) {
		return nil
	}
	return missing(t, "wit", t.WIT, ": it is the folder of the world that the guest implements, or a .wit file (capsule-gen init makes one to start from)")
}

// guestThere returns an error unless a task's guest is there.
func guestThere(t *config.Task) error {
	if !absent(t.Guest) {
		return nil
	}
	remedy := ""
	if t.Python != "" || t.JS != "" {
		remedy = ": capsule-gen generate starts it"
	}
	return missing(t, "guest", t.Guest, remedy)
}

// built returns an error unless a task's component is there.
func built(t *config.Task) error {
	if !absent(t.Output) {
		return nil
	}
	return fmt.Errorf("%s isn't there: capsule-gen build %s makes it", shown(t.Output), t.Name)
}

// componentThere returns an error unless a component is there.
func componentThere(path string) error {
	if path == "-" || !absent(path) {
		return nil
	}
	if c, err := loadConfig(""); err == nil {
		for _, t := range c.Tasks {
			if same(t.Output, path) {
				return built(t)
			}
		}
	}
	return fmt.Errorf("%s isn't there: capsule-gen build makes the component of a task", shown(path))
}

// same reports whether two paths are one.
func same(a, b string) bool {
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && a == b
}
