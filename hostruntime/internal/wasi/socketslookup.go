package wasi

import (
	"context"
	"errors"
	"net/netip"
	"sync"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A resolution is a resolve-address-stream.
type resolution struct {
	node
	mu    sync.Mutex
	done  bool
	addrs []netip.Addr
	err   error
}

// socketsNameLookup returns wasi:sockets/ip-name-lookup.
func socketsNameLookup() *Interface {
	i := newInterface("wasi:sockets/ip-name-lookup")
	i.uses(resolveResource, networkResource, pollableResource)
	i.define("resolve-addresses", fn(socketResult(own(resolveResource)),
		param("network", borrow(networkResource)), param("name", stringType)), resolveAddresses)
	method(i, resolveResource, "resolve-next-address", fn(socketResult(abi.NewOption(ipAddress))),
		func(_ *call, r *resolution) (value.Value, error) { return r.next() })
	method(i, resolveResource, "subscribe", fn(own(pollableResource)),
		func(c *call, r *resolution) (value.Value, error) { return c.subscribe(&r.node, r.ready) })
	return i
}

// resolveAddresses is resolve-addresses. Names must be in their ASCII form.
func resolveAddresses(c *call) (value.Value, error) {
	gate := c.config.Network
	if gate == nil {
		return socketFail("access-denied"), nil
	}
	name := string(arg[value.String](c, 1))
	if !egress.IsHost(name) && gate.Offers(egress.TCP|egress.UDP) {
		return socketFail("invalid-argument"), nil
	}
	resolve, err := gate.StartLookup(name)
	if err != nil {
		return socketFailed(err)
	}
	ctx, cancel := context.WithCancel(gate.Context())
	r := &resolution{}
	r.stop = cancel
	signal := c.signal
	go func() {
		addrs, err := resolve(ctx)
		r.mu.Lock()
		r.done, r.addrs, r.err = true, addrs, err
		r.mu.Unlock()
		signal()
	}()
	return okOr(c.open(resolveResource, r, nil))
}

// ready reports whether the answer is there.
func (r *resolution) ready() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.done
}

// next is resolve-next-address.
func (r *resolution) next() (value.Value, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.done:
		return socketFail("would-block"), nil
	case r.err != nil:
		if _, ok := errors.AsType[*egress.DeniedError](r.err); !ok && socketCode(r.err) == "unknown" {
			return socketFail("name-unresolvable"), nil
		}
		return socketFailed(r.err)
	case len(r.addrs) == 0:
		return ok(value.Option{}), nil
	}
	a := r.addrs[0]
	r.addrs = r.addrs[1:]
	return ok(value.Option{Some: lowerIP(a)}), nil
}
