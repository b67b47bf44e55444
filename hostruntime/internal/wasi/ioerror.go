package wasi

import "github.com/capsule-kit/capsule/hostruntime/value"

var errorResource = newResource[*ioErr]("wasi:io/error", "error")

// An ioErr is what went wrong with a stream, as far as the guest may know: the
// host's own error text can hold paths and addresses, so it stays here.
type ioErr struct {
	node
	text string
	// code is the wasi:filesystem error code where the stream is a file's.
	code string
	// socket is the wasi:sockets error-code where the stream is a socket's.
	socket string
	// http is the wasi:http error-code where the stream is a body's.
	http *value.Variant
}

// ioError returns wasi:io/error.
func ioError() *Interface {
	i := newInterface("wasi:io/error")
	i.uses(errorResource)
	method(i, errorResource, "to-debug-string", fn(stringType),
		func(_ *call, e *ioErr) (value.Value, error) { return value.String(e.text), nil })
	return i
}
