package wasi

import "fmt"

// An ExitError ends the instance: the guest called wasi:cli/exit.
type ExitError struct {
	// Status is the exit code: 0 for success, 1 for exit(error), or what the
	// guest gave to exit-with-code.
	Status uint8
}

// Error says how the guest exited.
func (e *ExitError) Error() string {
	return fmt.Sprintf("the guest exited with status %d", e.Status)
}

// A LimitError is the trap of a guest that asked for more than the Host gives.
type LimitError struct {
	// What names what there would have been too much of, with its unit.
	What string
	// Limit is the most allowed, Attempt what the guest came to.
	Limit, Attempt uint64
}

// Error says which limit was passed and by how much.
func (e *LimitError) Error() string {
	return fmt.Sprintf("wasi: %s: %d is above the limit of %d", e.What, e.Attempt, e.Limit)
}
