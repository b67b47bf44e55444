package wasi

import (
	"net"
	"syscall"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Bounds of what a guest may set.
const (
	// maxSocketBuffer is the most that one kernel buffer gets.
	maxSocketBuffer = 1 << 20
	maxKeepAlive    = 32767 * time.Second // Linux
	maxKeepCount    = 127                 // Linux
)

// socketOptions are a socket's options: what a guest reads back, and those it
// has set on its connection.
type socketOptions struct {
	keepAlive     net.KeepAliveConfig
	hopLimit      uint8
	receiveBuffer uint64
	sendBuffer    uint64
	// set says which were set; the others are the system's business.
	set struct{ keepAlive, hopLimit, receiveBuffer, sendBuffer bool }
}

func defaultOptions() socketOptions {
	return socketOptions{
		keepAlive:     net.KeepAliveConfig{Idle: 2 * time.Hour, Interval: 75 * time.Second, Count: 9},
		hopLimit:      64,
		receiveBuffer: 64 << 10,
		sendBuffer:    64 << 10,
	}
}

// A bufferedConn is a *net.TCPConn or a *net.UDPConn.
type bufferedConn interface {
	syscall.Conn
	SetReadBuffer(bytes int) error
	SetWriteBuffer(bytes int) error
}

// apply gives a connection the options that were set.
func (o *socketOptions) apply(conn bufferedConn, v6 bool) error {
	if tcp, ok := conn.(*net.TCPConn); ok && o.set.keepAlive {
		if err := tcp.SetKeepAliveConfig(o.keepAlive); err != nil {
			return err
		}
	}
	if o.set.receiveBuffer {
		if err := conn.SetReadBuffer(int(o.receiveBuffer)); err != nil {
			return err
		}
	}
	if o.set.sendBuffer {
		if err := conn.SetWriteBuffer(int(o.sendBuffer)); err != nil {
			return err
		}
	}
	if !o.set.hopLimit {
		return nil
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = setHopLimit(fd, v6, int(o.hopLimit)) }); err != nil {
		return err
	}
	return failed
}

var optionTypes = map[string]*abi.Type{
	"keep-alive-enabled": boolType, "keep-alive-idle-time": u64Type, "keep-alive-interval": u64Type,
	"keep-alive-count": u32Type, "hop-limit": u8Type, "unicast-hop-limit": u8Type,
	"receive-buffer-size": u64Type, "send-buffer-size": u64Type,
}

// An optioned resource has socket options.
type optioned interface {
	rep
	options() *socketOptions
	// reapply gives the options to the connection, if there is one.
	reapply() error
}

// option adds a getter and a setter; set returns false for a value that is
// invalid.
func option[T optioned, V value.Value](
	i *Interface, r *Resource, name string, get func(*socketOptions) V, set func(*socketOptions, V) bool,
) {
	t := optionTypes[name]
	method(i, r, name, fn(socketResult(t)),
		func(_ *call, s T) (value.Value, error) { return ok(get(s.options())), nil })
	method(i, r, "set-"+name, fn(socketResult(nil), param("value", t)), func(c *call, s T) (value.Value, error) {
		if !set(s.options(), arg[V](c, 1)) {
			return socketFail("invalid-argument"), nil
		}
		if err := s.reapply(); err != nil {
			return socketFailed(err)
		}
		return ok(nil), nil
	})
}

// clamp returns n within 1 and most.
func clamp(n value.U64, most uint64) uint64 { return max(1, min(uint64(n), most)) }

// bufferOptions adds what TCP and UDP sockets have alike.
func bufferOptions[T optioned](i *Interface, r *Resource, hopLimit string) {
	option[T](i, r, hopLimit, func(o *socketOptions) value.U8 { return value.U8(o.hopLimit) },
		func(o *socketOptions, v value.U8) bool {
			if v == 0 {
				return false
			}
			o.hopLimit, o.set.hopLimit = uint8(v), true
			return true
		})
	option[T](i, r, "receive-buffer-size", func(o *socketOptions) value.U64 { return value.U64(o.receiveBuffer) },
		func(o *socketOptions, v value.U64) bool {
			if v == 0 {
				return false
			}
			o.receiveBuffer, o.set.receiveBuffer = clamp(v, maxSocketBuffer), true
			return true
		})
	option[T](i, r, "send-buffer-size", func(o *socketOptions) value.U64 { return value.U64(o.sendBuffer) },
		func(o *socketOptions, v value.U64) bool {
			if v == 0 {
				return false
			}
			o.sendBuffer, o.set.sendBuffer = clamp(v, maxSocketBuffer), true
			return true
		})
}
