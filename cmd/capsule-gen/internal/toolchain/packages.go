package toolchain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// RequirementsFile is the file beside a Python guest that names its packages.
const RequirementsFile = "requirements.txt"

// Packages returns a folder with the packages that a guest's requirements
// name, installing them into the cache the first time. Empty for none.
//
// The guest's author may be anybody: nothing is taken but wheels of pure Python
// whose version and hash are given, so that nothing is run, and no other file
// or server is asked.
//
// Errors: *RequirementError; *MissingError for no pip.
func (t *Toolchain) Packages(ctx context.Context, requirements []byte, options Options) (string, error) {
	lines, err := parseRequirements(string(requirements))
	if err != nil || len(lines) == 0 {
		return "", err
	}
	text := strings.Join(lines, "\n") + "\n"
	sum := sha256.Sum256([]byte(text))
	parent := filepath.Join(options.Cache, "packages")
	if err := Folder(parent); err != nil {
		return "", err
	}
	dir := filepath.Join(parent, hex.EncodeToString(sum[:16]))
	if err := trust(dir); !errors.Is(err, fs.ErrNotExist) {
		use(dir)
		return dir, err
	}
	err = fill(ctx, dir, options.progress("installing the guest's packages"), func(temp string) error {
		file := filepath.Join(temp, RequirementsFile)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return err
		}
		err := t.pip(ctx, temp, "--target", temp, "-r", file,
			"--platform", "any", "--implementation", "py", "--abi", "none", "--python-version", guestPython)
		if err := errors.Join(err, os.Remove(file)); err != nil {
			return err
		}
		bytes, err := sizeOf(temp)
		if err == nil && bytes > maxPackagesBytes {
			err = &RequirementError{1, fmt.Sprintf("the packages have %d MiB together, more than %d", bytes>>20, maxPackagesBytes>>20)}
		}
		return err
	})
	if bad, ok := errors.AsType[*RequirementError](err); ok {
		return "", bad
	}
	if err != nil {
		if missing, ok := errors.AsType[*MissingError](err); ok {
			return "", missing
		}
		return "", fmt.Errorf("install the guest's packages, of which only wheels of pure Python will do: %w", err)
	}
	// What can't be removed is no reason to be without what is installed.
	_ = removeUnused(parent, time.Now().Add(-unusedFor))
	return dir, nil
}

// maxPackagesBytes bounds what a guest's packages take on the disk, all
// together. They end in the component, which may have as much.
const maxPackagesBytes = 512 << 20

// A Pin is a package that a guest's requirements name.
type Pin struct{ Name, Version string }

// Pins returns the packages that a guest's requirements name, in order. There
// are no others: none is installed for another's sake.
//
// Errors: *RequirementError.
func Pins(requirements []byte) ([]Pin, error) {
	lines, err := parseRequirements(string(requirements))
	var pins []Pin
	for _, line := range lines {
		requirement, _, _ := strings.Cut(line, " ")
		name, version, _ := strings.Cut(requirement, "==")
		pins = append(pins, Pin{name, version})
	}
	return pins, err
}

// guestPython is the version of Python that guests run on.
const guestPython = "3.14"

// A RequirementError is a line in a guest's requirements that isn't taken.
type RequirementError struct {
	Line    int
	Message string
}

func (e *RequirementError) Error() string { return e.Message }

var (
	pinned     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9][A-Za-z0-9.!+_-]*$`)
	hashOption = regexp.MustCompile(`^--hash=sha256:[0-9a-f]{64}$`)
	// comment is what pip takes for one.
	comment = regexp.MustCompile(`(^|\s)#.*$`)
)

// parseRequirements returns the requirements, one to a line: a name, a version
// and the hashes of its files, as pip-compile --generate-hashes writes them.
func parseRequirements(text string) ([]string, error) {
	var list []string
	var words []string
	first := 0
	for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = strings.TrimSpace(comment.ReplaceAllString(line, ""))
		line, continued := strings.CutSuffix(line, "\\")
		if len(words) == 0 {
			first = i + 1
		}
		words = append(words, strings.Fields(line)...)
		if continued || len(words) == 0 {
			continue
		}
		if !pinned.MatchString(words[0]) {
			return nil, &RequirementError{first, fmt.Sprintf("%q: want name==version and the hashes of its wheels, as pip-compile --generate-hashes writes them, and nothing else", words[0])}
		}
		if len(words) == 1 {
			return nil, &RequirementError{first, words[0] + " has no --hash=sha256:…, as pip-compile --generate-hashes writes them"}
		}
		for _, w := range words[1:] {
			if !hashOption.MatchString(w) {
				return nil, &RequirementError{first, fmt.Sprintf("%q: want --hash=sha256:… and nothing else", w)}
			}
		}
		list = append(list, strings.Join(words, " "))
		words = nil
	}
	if len(words) > 0 {
		return nil, &RequirementError{first, "the last line goes on, and nothing follows"}
	}
	return list, nil
}
