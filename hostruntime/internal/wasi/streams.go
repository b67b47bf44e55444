package wasi

import (
	"errors"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Sizes of stream operations.
const (
	// MaxRead is the most bytes that one read, skip or splice moves; guests
	// get a short read for more.
	MaxRead = 1 << 20
	// WritePermit is what output-stream.check-write permits, and so the most
	// bytes of one write.
	WritePermit = 64 << 10
	// MaxBlockingWrite is the most bytes that blocking-write-and-flush and
	// blocking-write-zeroes-and-flush take.
	//
	// Spec: wasi:io/streams, output-stream.
	MaxBlockingWrite = 4096
)

var (
	inputStreamResource  = newResource[*inputStream]("wasi:io/streams", "input-stream")
	outputStreamResource = newResource[*outputStream]("wasi:io/streams", "output-stream")

	streamError = abi.NewVariant(one("last-operation-failed", own(errorResource)), one("closed", nil))
)

// streamClosed is the error case of every operation on a stream at its end.
func streamClosed() value.Value { return fail(value.Variant{Case: "closed"}) }

// streamResult returns result<t, stream-error>; t may be nil.
func streamResult(t *abi.Type) *abi.Type { return abi.NewResult(t, streamError) }

// streamFailed reports err, which ends the stream. A limit of the network's
// ends the instance.
func (c *call) streamFailed(err error) (value.Value, error) {
	if limit, ok := errors.AsType[*egress.LimitError](err); ok {
		return nil, limit
	}
	if errors.Is(err, errStreamClosed) {
		return streamClosed(), nil
	}
	failure := &ioErr{}
	if e, ok := errors.AsType[*httpError](err); ok {
		failure.text, failure.http = "http error: "+e.code.Case, &e.code
	} else if e, ok := errors.AsType[*socketFailure](err); ok {
		failure.socket = socketCode(e)
		failure.text = "socket error: " + failure.socket
	} else {
		failure.code = errorCode(err)
		failure.text = "i/o error: " + failure.code
	}
	e, trap := c.open(errorResource, failure, nil)
	if trap != nil {
		return nil, trap
	}
	return fail(value.Variant{Case: "last-operation-failed", Payload: e}), nil
}

// ioStreams returns wasi:io/streams.
func ioStreams() *Interface {
	i := newInterface("wasi:io/streams")
	i.uses(inputStreamResource, outputStreamResource, errorResource, pollableResource)
	inputStreamMethods(i)
	outputStreamMethods(i)
	return i
}
