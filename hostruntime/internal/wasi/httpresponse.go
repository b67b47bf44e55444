package wasi

import (
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// An outgoingResponse is a response as the guest builds it. JavaScript guests
// make them from `new Response` without anything to answer.
type outgoingResponse struct {
	node
	headers []fieldEntry
	status  value.U16
	// pipe is the body's, nil if that wasn't asked for.
	pipe *bodyPipe
}

func outgoingResponseMethods(i *Interface) {
	r := outgoingResponseResource
	i.define("[constructor]outgoing-response", fn(own(r), param("headers", own(fieldsResource))), func(c *call) (value.Value, error) {
		f := argRep[*fields](c, 0)
		response, size := &outgoingResponse{headers: f.entries, status: 200}, f.held
		response.stop = response.discard
		if err := c.release(&f.node); err != nil {
			return nil, err
		}
		handle, err := c.open(r, response, nil)
		if err != nil {
			return nil, err
		}
		return handle, c.hold(&response.node, size)
	})
	method(i, r, "status-code", fn(u16Type),
		func(_ *call, r *outgoingResponse) (value.Value, error) { return r.status, nil })
	method(i, r, "set-status-code", fn(emptyResult, param("status-code", u16Type)), func(c *call, r *outgoingResponse) (value.Value, error) {
		status := arg[value.U16](c, 1)
		if status < 100 || status > 999 {
			return fail(nil), nil
		}
		r.status = status
		return ok(nil), nil
	})
	method(i, r, "headers", fn(own(fieldsResource)), func(c *call, r *outgoingResponse) (value.Value, error) {
		return c.newFields(r.headers, true, &r.node)
	})
	method(i, r, "body", fn(abi.NewResult(own(outgoingBodyResource), nil)), func(c *call, r *outgoingResponse) (value.Value, error) {
		h := c.Host
		return c.openBody(&r.pipe, "response", r.headers, func(bytes int64) error {
			if !h.alive(&r.node) {
				return nil
			}
			return h.hold(&r.node, r.held+bytes)
		})
	})
}

// discard ends a response that nobody is given.
func (r *outgoingResponse) discard() {
	if r.pipe != nil {
		r.pipe.Close()
	}
}
