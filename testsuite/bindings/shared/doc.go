// Package shared tests generated packages of two worlds that share the package
// of an interface.
package shared

//go:generate go run github.com/capsule-kit/capsule/cmd/capsule-gen
