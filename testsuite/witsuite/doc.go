// Package witsuite holds package wit to what others make of WIT: the golden
// cases of wit-parser, which wasm-tools is built on, the inputs of wit-bindgen,
// and what an older wasm-tools makes of all of them and of our own.
//
// differences.txt lists where the two differ, and why that is right. A
// difference that is gone fails the tests as one that is new does.
package witsuite
