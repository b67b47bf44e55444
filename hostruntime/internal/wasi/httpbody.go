package wasi

import (
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// An outgoingBody takes the bytes of a request or response and keeps none of
// them: the request is denied, the response asked for by nobody. It takes them
// after the denial too: StarlingMonkey ends the instance when a write to a
// body fails.
type outgoingBody struct {
	node
	written bool
}

func (b *outgoingBody) write([]byte) error { return nil }
func (b *outgoingBody) flush() error       { return nil }

// openBody returns a request's or response's body, the first time it is asked
// for.
func (c *call) openBody(has *bool) (value.Value, error) {
	if *has {
		return fail(nil), nil
	}
	*has = true
	return okOr(c.open(outgoingBodyResource, &outgoingBody{}, nil))
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
	// A body whose stream is open is not finished: drop reports that.
	if err := body.drop(c.Host); err != nil {
		return nil, err
	}
	if some := arg[value.Option](c, 1).Some; some != nil {
		if err := c.release(&some.(value.Handle).Rep.(*fields).node); err != nil {
			return nil, err
		}
	}
	return ok(nil), nil
}
