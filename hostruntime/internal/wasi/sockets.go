package wasi

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

var (
	networkResource          = newResource[*network]("wasi:sockets/network", "network")
	tcpSocketResource        = newResource[*tcpSocket]("wasi:sockets/tcp", "tcp-socket")
	udpSocketResource        = newResource[*udpSocket]("wasi:sockets/udp", "udp-socket")
	incomingDatagramResource = newResource[*incomingDatagrams]("wasi:sockets/udp", "incoming-datagram-stream")
	outgoingDatagramResource = newResource[*outgoingDatagrams]("wasi:sockets/udp", "outgoing-datagram-stream")
	resolveResource          = newResource[*resolution]("wasi:sockets/ip-name-lookup", "resolve-address-stream")

	socketError = abi.NewEnum("unknown", "access-denied", "not-supported", "invalid-argument", "out-of-memory",
		"timeout", "concurrency-conflict", "not-in-progress", "would-block", "invalid-state", "new-socket-limit",
		"address-not-bindable", "address-in-use", "remote-unreachable", "connection-refused", "connection-reset",
		"connection-aborted", "datagram-too-large", "name-unresolvable", "temporary-resolver-failure",
		"permanent-resolver-failure")
	addressFamily = abi.NewEnum("ipv4", "ipv6")
)

// A network is the capability that socket calls name. There is one for an
// instance; what it allows is in the instance's gate.
type network struct{ node }

// socketResult returns result<t, error-code>; t may be nil.
func socketResult(t *abi.Type) *abi.Type { return abi.NewResult(t, socketError) }

// socketsNetwork returns wasi:sockets/network.
func socketsNetwork() *Interface {
	i := newInterface("wasi:sockets/network")
	i.uses(networkResource, errorResource)
	i.define("network-error-code", fn(abi.NewOption(socketError), param("err", borrow(errorResource))),
		func(c *call) (value.Value, error) {
			if e := argRep[*ioErr](c, 0); e.socket != "" {
				return value.Option{Some: value.Enum(e.socket)}, nil
			}
			return value.Option{}, nil
		})
	return i
}

// socketsInstanceNetwork returns wasi:sockets/instance-network.
func socketsInstanceNetwork() *Interface {
	i := newInterface("wasi:sockets/instance-network")
	i.uses(networkResource)
	i.define("instance-network", fn(own(networkResource)),
		func(c *call) (value.Value, error) { return c.open(networkResource, &network{}, nil) })
	return i
}

// socketsTCPCreate returns wasi:sockets/tcp-create-socket.
func socketsTCPCreate() *Interface {
	return createSocket("tcp", egress.TCP, tcpSocketResource, func(c *call, p *place, v6 bool) rep {
		return newTCPSocket(c.Host, p, v6)
	})
}

// socketsUDPCreate returns wasi:sockets/udp-create-socket.
func socketsUDPCreate() *Interface {
	return createSocket("udp", egress.UDP, udpSocketResource, func(c *call, p *place, v6 bool) rep {
		return newUDPSocket(c.Host, p, v6)
	})
}

func createSocket(name string, protocol egress.Protocols, r *Resource, create func(*call, *place, bool) rep) *Interface {
	i := newInterface("wasi:sockets/" + name + "-create-socket")
	i.uses(r, networkResource)
	i.define("create-"+name+"-socket", fn(socketResult(own(r)), param("address-family", addressFamily)),
		func(c *call) (value.Value, error) {
			gate := c.config.Network
			if gate == nil {
				return socketFail("access-denied"), nil
			}
			if err := gate.PermitSocket(protocol); err != nil {
				return socketFailed(err)
			}
			p := takePlace(gate)
			if p == nil {
				return socketFail("new-socket-limit"), nil
			}
			return okOr(c.open(r, create(c, p, arg[value.Enum](c, 0) == "ipv6"), nil))
		})
	return i
}

// A place is one among the sockets that the gate allows to be open at once.
type place struct{ gate *egress.Gate }

// takePlace returns nil when there is none left.
func takePlace(gate *egress.Gate) *place {
	if !gate.OpenSocket() {
		return nil
	}
	return &place{gate}
}

// leave gives the place back, once.
func (p *place) leave() {
	if p.gate != nil {
		p.gate.CloseSocket()
		p.gate = nil
	}
}
