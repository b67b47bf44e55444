package compile

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

var (
	noPythonModule = regexp.MustCompile(`^ModuleNotFoundError: No module named '([^'.]+)`)
	unresolved     = regexp.MustCompile(`^Could not resolve "(.*)"$`)
	// How the JavaScript engines say so, without a place.
	engineUnresolved = regexp.MustCompile(`Error (?:resolving|loading) module ['"]([^'"\n]*)['"]`)
)

// remedyPython says what to do about a Python module that isn't there.
func (in *inputs) remedyPython(r Request, message string) string {
	module := noPythonModule.FindStringSubmatch(message)
	if module == nil {
		return message
	}
	requirements := filepath.Join(filepath.Dir(r.Guest), toolchain.RequirementsFile)
	switch _, ok := in.guests[toolchain.RequirementsFile]; {
	case strings.HasPrefix(module[1], "_"):
		return message + " (a part of Python that the sandbox doesn't have)"
	case ok:
		return fmt.Sprintf("%s (a module of yours goes beside the guest; no package of %s has it)", message, requirements)
	}
	return fmt.Sprintf("%s (a module of yours goes beside the guest; a package into %s, as pip-compile --generate-hashes writes it)",
		message, requirements)
}

// unresolvedBy returns the error for a module that an engine hasn't found, nil
// where its output tells of none.
func (in *inputs) unresolvedBy(r Request, output string) *GuestError {
	found := engineUnresolved.FindStringSubmatch(output)
	if found == nil {
		return nil
	}
	if in.unresolved != nil {
		return in.unresolved
	}
	message, _ := remedyJavaScript(r, fmt.Sprintf("Could not resolve %q", found[1]), "")
	return &GuestError{File: r.Guest, Message: escape.Line(message)}
}

// remedyJavaScript says what to do about a module that the bundler hasn't
// found, and what is to be said beside that.
func remedyJavaScript(r Request, message, detail string) (string, string) {
	found := unresolved.FindStringSubmatch(message)
	if found == nil {
		return message, detail
	}
	switch module := found[1]; {
	case strings.Contains(detail, "built into node"):
		return message + ": the engine has none of Node's built-in modules", ""
	case detail != "":
		return message, detail // a package that is there
	case strings.HasPrefix(module, "."):
		return message + ": there is no such file", ""
	case strings.Contains(module, ":"):
		return message + fmt.Sprintf(": the world %s imports nothing of that name", r.World), ""
	default:
		return message + fmt.Sprintf(": if it is a package, \"npm install %s\" in %s installs it", packageOf(module), filepath.Dir(r.Guest)), ""
	}
}

// packageOf returns the package that a module is in: name/file or
// @scope/name/file.
func packageOf(module string) string {
	parts := strings.SplitN(module, "/", 3)
	if strings.HasPrefix(module, "@") && len(parts) > 1 {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}
