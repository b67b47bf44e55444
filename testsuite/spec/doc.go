// Package spec runs suites of WebAssembly scripts (.wast) against hostruntime:
// the specification's own, and those of a validator and a linker.
//
// The Rust program in wast2json turns a script into JSON commands and .wasm
// files, and its manifest pins the crates that carry the suites. Suite
// fetches and converts them once, into the user's cache; Run runs one script.
// expect.txt lists each command that is known not to pass, with the reason;
// one that passes all the same is a failure, so that the list stays true.
package spec
