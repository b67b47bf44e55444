package wasi

import (
	"bytes"
	"io"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
)

// A responseBody reads a response's body and counts what comes.
type responseBody struct {
	exchange *exchange
	scrubber *egress.Scrubber
	clean    bytes.Buffer // scrubbed, not yet read
	err      error
}

func (b *responseBody) Read(data []byte) (int, error) {
	if b.scrubber == nil {
		return b.receive(data)
	}
	for b.clean.Len() == 0 && b.err == nil {
		n, err := b.receive(data)
		b.clean.Write(b.scrubber.Write(b.clean.AvailableBuffer(), data[:n]))
		if b.err = err; err == io.EOF {
			b.clean.Write(b.scrubber.Flush(nil))
		}
	}
	if b.clean.Len() > 0 {
		return b.clean.Read(data)
	}
	return 0, b.err
}

// receive reads within the time and the limits.
func (b *responseBody) receive(data []byte) (int, error) {
	x := b.exchange
	late := x.after(x.options.betweenBytes, "connection-read-timeout")
	n, err := x.response.Body.Read(data)
	late.stop()
	if limit := x.flow.Received(n); limit != nil {
		return 0, limit
	}
	switch {
	case err == io.EOF:
		x.end(nil)
	case err != nil:
		err = x.failure(err, "HTTP-response-incomplete")
		x.end(err)
	}
	return n, err
}
