// Package witjson reads the JSON form in which wasm-tools and its libraries
// give resolved WIT into the model of package wit, and writes the model as text
// to compare. It serves tests only: what others make of a text is held against
// what wit.Load makes of it.
package witjson
