//go:build unix

package wasi

import "syscall"

// setHopLimit bounds how far a socket's packets go.
func setHopLimit(fd uintptr, v6 bool, n int) error {
	if v6 {
		return syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IPV6, syscall.IPV6_UNICAST_HOPS, n)
	}
	return syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_TTL, n)
}
