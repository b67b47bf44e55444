//go:build !windows

package wasi

import "syscall"

// socketCodes are the error codes of the system's errors.
//
// Spec: wasi:sockets/network, error-code.
var socketCodes = map[syscall.Errno]string{
	syscall.EACCES:          "access-denied",
	syscall.EPERM:           "access-denied",
	syscall.EOPNOTSUPP:      "not-supported",
	syscall.EAFNOSUPPORT:    "not-supported",
	syscall.EPROTONOSUPPORT: "not-supported",
	syscall.EINVAL:          "invalid-argument",
	syscall.ENOMEM:          "out-of-memory",
	syscall.ENOBUFS:         "out-of-memory",
	syscall.EMFILE:          "new-socket-limit",
	syscall.ENFILE:          "new-socket-limit",
	syscall.ETIMEDOUT:       "timeout",
	syscall.EADDRNOTAVAIL:   "address-not-bindable",
	syscall.EADDRINUSE:      "address-in-use",
	syscall.EHOSTUNREACH:    "remote-unreachable",
	syscall.EHOSTDOWN:       "remote-unreachable",
	syscall.ENETUNREACH:     "remote-unreachable",
	syscall.ENETDOWN:        "remote-unreachable",
	syscall.ECONNREFUSED:    "connection-refused",
	syscall.ECONNRESET:      "connection-reset",
	syscall.EPIPE:           "connection-reset",
	syscall.ECONNABORTED:    "connection-aborted",
	syscall.EMSGSIZE:        "datagram-too-large",
}
