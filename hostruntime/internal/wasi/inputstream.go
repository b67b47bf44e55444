package wasi

import (
	"io"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A source is where an input stream's bytes come from.
type source interface {
	// read returns at most n bytes without blocking: none and no error if
	// there are none yet, io.EOF at the end. The bytes are the caller's.
	read(n int) ([]byte, error)
	// ready reports whether read would return bytes or an error.
	ready() bool
}

type inputStream struct {
	node
	src source
	// over says that the end or an error was reported.
	over bool
}

func (s *inputStream) ready() bool { return s.over || s.src.ready() }

// take reads up to n bytes. The second value is a result's error case,
// nil where there was no error.
func (s *inputStream) take(c *call, n uint64) ([]byte, value.Value, error) {
	if s.over {
		return nil, streamClosed(), nil
	}
	data, err := s.src.read(int(min(n, MaxRead)))
	if err == nil {
		return data, nil, nil
	}
	s.over = true
	if err == io.EOF {
		return nil, streamClosed(), nil
	}
	failed, trap := c.streamFailed(err)
	return nil, failed, trap
}

func inputStreamMethods(i *Interface) {
	read := func(c *call, s *inputStream) (value.Value, error) {
		data, failed, trap := s.take(c, uint64(arg[value.U64](c, 1)))
		if trap != nil || failed != nil {
			return failed, trap
		}
		return ok(value.Bytes(data)), nil
	}
	skip := func(c *call, s *inputStream) (value.Value, error) {
		data, failed, trap := s.take(c, uint64(arg[value.U64](c, 1)))
		if trap != nil || failed != nil {
			return failed, trap
		}
		return ok(value.U64(len(data))), nil
	}
	readType := fn(streamResult(bytesType), param("len", u64Type))
	skipType := fn(streamResult(u64Type), param("len", u64Type))
	method(i, inputStreamResource, "read", readType, read)
	method(i, inputStreamResource, "blocking-read", readType, afterInput(read))
	method(i, inputStreamResource, "skip", skipType, skip)
	method(i, inputStreamResource, "blocking-skip", skipType, afterInput(skip))
	method(i, inputStreamResource, "subscribe", fn(own(pollableResource)),
		func(c *call, s *inputStream) (value.Value, error) { return c.subscribe(&s.node, s.ready) })
}

// afterInput runs a method once the stream has bytes or has ended.
func afterInput(run func(*call, *inputStream) (value.Value, error)) func(*call, *inputStream) (value.Value, error) {
	return func(c *call, s *inputStream) (value.Value, error) {
		if err := c.block(s.ready); err != nil {
			return nil, err
		}
		return run(c, s)
	}
}
