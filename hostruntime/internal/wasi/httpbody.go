package wasi

import (
	"errors"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// An outgoingBody takes the bytes of a request or response and keeps none of
// them: the request is going to be refused, the response asked for by nobody.
type outgoingBody struct {
	node
	written bool
	refused bool
}

var errRequestRefused = errors.New("wasi: the request was refused")

func (b *outgoingBody) write([]byte) error {
	if b.refused {
		return errRequestRefused
	}
	return nil
}

func (b *outgoingBody) flush() error { return b.write(nil) }

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
	if body.refused {
		return fail(value.Variant{Case: "HTTP-request-denied"}), nil
	}
	return ok(nil), nil
}
