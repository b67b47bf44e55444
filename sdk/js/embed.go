// Package js holds the locked manifests of the compilers for JavaScript
// guests, one folder per engine: they are installed apart, because the one for
// StarlingMonkey is ten times the size of the other.
package js

import "embed"

// Toolchain holds the folders quickjs and starlingmonkey, each with a
// package.json, its lock file and what else the compiler is started with.
//
//go:embed quickjs/package.json quickjs/package-lock.json
//go:embed starlingmonkey/package.json starlingmonkey/package-lock.json starlingmonkey/compile.mjs
var Toolchain embed.FS
