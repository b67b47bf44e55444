package wasi

import (
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

var (
	networkResource          = newResource[*network]("wasi:sockets/network", "network")
	tcpSocketResource        = newResource[*noSocket]("wasi:sockets/tcp", "tcp-socket")
	udpSocketResource        = newResource[*noSocket]("wasi:sockets/udp", "udp-socket")
	incomingDatagramResource = newResource[*noSocket]("wasi:sockets/udp", "incoming-datagram-stream")
	outgoingDatagramResource = newResource[*noSocket]("wasi:sockets/udp", "outgoing-datagram-stream")
	resolveResource          = newResource[*noSocket]("wasi:sockets/ip-name-lookup", "resolve-address-stream")

	socketError = abi.NewEnum("unknown", "access-denied", "not-supported", "invalid-argument", "out-of-memory",
		"timeout", "concurrency-conflict", "not-in-progress", "would-block", "invalid-state", "new-socket-limit",
		"address-not-bindable", "address-in-use", "remote-unreachable", "connection-refused", "connection-reset",
		"connection-aborted", "datagram-too-large", "name-unresolvable", "temporary-resolver-failure",
		"permanent-resolver-failure")
	addressFamily = abi.NewEnum("ipv4", "ipv6")
)

// A network is the capability that socket calls name; it allows nothing.
type network struct{ node }

// noSocket is what no guest has: creating sockets is refused, so that the
// methods of sockets cannot be reached and are left out.
type noSocket struct{ node }

func accessDenied(*call) (value.Value, error) { return fail(value.Enum("access-denied")), nil }

// socketsNetwork returns wasi:sockets/network.
func socketsNetwork() *Interface {
	i := newInterface("wasi:sockets/network")
	i.uses(networkResource, errorResource)
	i.define("network-error-code", fn(abi.NewOption(socketError), param("err", borrow(errorResource))),
		func(*call) (value.Value, error) { return value.Option{}, nil })
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

// socketsTCP returns wasi:sockets/tcp: its types alone.
func socketsTCP() *Interface {
	i := newInterface("wasi:sockets/tcp")
	i.uses(tcpSocketResource, networkResource, inputStreamResource, outputStreamResource, pollableResource)
	return i
}

// socketsUDP returns wasi:sockets/udp: its types alone.
func socketsUDP() *Interface {
	i := newInterface("wasi:sockets/udp")
	i.uses(udpSocketResource, incomingDatagramResource, outgoingDatagramResource, networkResource, pollableResource)
	return i
}

// socketsTCPCreate returns wasi:sockets/tcp-create-socket.
func socketsTCPCreate() *Interface { return refuseSocket("tcp", tcpSocketResource) }

// socketsUDPCreate returns wasi:sockets/udp-create-socket.
func socketsUDPCreate() *Interface { return refuseSocket("udp", udpSocketResource) }

func refuseSocket(protocol string, r *Resource) *Interface {
	i := newInterface("wasi:sockets/" + protocol + "-create-socket")
	i.uses(r, networkResource)
	i.define("create-"+protocol+"-socket",
		fn(abi.NewResult(own(r), socketError), param("address-family", addressFamily)), accessDenied)
	return i
}

// socketsNameLookup returns wasi:sockets/ip-name-lookup.
func socketsNameLookup() *Interface {
	i := newInterface("wasi:sockets/ip-name-lookup")
	i.uses(resolveResource, networkResource, pollableResource)
	i.define("resolve-addresses", fn(abi.NewResult(own(resolveResource), socketError),
		param("network", borrow(networkResource)), param("name", stringType)), accessDenied)
	return i
}
