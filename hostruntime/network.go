package hostruntime

import (
	"context"
	"crypto/x509"
	"net/netip"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
)

// Network is what an instance may do over the network, by HTTP and by sockets
// alike. The zero value is nothing at all: sockets and requests are refused
// with the errors that the guest's language knows.
//
// A name is checked against the grants before it is looked up, and every
// address that it has after, against the one that is really dialled; a name
// that resolves to another address later is checked again. Only addresses on
// the public internet are reached unless a grant says Private. Redirects are
// requests of their own.
//
// What is refused is an error that the guest can handle, and is in the report
// as denied. Passing a limit is a *LimitError and ends the instance.
type Network struct {
	// Allow are the grants: what one of them allows is allowed.
	Allow []NetworkGrant
	// Listen are where the guest's sockets may listen.
	Listen []ListenGrant
	Limits NetworkLimits
	// Secrets are header values that the guest uses without knowing them.
	Secrets []Secret
	// RootCAs are who vouches for HTTPS servers; nil is whom the system
	// trusts.
	RootCAs *x509.CertPool
	// Resolver looks names up; nil is the system's. A *net.Resolver is one.
	// It must be safe for concurrent use.
	Resolver NetworkResolver
}

// A NetworkResolver looks up the addresses of a host; network is "ip".
type NetworkResolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// The protocols of a NetworkGrant.
const (
	ProtocolHTTP  = "http"
	ProtocolHTTPS = "https"
	ProtocolTCP   = "tcp"
	ProtocolUDP   = "udp"
)

// A NetworkGrant allows an instance to reach hosts. ParseNetworkGrant makes
// one from text.
type NetworkGrant struct {
	// Host is a name ("api.example.org"), every name beneath one at any depth
	// ("*.example.org", which is not "example.org" itself), an address
	// ("198.51.100.7", "2001:db8::1"), a prefix ("198.51.100.0/24"), or "*"
	// for all hosts. Names are compared without regard to case and to a dot at
	// the end; those that aren't ASCII are given as xn--….
	//
	// A name is for the addresses that it has, an address only for guests that
	// ask for that address.
	Host string
	// Ports are the ports; none means 80 for http and 443 for https. For tcp
	// and udp they must be named.
	Ports []PortRange
	// Protocols are those allowed, of the Protocol constants; none means
	// https. With tcp or udp a guest speaks whatever it likes, HTTP too.
	Protocols []string
	// Methods are the HTTP methods allowed, as they are sent: "GET". None
	// means all. They can't be combined with tcp and udp.
	Methods []string
	// Private allows addresses that aren't on the public internet: this
	// machine's own, private networks, link-local and shared address space.
	// What is special besides (metadata services of clouds, multicast,
	// broadcast, the unspecified address, reserved ranges) is reached only if
	// in addition Host is that address, or a prefix within the special range.
	Private bool
}

// A PortRange is a range of ports, both ends included.
type PortRange struct{ First, Last uint16 }

// A ListenGrant allows an instance's sockets to listen, for TCP connections or
// UDP datagrams from whoever can reach the address.
type ListenGrant struct {
	// Protocol is ProtocolTCP or ProtocolUDP.
	Protocol string
	// Addr is an address of this machine; "0.0.0.0" and "::" are all that it
	// has of that family.
	Addr netip.Addr
	// Ports are the ports. None means one that the system chooses, for guests
	// that bind port 0.
	Ports []PortRange
}

// The limits of the zero NetworkLimits.
const (
	DefaultRequests           = egress.DefaultRequests
	DefaultConcurrentRequests = egress.DefaultConcurrentRequests
	DefaultConnections        = egress.DefaultConnections
	DefaultSockets            = egress.DefaultSockets
	DefaultLookups            = egress.DefaultLookups
	DefaultSentBytes          = egress.DefaultSentBytes
	DefaultReceivedBytes      = egress.DefaultReceivedBytes
	DefaultRequestTime        = egress.DefaultRequestTime
)

// NetworkLimits bound what one instance does over the network, in all its
// calls together. For each, zero is the documented default and Unlimited lifts
// it. Passing one is a *LimitError, except where it says otherwise.
type NetworkLimits struct {
	// Requests is how many HTTP requests are made. Default 1000.
	Requests uint64
	// ConcurrentRequests is how many HTTP requests are under way at once,
	// each until its response's body has ended or was dropped. Default 64.
	ConcurrentRequests uint64
	// Connections is how many connections sockets make or accept, a UDP
	// socket's stream counting as one. Default 1000.
	Connections uint64
	// Sockets is how many sockets are open at once. One more is an ordinary
	// error: new-socket-limit. Default 64.
	Sockets uint64
	// Lookups is how many names the guest itself looks up. Default 1000.
	Lookups uint64
	// SentBytes and ReceivedBytes count contents: what sockets send and
	// receive, and headers and bodies of HTTP, which are never decompressed.
	// Default 64 MiB sent, 256 MiB received.
	SentBytes, ReceivedBytes uint64
	// RequestTime is how long one HTTP request may take, to the end of its
	// response's body. Negative is unlimited. Default 30 s.
	RequestTime time.Duration
	// RequestsPerSecond is how many HTTP requests may begin in a second, on
	// average and at once; one more waits for its turn. 0 is unlimited.
	RequestsPerSecond float64
}

// A Secret is a value that a guest can send in headers of HTTP requests, and
// doesn't know: it writes the placeholder, which becomes the value only in
// requests to the secret's hosts. Where the value turns up in what comes back
// or in what the guest prints, the placeholder takes its place again: as it
// is, and as escaped in JSON and in URLs, but not in other encodings. A host
// that is sent a secret must be trusted with it.
type Secret struct {
	// Placeholder is what the guest is given, for example in Env: at least 8
	// characters.
	Placeholder string
	// Value is the real one: at least 8 characters, no control characters.
	Value string
	// Hosts are who gets it: exact names, "*.example.org", or addresses. They
	// need a grant besides.
	Hosts []string
	// Cleartext lets the value be sent by http too, not just by https.
	Cleartext bool
}

// A NetworkReport is what a call did over the network.
type NetworkReport struct {
	// Records are requests, connections, look-ups and refusals, in the order
	// in which they began: the first 1000. Dropped counts the others.
	Records []NetworkRecord
	Dropped uint64
	// Requests counts HTTP requests, Connections sockets' connections, Lookups
	// names, Denied what the policy refused and is in none of these.
	Requests, Connections, Lookups, Denied uint64
	// SentBytes and ReceivedBytes count contents, as the limits do.
	SentBytes, ReceivedBytes uint64
}

// A NetworkRecord says what one request, connection, look-up or refusal was.
// Host is the guest's own text: see EscapeText.
type NetworkRecord struct {
	// Protocol is one of the Protocol constants; a look-up may be for two.
	Protocol string
	// Method is the HTTP method; "listen", "bind" or "accept" for a socket that
	// others send or connect to, Host then being the address; "lookup" for a
	// name; "socket" for one that was refused; else empty.
	Method string
	// Host is the name or address that the guest asked for.
	Host string
	Port uint16
	// Addr is the address that was dialled, invalid if none was.
	Addr netip.Addr
	// Status is the HTTP status, 0 where there is none.
	Status int
	// SentBytes and ReceivedBytes count contents.
	SentBytes, ReceivedBytes uint64
	// Began is when it began, since the instance was made. Duration is how long
	// it took; what outlasts the call is in the next report again.
	Began, Duration time.Duration
	// Denied is why the policy refused it, empty if it didn't.
	Denied string
	// Error is how it failed, empty if it didn't: the host's own text.
	Error string
}
