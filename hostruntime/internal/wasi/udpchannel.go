package wasi

import (
	"net/netip"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// maxPeers is how many peers a channel remembers: those that it may answer
// because they were first, and those that it was allowed to send to.
const maxPeers = 1024

// A udpChannel is what one call of udp-socket.stream made: to one peer, or to
// all that the gate permits. It is used by the guest's calls alone.
type udpChannel struct {
	socket *udpSocket
	remote netip.AddrPort // invalid for all
	flow   *egress.Flow   // of the one peer, or of what comes unasked
	// peers are the flows to those that the guest has sent to, heard those
	// that it has heard from where it may listen.
	peers map[netip.AddrPort]*egress.Flow
	heard map[netip.AddrPort]struct{}
	// incoming and outgoing say which of the streams are alive.
	incoming, outgoing bool
}

// streamUDP is udp-socket.stream.
func streamUDP(c *call, s *udpSocket) (value.Value, error) {
	if s.state != udpBound {
		return socketFail("invalid-state"), nil
	}
	ch := &udpChannel{
		socket: s, peers: map[netip.AddrPort]*egress.Flow{}, heard: map[netip.AddrPort]struct{}{},
		incoming: true, outgoing: true,
	}
	if some := arg[value.Option](c, 1).Some; some != nil {
		ch.remote = liftSocketAddress(some)
		if !isRemote(ch.remote, s.v6) {
			return socketFail("invalid-argument"), nil
		}
	}
	if s.channel != nil && (s.channel.incoming || s.channel.outgoing) {
		return nil, errStreamsAlive
	}
	if err := c.hold(&s.node, udpCharge); err != nil {
		return nil, err
	}
	var err error
	gate := c.config.Network
	if ch.remote.IsValid() {
		ch.flow, err = gate.Connect(egress.UDP, ch.remote)
	} else {
		ch.flow, err = gate.Bound(egress.UDP, s.local)
	}
	if err != nil {
		return socketFailed(err)
	}
	s.channel = ch
	in := &incomingDatagrams{ch: ch}
	in.stop = func() { ch.end(&ch.incoming) }
	first, err := c.open(incomingDatagramResource, in, nil)
	if err != nil {
		return nil, err
	}
	out := &outgoingDatagrams{ch: ch}
	out.stop = func() { ch.end(&ch.outgoing) }
	second, err := c.open(outgoingDatagramResource, out, nil)
	if err != nil {
		return nil, err
	}
	return ok(value.Tuple{first, second}), nil
}

// permits reports whether a datagram from a peer may come in.
func (ch *udpChannel) permits(from netip.AddrPort) bool {
	if ch.remote.IsValid() {
		return from == ch.remote
	}
	return ch.socket.listens || ch.socket.host.config.Network.Permits(egress.UDP, from)
}

// took counts a datagram that the guest has received.
func (ch *udpChannel) took(d datagram) error {
	flow := ch.peers[d.from]
	if flow == nil {
		flow = ch.flow
	}
	if ch.socket.listens && !ch.remote.IsValid() {
		if len(ch.heard) >= maxPeers {
			for peer := range ch.heard {
				delete(ch.heard, peer)
				break
			}
		}
		ch.heard[d.from] = struct{}{}
	}
	return flow.Received(len(d.data))
}

// flowTo returns the flow that a datagram to a peer belongs to, if it may be
// sent.
func (ch *udpChannel) flowTo(dest netip.AddrPort) (*egress.Flow, error) {
	if ch.remote.IsValid() {
		return ch.flow, nil
	}
	if f := ch.peers[dest]; f != nil {
		return f, nil
	}
	if _, heard := ch.heard[dest]; heard {
		return ch.flow, nil // an answer
	}
	f, err := ch.socket.host.config.Network.Connect(egress.UDP, dest)
	if err != nil {
		return nil, err
	}
	if len(ch.peers) >= maxPeers {
		for peer, old := range ch.peers {
			old.Done(0, nil)
			delete(ch.peers, peer)
			break
		}
	}
	ch.peers[dest] = f
	return f, nil
}

// end ends one of the streams, and the flows with the other one. The gate ends
// them where the host is closed, on whatever goroutine that is.
func (ch *udpChannel) end(stream *bool) {
	if ch.socket.host.isClosed() {
		return
	}
	*stream = false
	if ch.incoming || ch.outgoing {
		return
	}
	ch.flow.Done(0, nil)
	for _, f := range ch.peers {
		f.Done(0, nil)
	}
}
