// Package newer holds what is new in WIT, and not in every compiler of guests
// yet, against real guests: constructors that may fail, and maps. Where an
// engine's compiler can't have it, generate says so, and here stands what
// happens without that.
package newer

//go:generate go run github.com/capsule-kit/capsule/cmd/capsule-gen
