// Package toolchain installs the compilers that turn guests into components,
// exactly as the locked manifests in sdk/python and sdk/js pin them, into the
// user's cache.
package toolchain

import (
	"fmt"
	"io/fs"

	"github.com/capsule-kit/capsule/sdk/js"
	"github.com/capsule-kit/capsule/sdk/python"
)

// An Engine is what a guest runs on inside the sandbox.
type Engine string

// The engines.
const (
	Python         Engine = "python"
	QuickJS        Engine = "quickjs"
	StarlingMonkey Engine = "starlingmonkey"
)

// Engines are all engines, in the order in which they are named to users.
var Engines = []Engine{Python, QuickJS, StarlingMonkey}

// Parse returns the engine called name.
func Parse(name string) (Engine, error) {
	for _, e := range Engines {
		if name == string(e) {
			return e, nil
		}
	}
	return "", fmt.Errorf("unknown engine %q (want python, quickjs or starlingmonkey)", name)
}

// Language returns the language of the engine's guests, as people write it.
func (e Engine) Language() string {
	if e == Python {
		return "Python"
	}
	return "JavaScript"
}

// Compiler returns the name and version of what is installed, for messages.
func (e Engine) Compiler() string {
	switch e {
	case Python:
		return "componentize-py 0.25.1"
	case QuickJS:
		return "componentize-qjs 0.4.5"
	}
	return "componentize-js 0.23.0"
}

// manifest returns the folder of files that pins the engine's toolchain.
func (e Engine) manifest() fs.FS {
	if e == Python {
		return python.Toolchain
	}
	folder, err := fs.Sub(js.Toolchain, string(e))
	if err != nil {
		panic(err) // only for a path that isn't one
	}
	return folder
}
