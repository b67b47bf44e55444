package wasi

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

const (
	// maxSend is how many datagrams check-send permits.
	maxSend = 16
	// udpWriteWait is how long sending a datagram waits for the system's
	// buffer.
	udpWriteWait = time.Millisecond
)

// incomingDatagrams is an incoming-datagram-stream.
type incomingDatagrams struct {
	node
	ch *udpChannel
}

// outgoingDatagrams is an outgoing-datagram-stream.
type outgoingDatagrams struct {
	node
	ch     *udpChannel
	permit int
}

// errStreamsAlive is the trap of a call of stream while streams of the one
// before are alive.
var errStreamsAlive = errors.New("wasi:sockets/udp: stream called before the streams of the last call were dropped")

// datagramMethods adds the methods of both streams.
func datagramMethods(i *Interface) {
	in, out := incomingDatagramResource, outgoingDatagramResource
	received := abi.NewRecord(field("data", bytesType), field("remote-address", ipSocketAddress))
	sent := abi.NewRecord(field("data", bytesType), field("remote-address", abi.NewOption(ipSocketAddress)))
	method(i, in, "receive", fn(socketResult(abi.NewList(received)), param("max-results", u64Type)), receiveDatagrams)
	method(i, in, "subscribe", fn(own(pollableResource)),
		func(c *call, s *incomingDatagrams) (value.Value, error) {
			return c.subscribe(&s.node, s.ch.socket.queue.ready)
		})
	method(i, out, "check-send", fn(socketResult(u64Type)), func(_ *call, s *outgoingDatagrams) (value.Value, error) {
		s.permit = maxSend
		return ok(value.U64(maxSend)), nil
	})
	method(i, out, "send", fn(socketResult(u64Type), param("datagrams", abi.NewList(sent))), sendDatagrams)
	method(i, out, "subscribe", fn(own(pollableResource)),
		func(c *call, s *outgoingDatagrams) (value.Value, error) { return c.subscribe(&s.node, always) })
}

// receiveDatagrams is incoming-datagram-stream.receive.
func receiveDatagrams(c *call, s *incomingDatagrams) (value.Value, error) {
	taken, err := s.ch.socket.queue.take(uint64(arg[value.U64](c, 1)))
	if err != nil {
		return socketFailed(err)
	}
	list := value.List{}
	for _, d := range taken {
		// The queue may have some from before the socket had this peer.
		if !s.ch.permits(d.from) {
			continue
		}
		if err := s.ch.took(d); err != nil {
			return nil, err
		}
		list = append(list, value.Record{
			{Name: "data", Value: value.Bytes(d.data)}, {Name: "remote-address", Value: lowerSocketAddress(d.from)},
		})
	}
	return ok(list), nil
}

// sendDatagrams is outgoing-datagram-stream.send.
func sendDatagrams(c *call, s *outgoingDatagrams) (value.Value, error) {
	list := arg[value.List](c, 1)
	if len(list) > s.permit {
		return nil, fmt.Errorf("wasi: send of %d datagrams where check-send permits %d", len(list), s.permit)
	}
	s.permit -= len(list)
	for n, item := range list {
		fields := item.(value.Record)
		err := s.ch.send(fields[0].Value.(value.Bytes), fields[1].Value.(value.Option).Some)
		if limit, isLimit := errors.AsType[*egress.LimitError](err); isLimit {
			return nil, limit
		}
		if err != nil && n > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
			return ok(value.U64(n)), nil
		}
		if code, isCode := errors.AsType[datagramError](err); isCode {
			return socketFail(string(code)), nil
		}
		if err != nil {
			return socketFailed(err)
		}
	}
	return ok(value.U64(len(list))), nil
}

// A datagramError is an error-code for a datagram that never leaves.
type datagramError string

func (e datagramError) Error() string { return string(e) }

// send sends one datagram; to is an ip-socket-address, or nil.
func (ch *udpChannel) send(data []byte, to value.Value) error {
	dest := ch.remote
	if to != nil {
		dest = liftSocketAddress(to)
		if ch.remote.IsValid() && dest != ch.remote || !isRemote(dest, ch.socket.v6) {
			return datagramError("invalid-argument")
		}
	}
	switch {
	case !dest.IsValid():
		return datagramError("invalid-argument")
	case len(data) > maxDatagram:
		return datagramError("datagram-too-large")
	}
	flow, err := ch.flowTo(dest)
	if err != nil {
		return err
	}
	if err := flow.Sent(len(data)); err != nil {
		return err
	}
	conn := ch.socket.conn
	if err := conn.SetWriteDeadline(time.Now().Add(udpWriteWait)); err != nil {
		return err
	}
	_, err = conn.WriteToUDPAddrPort(data, dest)
	return err
}
