package canon

import (
	"errors"
	"fmt"
)

// A TrapError says how a guest broke the Canonical ABI. The specification
// traps here, so the instance is dead afterwards.
type TrapError struct {
	// Reason says what was met and what was wanted.
	Reason string
	// Cause is set where another error lies beneath.
	Cause error
}

// Error returns the reason.
func (e *TrapError) Error() string {
	if e.Cause != nil {
		return e.Reason + ": " + e.Cause.Error()
	}
	return e.Reason
}

// Unwrap returns the cause.
func (e *TrapError) Unwrap() error { return e.Cause }

func trapf(format string, args ...any) error {
	return &TrapError{Reason: fmt.Sprintf(format, args...)}
}

// An ArgumentError says that a value from the host doesn't fit its type.
// Nothing reached the guest.
type ArgumentError struct {
	// Arg counts the values of one LowerFlat from 0: which argument it is.
	Arg int
	// Path leads into the value, `[3].id`, and is empty for the value itself.
	// A caller that knows the argument's name puts it in front.
	Path string
	// Want describes the type, Got what was there.
	Want, Got string
}

// Error returns path, wanted type and what was there.
func (e *ArgumentError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("want %s, got %s", e.Want, e.Got)
	}
	return fmt.Sprintf("%s: want %s, got %s", e.Path, e.Want, e.Got)
}

// Under puts step in front of the path of an *ArgumentError, and returns any
// other error unchanged.
func Under(step string, err error) error {
	var arg *ArgumentError
	if errors.As(err, &arg) {
		arg.Path = step + arg.Path
	}
	return err
}
