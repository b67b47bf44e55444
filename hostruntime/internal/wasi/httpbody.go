package wasi

import (
	"io"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// An outgoingBody takes the bytes of a request or a response.
type outgoingBody struct {
	node
	pipe *bodyPipe
	// of is "request" or "response".
	of      string
	written bool // whether the stream was asked for
	// size is how much was written, want what the message's Content-Length
	// says there will be, negative if it has none.
	size uint64
	want int64
	// leave charges the message for what the body has left in the pipe.
	leave func(bytes int64) error
}

// drop ends the body. What it wrote waits in the pipe until the message is
// sent, which may be never.
func (b *outgoingBody) drop(h *Host) error {
	if err := b.node.drop(h); err != nil {
		return err
	}
	return b.leave(b.pipe.held())
}

func (b *outgoingBody) write(data []byte) error {
	if b.size += uint64(len(data)); b.want >= 0 && b.size > uint64(b.want) {
		err := httpBodySize(b.of, b.size)
		b.pipe.finish(err, nil)
		return err
	}
	return b.pipe.write(data)
}

func (b *outgoingBody) flush() error       { return b.pipe.flush() }
func (b *outgoingBody) room() (int, error) { return b.pipe.room() }

var _ pacedSink = (*outgoingBody)(nil)

// openBody returns a request's or response's body, the first time it is asked
// for: pipe is where the message keeps it, leave as outgoingBody has it.
func (c *call) openBody(pipe **bodyPipe, of string, headers []fieldEntry, leave func(int64) error) (value.Value, error) {
	if *pipe != nil {
		return fail(nil), nil
	}
	want, ok := contentLength(headers)
	if !ok {
		return fail(nil), nil
	}
	b := &outgoingBody{pipe: newBodyPipe(c.signal), of: of, want: want, leave: leave}
	// A body that ends unfinished is none, and neither is its message.
	b.stop = func() { b.pipe.finish(httpCode("HTTP-protocol-error"), nil) }
	handle, err := c.open(outgoingBodyResource, b, nil)
	if err != nil {
		return nil, err
	}
	*pipe = b.pipe
	return okOr(handle, c.hold(&b.node, bodyBuffer))
}

func outgoingBodyMethods(i *Interface) {
	method(i, outgoingBodyResource, "write", fn(abi.NewResult(own(outputStreamResource), nil)), func(c *call, b *outgoingBody) (value.Value, error) {
		if b.written {
			return fail(nil), nil
		}
		b.written = true
		return okOr(c.open(outputStreamResource, newOutputStream(b), &b.node))
	})
	i.define("[static]outgoing-body.finish", fn(abi.NewResult(nil, httpErrorType),
		param("this", own(outgoingBodyResource)), param("trailers", abi.NewOption(own(fieldsResource)))), finishBody)
}

func finishBody(c *call) (value.Value, error) {
	body := argRep[*outgoingBody](c, 0)
	var trailers []fieldEntry
	var given *fields
	if some := arg[value.Option](c, 1).Some; some != nil {
		given = some.(value.Handle).Rep.(*fields)
		trailers = given.entries
	}
	if body.children > 0 {
		// drop says so.
		return nil, body.drop(c.Host)
	}
	short := body.want >= 0 && body.size != uint64(body.want)
	if !short {
		body.pipe.finish(io.EOF, trailers)
	}
	if err := body.drop(c.Host); err != nil {
		return nil, err
	}
	if given != nil {
		if err := c.release(&given.node); err != nil {
			return nil, err
		}
	}
	if short {
		return fail(httpBodySize(body.of, body.size).code), nil
	}
	return ok(nil), nil
}
