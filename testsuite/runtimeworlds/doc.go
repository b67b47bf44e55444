// Package runtimeworlds holds what another generator tests at run time, the
// worlds of wit-bindgen-cli 0.63.0's tests/runtime, against generated Go: each
// behaviour with a Python and a JavaScript guest, which provides it to Go and
// uses it from Go. Worlds and guests are written here after theirs.
//
// matrix.txt says which engine covers which behaviour, and why where it doesn't.
package runtimeworlds

//go:generate go run github.com/capsule-kit/capsule/cmd/capsule-gen
