package wasi

import (
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A futureResponse is the answer to a request, when it has come.
type futureResponse struct {
	node
	exchange *exchange
	taken    bool
}

func (f *futureResponse) ready() bool {
	f.exchange.mu.Lock()
	defer f.exchange.mu.Unlock()
	return f.exchange.answered
}

func futureResponseMethods(i *Interface) {
	r := futureResponseResource
	method(i, r, "subscribe", fn(own(pollableResource)), func(c *call, f *futureResponse) (value.Value, error) {
		return c.subscribe(&f.node, f.ready)
	})
	response := abi.NewResult(own(incomingResponseResource), httpErrorType)
	method(i, r, "get", fn(abi.NewOption(abi.NewResult(response, nil))), func(c *call, f *futureResponse) (value.Value, error) {
		switch {
		case !f.ready():
			return value.Option{}, nil
		case f.taken:
			return value.Option{Some: fail(nil)}, nil
		}
		f.taken = true
		result, err := f.result(c)
		return value.Option{Some: ok(result)}, err
	})
}

// result returns the response, which from then on ends the exchange.
func (f *futureResponse) result(c *call) (value.Value, error) {
	x := f.exchange
	if isLimit(x.err) {
		return nil, x.err
	}
	if x.err != nil {
		return fail(toHTTPError(x.err, "internal-error").code), nil
	}
	// JavaScript guests keep handles for as long as their collector likes.
	if err := c.hold(&f.node, 0); err != nil {
		return nil, err
	}
	c.stopWith(&f.node, nil)
	r := &incomingResponse{
		status: value.U16(x.response.StatusCode),
		message: message{
			headers: x.headers, body: &responseBody{exchange: x, scrubber: x.gate.NewScrubber()}, of: "response", cancel: x.abandon,
			trailers: func() []fieldEntry { return x.scrubbed(x.response.Trailer) },
		},
	}
	r.stop = x.abandon
	handle, err := c.open(incomingResponseResource, r, nil)
	if err != nil {
		return nil, err
	}
	return okOr(handle, c.hold(&r.node, int64(fieldsSize(x.headers))))
}
