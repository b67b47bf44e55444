package wasi

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// incomingBuffers is what one incoming body is charged: what is read ahead of
// the guest, and as much again in net/http.
const incomingBuffers = 2 * StdinBuffer

// A message is a request or a response that comes in.
type message struct {
	headers []fieldEntry
	body    io.Reader
	// trailers returns what came after the body, once that has ended.
	trailers func() []fieldEntry
	// of is "request" or "response".
	of string
	// cancel ends the exchange that the message is part of; it may be called
	// more than once. nil does nothing.
	cancel func()
}

// fieldsOf returns a header as the guest sees it: names in lower case, as in
// HTTP/2, in order, and without those that are the host's own business.
func fieldsOf(header http.Header) []fieldEntry {
	names := make([]string, 0, len(header))
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	var entries []fieldEntry
	for _, name := range names {
		lower := strings.ToLower(name)
		for _, v := range header[name] {
			if checkField(lower, []byte(v)) == "" {
				entries = append(entries, fieldEntry{lower, []byte(v)})
			}
		}
	}
	return entries
}

// An incomingRequest is a request to the guest.
type incomingRequest struct {
	node
	message
	method, path, scheme, authority value.Value
	consumed                        bool
}

// An incomingResponse is the answer to a request of the guest's.
type incomingResponse struct {
	node
	message
	status   value.U16
	consumed bool
}

// consume returns the message's body, the first time it is asked for. From
// then on the body, and not n, ends the exchange.
func (c *call) consume(n *node, m *message, consumed *bool) (value.Value, error) {
	if *consumed {
		return fail(nil), nil
	}
	*consumed = true
	c.stopWith(n, nil)
	b := &incomingBody{host: c.Host, message: m, src: newReader(m.body, c.signal)}
	b.stop = m.cancel
	handle, err := c.open(incomingBodyResource, b, nil)
	if err != nil {
		return nil, err
	}
	return okOr(handle, c.hold(&b.node, incomingBuffers))
}

func incomingRequestMethods(i *Interface) {
	r := incomingRequestResource
	get := func(name string, t *abi.Type, of func(*incomingRequest) value.Value) {
		method(i, r, name, fn(t), func(_ *call, r *incomingRequest) (value.Value, error) { return of(r), nil })
	}
	get("method", methodType, func(r *incomingRequest) value.Value { return r.method })
	get("path-with-query", abi.NewOption(stringType), func(r *incomingRequest) value.Value { return r.path })
	get("scheme", abi.NewOption(schemeType), func(r *incomingRequest) value.Value { return r.scheme })
	get("authority", abi.NewOption(stringType), func(r *incomingRequest) value.Value { return r.authority })
	method(i, r, "headers", fn(own(fieldsResource)), func(c *call, r *incomingRequest) (value.Value, error) {
		return c.newFields(r.headers, true, &r.node)
	})
	method(i, r, "consume", fn(abi.NewResult(own(incomingBodyResource), nil)), func(c *call, r *incomingRequest) (value.Value, error) {
		return c.consume(&r.node, &r.message, &r.consumed)
	})
}

func incomingResponseMethods(i *Interface) {
	r := incomingResponseResource
	method(i, r, "status", fn(u16Type), func(_ *call, r *incomingResponse) (value.Value, error) { return r.status, nil })
	method(i, r, "headers", fn(own(fieldsResource)), func(c *call, r *incomingResponse) (value.Value, error) {
		return c.newFields(r.headers, true, &r.node)
	})
	method(i, r, "consume", fn(abi.NewResult(own(incomingBodyResource), nil)), func(c *call, r *incomingResponse) (value.Value, error) {
		return c.consume(&r.node, &r.message, &r.consumed)
	})
}

// An incomingBody is the body of a message, and its input stream's source.
type incomingBody struct {
	node
	*message
	host     *Host
	src      *reader
	streamed bool // whether the stream was asked for
}

func (b *incomingBody) read(n int) ([]byte, error) {
	data, err := b.src.read(n)
	if err != nil {
		// It holds nothing any more, however long the guest keeps the handle.
		_ = b.host.hold(&b.node, 0) // less is never too much
	}
	return data, b.failure(err)
}

func (b *incomingBody) ready() bool { return b.src.ready() }

// failure gives an error that isn't the end its error-code.
func (b *incomingBody) failure(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	if isLimit(err) {
		return err
	}
	return toHTTPError(err, "connection-terminated")
}

func incomingBodyMethods(i *Interface) {
	method(i, incomingBodyResource, "stream", fn(abi.NewResult(own(inputStreamResource), nil)), func(c *call, b *incomingBody) (value.Value, error) {
		if b.streamed {
			return fail(nil), nil
		}
		b.streamed = true
		return okOr(c.open(inputStreamResource, &inputStream{src: b}, &b.node))
	})
	i.define("[static]incoming-body.finish", fn(own(futureTrailersResource), param("this", own(incomingBodyResource))), func(c *call) (value.Value, error) {
		b := argRep[*incomingBody](c, 0)
		if b.children > 0 {
			return nil, b.drop(c.Host) // which says so
		}
		c.stopWith(&b.node, nil)
		if err := b.drop(c.Host); err != nil {
			return nil, err
		}
		f := &futureTrailers{body: b}
		f.stop = b.cancel
		handle, err := c.open(futureTrailersResource, f, nil)
		if err != nil {
			return nil, err
		}
		return handle, c.hold(&f.node, incomingBuffers)
	})
}

// A futureTrailers reads what is left of a body, for what comes after it.
type futureTrailers struct {
	node
	body  *incomingBody
	end   error // of the body; nil while that has more
	taken bool
}

// ready reads and forgets what has come.
func (f *futureTrailers) ready() bool {
	for f.end == nil {
		data, err := f.body.read(MaxRead)
		if f.end = err; err == nil && len(data) == 0 {
			return false
		}
	}
	_ = f.body.host.hold(&f.node, 0) // less is never too much
	return true
}

func futureTrailersMethods(i *Interface) {
	r := futureTrailersResource
	method(i, r, "subscribe", fn(own(pollableResource)), func(c *call, f *futureTrailers) (value.Value, error) {
		return c.subscribe(&f.node, f.ready)
	})
	trailers := abi.NewResult(abi.NewOption(own(fieldsResource)), httpErrorType)
	method(i, r, "get", fn(abi.NewOption(abi.NewResult(trailers, nil))), func(c *call, f *futureTrailers) (value.Value, error) {
		switch {
		case !f.ready():
			return value.Option{}, nil
		case f.taken:
			return value.Option{Some: fail(nil)}, nil
		case isLimit(f.end):
			return nil, f.end
		}
		f.taken = true
		result, err := f.result(c)
		return value.Option{Some: ok(result)}, err
	})
}

// result returns the trailers, or how the body failed.
func (f *futureTrailers) result(c *call) (value.Value, error) {
	if e, ok := errors.AsType[*httpError](f.end); ok {
		return fail(e.code), nil
	}
	entries := f.body.trailers()
	if len(entries) == 0 {
		return ok(value.Option{}), nil
	}
	if fieldsSize(entries) > MaxFieldsBytes {
		return fail(sectionSize(f.body.of + "-trailer").code), nil
	}
	handle, err := c.newFields(entries, true, &f.node)
	return ok(value.Option{Some: handle}), err
}
