// Package programs runs programs that other toolchains make: a Go program, with
// the adapter from WASI's first preview to components, and a component in C.
//
// The tests build them, which needs cargo, for the tool that makes components,
// and Python, whose package index carries a C compiler.
package programs
