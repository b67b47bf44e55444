package wasi

import (
	"bytes"
	"net"
	"net/netip"
	"sync"
)

const (
	// maxDatagram is the most bytes of a datagram.
	maxDatagram = 65507
	// udpAhead is how many bytes of datagrams are read ahead, before the one
	// that exceeds it. What comes then waits in the system's buffer.
	udpAhead = 64 << 10
	// datagramCost is what a datagram takes besides its bytes.
	datagramCost = 128
	// udpCharge is what a socket is charged: the queue, with one datagram above
	// it, and the one being read.
	udpCharge = udpAhead + 2*(maxDatagram+datagramCost)
)

// A datagram is one that came in.
type datagram struct {
	from netip.AddrPort
	data []byte
}

// A udpQueue reads a socket's datagrams ahead, on a goroutine that is started
// when the guest wants some and ends when the queue is full or the socket
// closed. It belongs to the socket: a datagram that comes between two channels
// is for the second.
type udpQueue struct {
	conn *net.UDPConn
	// permits says which datagrams are for the guest. Others take no room.
	permits func(netip.AddrPort) bool
	signal  func()

	mu      sync.Mutex
	list    []datagram
	size    int
	reading bool
	err     error
}

// fill sees to it that datagrams are read while there is room for them; with
// q.mu held.
func (q *udpQueue) fill() {
	if !q.reading && q.err == nil && q.size < udpAhead {
		q.reading = true
		go q.read()
	}
}

// read reads until the queue is full or the socket closed.
func (q *udpQueue) read() {
	buf := make([]byte, maxDatagram+1)
	for more := true; more; q.signal() {
		n, from, err := q.conn.ReadFromUDPAddrPort(buf)
		from = udpAddrPort(from)
		q.mu.Lock()
		switch {
		case err != nil:
			q.err = err
		case q.permits(from):
			q.list = append(q.list, datagram{from, bytes.Clone(buf[:n])})
			q.size += n + datagramCost
		}
		more = q.err == nil && q.size < udpAhead
		q.reading = more
		q.mu.Unlock()
	}
}

// ready reports whether take has something to say.
func (q *udpQueue) ready() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fill()
	return len(q.list) > 0 || q.err != nil
}

// take returns at most n datagrams without waiting, or once the error that
// reading ended with.
func (q *udpQueue) take(n uint64) ([]datagram, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if n == 0 {
		return nil, nil
	}
	if len(q.list) == 0 && q.err != nil {
		err := q.err
		q.err = nil
		return nil, err
	}
	taken := q.list[:min(n, uint64(len(q.list)))]
	for _, d := range taken {
		q.size -= len(d.data) + datagramCost
	}
	if q.list = q.list[len(taken):]; len(q.list) == 0 {
		q.list = nil
	}
	q.fill()
	return taken, nil
}
