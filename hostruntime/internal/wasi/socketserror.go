package wasi

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// socketFail returns the error case of a socket function's result.
func socketFail(code string) value.Value { return fail(value.Enum(code)) }

// socketFailed returns the error case for err, or the trap that err is.
func socketFailed(err error) (value.Value, error) {
	if limit, ok := errors.AsType[*egress.LimitError](err); ok {
		return nil, limit
	}
	return socketFail(socketCode(err)), nil
}

// A socketFailure is how a connection's stream failed; its text stays with the
// host.
type socketFailure struct{ err error }

func (e *socketFailure) Error() string { return e.err.Error() }
func (e *socketFailure) Unwrap() error { return e.err }

// socketCode returns the error-code for an error of package net or of the
// gate.
func socketCode(err error) string {
	if _, ok := errors.AsType[*egress.DeniedError](err); ok {
		return "access-denied"
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		switch {
		case dns.IsNotFound:
			return "name-unresolvable"
		case dns.IsTemporary || dns.IsTimeout:
			return "temporary-resolver-failure"
		}
		return "permanent-resolver-failure"
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		if code := socketCodes[errno]; code != "" {
			return code
		}
	}
	switch {
	case errors.Is(err, os.ErrPermission):
		return "access-denied"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, net.ErrClosed), errors.Is(err, context.Canceled):
		return "connection-aborted"
	}
	return "unknown"
}
