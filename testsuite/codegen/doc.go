// Package codegen generates from WIT that nobody here wrote, the inputs of
// another generator's tests, and has the Go toolchain judge the result.
package codegen
