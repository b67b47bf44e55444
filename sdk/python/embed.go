// Package python holds the locked manifest of the compiler for Python guests.
package python

import "embed"

// Toolchain holds requirements.txt: exact versions, each with the hashes of
// its wheels.
//
//go:embed requirements.txt
var Toolchain embed.FS
