//go:build guests

package programs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// loopback grants localhost, and listening there.
func loopback(protocol string, port int) hostruntime.Policy {
	grant := hostruntime.NetworkGrant{Host: "localhost", Protocols: []string{protocol}, Private: true,
		Ports: []hostruntime.PortRange{{First: uint16(port), Last: uint16(port)}}}
	return hostruntime.Policy{Network: hostruntime.Network{
		Allow:  []hostruntime.NetworkGrant{grant},
		Listen: []hostruntime.ListenGrant{{Protocol: protocol, Addr: netip.MustParseAddr("127.0.0.1")}},
	}}
}

func (n *native) ok(name string, args ...value.Value) value.Value {
	n.Helper()
	r := n.call(name, args...).(value.Result)
	if r.IsError {
		n.Fatalf("%s: %v", name, r.Payload)
	}
	return r.Payload
}

// random bytes that differ from their neighbours.
func pattern(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	return data
}

func TestNativeTCPClient(t *testing.T) {
	c := load(t, cComponent(t, "native"))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	// The server answers what it has read, in the end.
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			data, _ := io.ReadAll(conn)
			slices.Reverse(data)
			conn.Write(data)
			conn.Close()
		}
	}()
	port := listener.Addr().(*net.TCPAddr).Port
	n := newNative(t, c, loopback(hostruntime.ProtocolTCP, port), &journal{map[*entry]bool{}})
	for _, size := range []int{0, 1, 1000, 3 << 20} {
		data := pattern(size)
		var r hostruntime.Report
		answer, err := n.in.Call(hostruntime.WithReport(t.Context(), &r), "tcp-exchange",
			value.String("localhost"), value.U16(port), value.Bytes(data))
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(data)
		if got, ok := answer.(value.Result).Payload.(value.Bytes); !ok || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes: %.100v", size, answer)
		}
		if r.Network.Connections != 1 || r.Network.Lookups != 1 || r.Network.SentBytes != uint64(size) || r.Network.ReceivedBytes != uint64(size) {
			t.Errorf("%d bytes: the report says %+v", size, r.Network)
		}
	}

	// Another port, and an address of another name, are refused.
	const accessDenied = 1
	denied := value.Result{IsError: true, Payload: value.String(fmt.Sprintf("start-connect: error %d", accessDenied))}
	n.equal(n.call("tcp-exchange", value.String("localhost"), value.U16(port^1), value.Bytes("x")), denied)
	if got := n.call("tcp-exchange", value.String("other.example"), value.U16(port), value.Bytes("x")).(value.Result); !got.IsError {
		t.Error("a name that wasn't granted was resolved")
	}
}

func TestNativeTCPServer(t *testing.T) {
	c := load(t, cComponent(t, "native"))
	n := newNative(t, c, loopback(hostruntime.ProtocolTCP, 1), &journal{map[*entry]bool{}})
	server := n.ok("[static]server.listen")
	port := int(n.call("[method]server.port", server).(value.U16))
	for _, size := range []int{0, 1, 1 << 20} {
		data, answered := pattern(size), make(chan error, 1)
		go func() {
			conn, err := net.DialTCP("tcp", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
			if err != nil {
				answered <- err
				return
			}
			defer conn.Close()
			go func() {
				conn.Write(data)
				conn.CloseWrite()
			}()
			got, err := io.ReadAll(conn)
			if err == nil && !bytes.Equal(got, data) {
				err = fmt.Errorf("%d bytes came back", len(got))
			}
			answered <- err
		}()
		n.equal(n.ok("[method]server.echo", server), value.U64(size))
		if err := <-answered; err != nil {
			t.Error(err)
		}
	}
	n.drop(server)
	if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
		conn.Close()
		t.Error("the guest's server listens on after it was dropped")
	}
	// Nobody may listen without a grant, also who may connect.
	policy := loopback(hostruntime.ProtocolTCP, 1)
	policy.Network.Listen = nil
	n = newNative(t, c, policy, &journal{map[*entry]bool{}})
	if got := n.call("[static]server.listen").(value.Result); !got.IsError {
		t.Error("the guest listens without a grant")
	}
}

// A guest that waits for a connection that never comes is stopped.
func TestNativeAcceptIsStopped(t *testing.T) {
	policy := loopback(hostruntime.ProtocolTCP, 1)
	policy.Limits.WallTime = 300 * time.Millisecond
	n := newNative(t, load(t, cComponent(t, "native")), policy, &journal{map[*entry]bool{}})
	_, err := n.in.Call(t.Context(), "[method]server.echo", n.ok("[static]server.listen"))
	if limit, ok := errors.AsType[*hostruntime.LimitError](err); !ok || limit.Limit != hostruntime.LimitWallTime {
		t.Errorf("%v", err)
	}
}

func TestNativeUDP(t *testing.T) {
	c := load(t, cComponent(t, "native"))
	peer, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	port := peer.LocalAddr().(*net.UDPAddr).Port
	go func() {
		buffer := make([]byte, 1<<16)
		for {
			size, from, err := peer.ReadFromUDPAddrPort(buffer)
			if err != nil {
				return
			}
			peer.WriteToUDPAddrPort(append([]byte("re: "), buffer[:size]...), from)
		}
	}()
	n := newNative(t, c, loopback(hostruntime.ProtocolUDP, port), &journal{map[*entry]bool{}})
	for _, data := range []string{"", "hello", string(pattern(8000))} {
		n.equal(n.ok("udp-exchange", value.String("localhost"), value.U16(port), value.Bytes(data)), value.Bytes("re: "+data))
	}

	mirror := n.ok("[static]mirror.bind")
	at := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(n.call("[method]mirror.port", mirror).(value.U16))}
	answered := make(chan error, 1)
	go func() {
		for _, data := range []string{"one", "two", string(pattern(1000)), ""} {
			if _, err := peer.WriteToUDP([]byte(data), at); err != nil {
				answered <- err
				return
			}
		}
		answered <- nil
	}()
	// What comes back from there, the peer answers, and that is one more.
	if got := n.ok("[method]mirror.reflect", mirror).(value.U32); got < 3 {
		t.Errorf("reflected %d", got)
	}
	if err := <-answered; err != nil {
		t.Error(err)
	}
	n.drop(mirror)
}

func TestNativeLookUp(t *testing.T) {
	n := newNative(t, load(t, cComponent(t, "native")), loopback(hostruntime.ProtocolTCP, 1), &journal{map[*entry]bool{}})
	list := n.ok("resolve", value.String("localhost")).(value.List)
	if !slices.Contains(list, value.Value(value.String("127.0.0.1"))) {
		t.Errorf("localhost is %v", list)
	}
	for _, name := range []string{"example.org", "", "localhost.example.org", "no such name"} {
		if r := n.call("resolve", value.String(name)).(value.Result); !r.IsError {
			t.Errorf("%q is %v", name, r.Payload)
		}
	}
}
