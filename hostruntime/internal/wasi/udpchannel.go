package wasi

import (
	"bytes"
	"net/netip"
	"sync"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

const (
	// maxDatagram is the most bytes of a datagram.
	maxDatagram = 65507
	// udpQueue is how many bytes of datagrams are read ahead, before the one
	// that exceeds it. What comes then waits in the system's buffer.
	udpQueue = 64 << 10
	// udpCharge is what an incoming stream takes: the queue, with one datagram
	// above it, and the one being read.
	udpCharge = udpQueue + 2*maxDatagram
	// datagramCost is what a datagram takes besides its bytes.
	datagramCost = 128
	// maxPeers is how many peers a channel remembers: those that it may answer
	// because they were first, and those that it was allowed to send to.
	maxPeers = 1024
)

// A udpChannel is what one call of udp-socket.stream made: to one peer, or to
// all that the gate permits.
type udpChannel struct {
	socket *udpSocket
	remote netip.AddrPort // invalid for all
	flow   *egress.Flow   // of the one peer, or of what comes unasked
	// peers are the flows to those that the guest has sent to.
	peers    map[netip.AddrPort]*egress.Flow
	incoming bool // the incoming stream is alive
	outgoing bool

	mu      sync.Mutex
	heard   map[netip.AddrPort]struct{}
	queue   []datagram
	queued  int
	reading bool
	over    bool
	err     error
}

// A datagram is one that came in.
type datagram struct {
	from netip.AddrPort
	data []byte
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
	in.stop = ch.endIncoming
	first, err := c.open(incomingDatagramResource, in, nil)
	if err != nil {
		return nil, err
	}
	if err := c.hold(&in.node, udpCharge); err != nil {
		return nil, err
	}
	out := &outgoingDatagrams{ch: ch}
	out.stop = ch.endOutgoing
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

// fill sees to it that datagrams are read while there is room for them; with
// ch.mu held.
func (ch *udpChannel) fill() {
	if ch.reading || ch.over || ch.err != nil || ch.queued >= udpQueue {
		return
	}
	ch.reading = true
	go ch.read()
}

// read reads until the queue is full or the socket closed.
func (ch *udpChannel) read() {
	buf := make([]byte, maxDatagram+1)
	for {
		n, from, err := ch.socket.conn.ReadFromUDPAddrPort(buf)
		from = udpAddrPort(from)
		ch.mu.Lock()
		switch {
		case ch.over:
			err = errStreamClosed
		case err != nil:
			ch.err = err
		case !ch.permits(from):
		default:
			ch.add(datagram{from, bytes.Clone(buf[:n])})
		}
		if err != nil || ch.queued >= udpQueue {
			ch.reading = false
			ch.mu.Unlock()
			ch.socket.host.signal()
			return
		}
		ch.mu.Unlock()
		ch.socket.host.signal()
	}
}

// add queues a datagram; with ch.mu held.
func (ch *udpChannel) add(d datagram) {
	if err := ch.flow.Received(len(d.data)); err != nil {
		ch.err = err
		return
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
	ch.queue = append(ch.queue, d)
	ch.queued += len(d.data) + datagramCost
}

// endIncoming ends the incoming stream. The goroutine that reads ends with the
// socket, or with the next datagram.
func (ch *udpChannel) endIncoming() {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ch.incoming, ch.over, ch.queue, ch.queued = false, true, nil, 0
	ch.end()
}

// endOutgoing ends the outgoing stream.
func (ch *udpChannel) endOutgoing() {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	ch.outgoing = false
	ch.end()
}

// end ends the flows when both streams have ended; with ch.mu held.
func (ch *udpChannel) end() {
	if ch.incoming || ch.outgoing {
		return
	}
	ch.flow.Done(0, nil)
	for _, f := range ch.peers {
		f.Done(0, nil)
	}
}
