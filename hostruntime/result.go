package hostruntime

import (
	"errors"
)

// GeneratedV1 is referred to by generated code. A release of this module that
// generated code must be regenerated for has another constant instead.
const GeneratedV1 = true

// ErrUnimplemented is what the refusing defaults of generated packages return.
var ErrUnimplemented = errors.New("the host does not implement it")

// A ResultError is the error case of a function's own `result<T, E>`: a value
// that the guest returned, not a failure of the sandbox. The instance goes on.
//
//	if refused, ok := errors.AsType[*hostruntime.ResultError[catalog.Problem]](err); ok { … refused.Value … }
//
// A host function returns one to give the guest the error case.
type ResultError[E any] struct {
	Value E
}

// Error names the error's type and shows what it holds, but for a string at most
// about 1 KiB of it. Its text may be the guest's own: see EscapeText.
func (e *ResultError[E]) Error() string {
	var value any = e.Value
	switch value := value.(type) {
	case Unit:
		return "the function returned its error case"
	case string:
		return "the function returned its error case: " + value
	}
	return "the function returned its error case: " + showValue(value)
}

// IsResultError tells a ResultError of any type from other errors.
func (e *ResultError[E]) IsResultError() {}

// Result is a `result<T, E>` anywhere but at the top of a function's result.
type Result[T, E any] struct {
	// IsErr says which of the two is set.
	IsErr bool
	OK    T
	Err   E
}

// Unit stands where a case has no payload.
type Unit struct{}
