// Package bindings holds generated Go, and the tests that hold it to the
// dynamic API: both must move the same values, in both directions.
package bindings
