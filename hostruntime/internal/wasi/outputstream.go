package wasi

import (
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A sink is where an output stream's bytes go.
type sink interface {
	// write takes all of data or returns an error; it keeps none of it.
	write(data []byte) error
	flush() error
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

func newOutputStream(to sink) *outputStream { return &outputStream{to: to, permit: WritePermit} }

// put writes data and returns a result<_, stream-error>.
func (s *outputStream) put(c *call, data []byte) (value.Value, error) {
	if s.over {
		return streamClosed(), nil
	}
	if err := s.to.write(data); err != nil {
		s.over = true
		return c.streamFailed(err)
	}
	return ok(nil), nil
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
		s.over = true
		return c.streamFailed(err)
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

// writeAndFlush is check-write, write and flush in one.
func (s *outputStream) writeAndFlush(c *call, data []byte) (value.Value, error) {
	s.permit = WritePermit
	if res, err := s.put(c, data); err != nil || res.(value.Result).IsError {
		return res, err
	}
	return s.flush(c)
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
	method(i, out, "check-write", fn(streamResult(u64Type)), func(_ *call, s *outputStream) (value.Value, error) {
		if s.over {
			return streamClosed(), nil
		}
		s.permit = WritePermit
		return ok(value.U64(s.permit)), nil
	})
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
		return c.subscribe(&s.node, always)
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
		if err := c.block(argRep[*inputStream](c, 1).ready); err != nil {
			return nil, err
		}
		return splice(c, s)
	})
}

// splice moves what the source has, up to one permit, and returns how much.
func splice(c *call, s *outputStream) (value.Value, error) {
	if s.over {
		return streamClosed(), nil
	}
	n := min(uint64(arg[value.U64](c, 2)), WritePermit)
	data, failed, trap := argRep[*inputStream](c, 1).take(c, n)
	if trap != nil || failed != nil {
		return failed, trap
	}
	if res, err := s.put(c, data); err != nil || res.(value.Result).IsError {
		return res, err
	}
	return ok(value.U64(len(data))), nil
}
