// Package bind is what generated Go code stands on: it moves typed values
// between Go and one guest's linear memory, one crossing at a time.
//
// A generated method lowers its arguments through a Call, invokes the guest,
// and lifts the results; a generated import does the reverse. The methods of
// Call never panic and return no errors: the first failure sticks to the call,
// everything after it does nothing and returns zero, and End reports it. So
// generated code is straight-line code. Programs have no reason to use the
// package by hand.
package bind
