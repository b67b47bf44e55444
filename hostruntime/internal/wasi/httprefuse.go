package wasi

import (
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A futureResponse is the answer to a request: that it is denied.
//
// The denial comes with the response, as a failure of the network would, and
// not as the error of handle itself. A guest is to treat both alike, but
// StarlingMonkey goes on sending a body after an error of handle and then
// waits for the response that it never got, which ends the instance.
type futureResponse struct {
	node
	taken bool
}

func refuseRequest(c *call) (value.Value, error) {
	if err := c.release(&argRep[*outgoingRequest](c, 0).node); err != nil {
		return nil, err
	}
	if some := arg[value.Option](c, 1).Some; some != nil {
		if err := c.release(&some.(value.Handle).Rep.(*requestOptions).node); err != nil {
			return nil, err
		}
	}
	return okOr(c.open(futureResponseResource, &futureResponse{}, nil))
}

func futureResponseMethods(i *Interface) {
	r := futureResponseResource
	method(i, r, "subscribe", fn(own(pollableResource)), func(c *call, f *futureResponse) (value.Value, error) {
		return c.subscribe(&f.node, always)
	})
	response := abi.NewResult(own(incomingResponseResource), httpErrorType)
	method(i, r, "get", fn(abi.NewOption(abi.NewResult(response, nil))), func(_ *call, f *futureResponse) (value.Value, error) {
		if f.taken {
			return value.Option{Some: fail(nil)}, nil
		}
		f.taken = true
		return value.Option{Some: ok(fail(value.Variant{Case: "HTTP-request-denied"}))}, nil
	})
}
