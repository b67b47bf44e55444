package wasi

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// socketCodes are the error codes of the system's errors.
//
// Spec: wasi:sockets/network, error-code.
var socketCodes = map[syscall.Errno]string{
	windows.WSAEACCES:          "access-denied",
	windows.WSAEOPNOTSUPP:      "not-supported",
	windows.WSAEAFNOSUPPORT:    "not-supported",
	windows.WSAEPROTONOSUPPORT: "not-supported",
	windows.WSAEINVAL:          "invalid-argument",
	windows.WSAENOBUFS:         "address-in-use",
	windows.WSAEMFILE:          "new-socket-limit",
	windows.WSAETIMEDOUT:       "timeout",
	windows.WSAEADDRNOTAVAIL:   "address-not-bindable",
	windows.WSAEADDRINUSE:      "address-in-use",
	windows.WSAEHOSTUNREACH:    "remote-unreachable",
	windows.WSAEHOSTDOWN:       "remote-unreachable",
	windows.WSAENETUNREACH:     "remote-unreachable",
	windows.WSAENETDOWN:        "remote-unreachable",
	windows.WSAECONNREFUSED:    "connection-refused",
	windows.WSAECONNRESET:      "connection-reset",
	windows.WSAECONNABORTED:    "connection-aborted",
	windows.WSAEMSGSIZE:        "datagram-too-large",
}
