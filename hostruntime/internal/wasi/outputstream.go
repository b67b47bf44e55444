package wasi

import (
	"errors"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A sink is where an output stream's bytes go.
type sink interface {
	// write takes all of data or returns an error; it keeps none of it.
	write(data []byte) error
	flush() error
}

// A pacedSink is a sink from which bytes leave at a pace of their own, such as
// a connection's buffer: it takes no more than it has room for. A new one has
// room for WritePermit.
type pacedSink interface {
	sink
	// room returns how many bytes write takes now, 0 while there is no room,
	// or the error that ended the sink. Host.signal is called when it changes.
	room() (int, error)
}

// An outputStream writes through: when a write returns, the sink has the
// bytes, so that nothing is lost when the guest traps next.
type outputStream struct {
	node
	to sink
	// permit is what may still be written before the next check-write. A
	// guest that writes without asking gets one permit of grace.
	permit uint64
	over   bool
}

// room returns what may be written now, at most WritePermit.
func (s *outputStream) room() (uint64, error) {
	paced, ok := s.to.(pacedSink)
	if !ok {
		return WritePermit, nil
	}
	n, err := paced.room()
	return uint64(min(n, WritePermit)), err
}

// ready reports whether there is room, or never will be again.
func (s *outputStream) ready() bool {
	n, err := s.room()
	return s.over || n > 0 || err != nil
}

func newOutputStream(to sink) *outputStream { return &outputStream{to: to, permit: WritePermit} }

// put writes data and returns a result<_, stream-error>.
func (s *outputStream) put(c *call, data []byte) (value.Value, error) {
	if s.over {
		return streamClosed(), nil
	}
	if err := s.to.write(data); err != nil {
		return s.failed(c, err)
	}
	return ok(nil), nil
}

// failed reports err, which ends the stream, and the instance if it is a limit.
func (s *outputStream) failed(c *call, err error) (value.Value, error) {
	s.over = true
	if limit, ok := errors.AsType[*LimitError](err); ok {
		return nil, limit
	}
	return c.streamFailed(err)
}

// spend takes n bytes off the permit; it is a trap if that is too small.
func (s *outputStream) spend(n uint64) error {
	if n > s.permit {
		return fmt.Errorf("wasi: write of %d bytes to a stream where check-write permits %d", n, s.permit)
	}
	s.permit -= n
	return nil
}

func (s *outputStream) flush(c *call) (value.Value, error) {
	if s.over {
		return streamClosed(), nil
	}
	if err := s.to.flush(); err != nil {
		return s.failed(c, err)
	}
	return ok(nil), nil
}

// write writes data within the permit: write and write-zeroes.
func (s *outputStream) write(c *call, data []byte) (value.Value, error) {
	if err := s.spend(uint64(len(data))); err != nil {
		return nil, err
	}
	return s.put(c, data)
}

// writeAndFlush is check-write, write and flush, over and over until all of
// data is written.
func (s *outputStream) writeAndFlush(c *call, data []byte) (value.Value, error) {
	for {
		if err := c.block(s.ready); err != nil {
			return nil, err
		}
		if res, err := s.check(c); err != nil || res.(value.Result).IsError {
			return res, err
		}
		n := min(uint64(len(data)), s.permit)
		if res, err := s.write(c, data[:n]); err != nil || res.(value.Result).IsError {
			return res, err
		}
		if data = data[n:]; len(data) == 0 {
			return s.flush(c)
		}
	}
}

// check is check-write: it renews the permit and returns it.
func (s *outputStream) check(c *call) (value.Value, error) {
	if s.over {
		return streamClosed(), nil
	}
	n, err := s.room()
	if err != nil {
		return s.failed(c, err)
	}
	s.permit = n
	return ok(value.U64(n)), nil
}

// zeroes returns n zero bytes; more than limit is a trap.
func zeroes(n, limit uint64) ([]byte, error) {
	if n > limit {
		return nil, fmt.Errorf("wasi: write of %d zeroes, at most %d are permitted", n, limit)
	}
	return make([]byte, n), nil
}

func outputStreamMethods(i *Interface) {
	out := outputStreamResource
	contents := param("contents", bytesType)
	method(i, out, "check-write", fn(streamResult(u64Type)), func(c *call, s *outputStream) (value.Value, error) { return s.check(c) })
	method(i, out, "write", fn(streamResult(nil), contents), func(c *call, s *outputStream) (value.Value, error) {
		return s.write(c, arg[value.Bytes](c, 1))
	})
	method(i, out, "blocking-write-and-flush", fn(streamResult(nil), contents), func(c *call, s *outputStream) (value.Value, error) {
		data := arg[value.Bytes](c, 1)
		if len(data) > MaxBlockingWrite {
			return nil, fmt.Errorf("wasi: blocking-write-and-flush of %d bytes, at most %d are permitted", len(data), MaxBlockingWrite)
		}
		return s.writeAndFlush(c, data)
	})
	flush := func(c *call, s *outputStream) (value.Value, error) { return s.flush(c) }
	method(i, out, "flush", fn(streamResult(nil)), flush)
	method(i, out, "blocking-flush", fn(streamResult(nil)), flush)
	method(i, out, "subscribe", fn(own(pollableResource)), func(c *call, s *outputStream) (value.Value, error) {
		return c.subscribe(&s.node, s.ready)
	})
	length := param("len", u64Type)
	method(i, out, "write-zeroes", fn(streamResult(nil), length), func(c *call, s *outputStream) (value.Value, error) {
		data, err := zeroes(uint64(arg[value.U64](c, 1)), s.permit)
		if err != nil {
			return nil, err
		}
		return s.write(c, data)
	})
	method(i, out, "blocking-write-zeroes-and-flush", fn(streamResult(nil), length), func(c *call, s *outputStream) (value.Value, error) {
		data, err := zeroes(uint64(arg[value.U64](c, 1)), MaxBlockingWrite)
		if err != nil {
			return nil, err
		}
		return s.writeAndFlush(c, data)
	})
	spliceType := fn(streamResult(u64Type), param("src", borrow(inputStreamResource)), length)
	method(i, out, "splice", spliceType, splice)
	method(i, out, "blocking-splice", spliceType, func(c *call, s *outputStream) (value.Value, error) {
		if err := c.block(s.ready); err != nil {
			return nil, err
		}
		if err := c.block(argRep[*inputStream](c, 1).ready); err != nil {
			return nil, err
		}
		return splice(c, s)
	})
}

// splice moves what the source has, up to what there is room for, and returns
// how much.
func splice(c *call, s *outputStream) (value.Value, error) {
	if res, err := s.check(c); err != nil || res.(value.Result).IsError {
		return res, err
	}
	n := min(uint64(arg[value.U64](c, 2)), s.permit)
	if n == 0 {
		return ok(value.U64(0)), nil
	}
	data, failed, trap := argRep[*inputStream](c, 1).take(c, n)
	if trap != nil || failed != nil {
		return failed, trap
	}
	if res, err := s.write(c, data); err != nil || res.(value.Result).IsError {
		return res, err
	}
	return ok(value.U64(len(data))), nil
}
