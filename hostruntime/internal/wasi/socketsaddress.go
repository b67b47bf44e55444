package wasi

import (
	"net/netip"
	"strconv"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

var (
	ipv4Address = abi.NewTuple(u8Type, u8Type, u8Type, u8Type)
	ipv6Address = abi.NewTuple(u16Type, u16Type, u16Type, u16Type, u16Type, u16Type, u16Type, u16Type)
	ipAddress   = abi.NewVariant(one("ipv4", ipv4Address), one("ipv6", ipv6Address))

	ipSocketAddress = abi.NewVariant(
		one("ipv4", abi.NewRecord(field("port", u16Type), field("address", ipv4Address))),
		one("ipv6", abi.NewRecord(field("port", u16Type), field("flow-info", u32Type),
			field("address", ipv6Address), field("scope-id", u32Type))))
)

// lowerIP returns an ip-address.
func lowerIP(a netip.Addr) value.Variant {
	var parts value.Tuple
	if a = a.Unmap(); a.Is4() {
		for _, b := range a.As4() {
			parts = append(parts, value.U8(b))
		}
		return value.Variant{Case: "ipv4", Payload: parts}
	}
	b := a.As16()
	for i := 0; i < len(b); i += 2 {
		parts = append(parts, value.U16(b[i])<<8|value.U16(b[i+1]))
	}
	return value.Variant{Case: "ipv6", Payload: parts}
}

// lowerSocketAddress returns an ip-socket-address.
func lowerSocketAddress(ap netip.AddrPort) value.Value {
	ip := lowerIP(ap.Addr())
	fields := value.Record{{Name: "port", Value: value.U16(ap.Port())}}
	if ip.Case == "ipv4" {
		fields = append(fields, value.Field{Name: "address", Value: ip.Payload})
		return value.Variant{Case: "ipv4", Payload: fields}
	}
	// A zone that isn't a number is unknown to a guest.
	scope, _ := strconv.ParseUint(ap.Addr().Zone(), 10, 32)
	fields = append(fields, value.Field{Name: "flow-info", Value: value.U32(0)},
		value.Field{Name: "address", Value: ip.Payload}, value.Field{Name: "scope-id", Value: value.U32(scope)})
	return value.Variant{Case: "ipv6", Payload: fields}
}

// liftSocketAddress reads an ip-socket-address.
func liftSocketAddress(v value.Value) netip.AddrPort {
	variant := v.(value.Variant)
	fields := variant.Payload.(value.Record)
	port := uint16(fields[0].Value.(value.U16))
	if variant.Case == "ipv4" {
		var b [4]byte
		for i, part := range fields[1].Value.(value.Tuple) {
			b[i] = byte(part.(value.U8))
		}
		return netip.AddrPortFrom(netip.AddrFrom4(b), port)
	}
	var b [16]byte
	for i, part := range fields[2].Value.(value.Tuple) {
		n := part.(value.U16)
		b[2*i], b[2*i+1] = byte(n>>8), byte(n)
	}
	a := netip.AddrFrom16(b)
	if scope := fields[3].Value.(value.U32); scope != 0 && !a.Is4In6() {
		a = a.WithZone(strconv.FormatUint(uint64(scope), 10))
	}
	return netip.AddrPortFrom(a, port)
}

// fitsFamily reports whether an address has a socket's family. IPv4 addresses
// in IPv6 form have none: IPv6 sockets are for IPv6 alone.
func fitsFamily(a netip.Addr, v6 bool) bool { return a.Is6() == v6 && !a.Is4In6() }

// isUnicast reports whether an address is of one host, or the unspecified one.
func isUnicast(a netip.Addr) bool {
	return !a.IsMulticast() && a != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// isRemote reports whether an address can be that of a peer.
func isRemote(ap netip.AddrPort, v6 bool) bool {
	return fitsFamily(ap.Addr(), v6) && isUnicast(ap.Addr()) && !ap.Addr().IsUnspecified() && ap.Port() != 0
}

// forFamily returns the network's name as package net has it: "tcp6".
func forFamily(network string, v6 bool) string {
	if v6 {
		return network + "6"
	}
	return network + "4"
}
