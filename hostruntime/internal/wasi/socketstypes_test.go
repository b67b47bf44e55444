package wasi

// tcpFunctions are the WIT declarations of wasi:sockets/tcp@0.2.8.
var tcpFunctions = withOptions("tcp", "hop-limit", map[string]string{
	"start-bind":               "func($tcp, network: borrow<network>, local-address: $socket-addr) -> result<_, $socket-error>",
	"finish-bind":              "func($tcp) -> result<_, $socket-error>",
	"start-connect":            "func($tcp, network: borrow<network>, remote-address: $socket-addr) -> result<_, $socket-error>",
	"finish-connect":           "func($tcp) -> result<tuple<own<input-stream>, own<output-stream>>, $socket-error>",
	"start-listen":             "func($tcp) -> result<_, $socket-error>",
	"finish-listen":            "func($tcp) -> result<_, $socket-error>",
	"accept":                   "func($tcp) -> result<tuple<own<tcp-socket>, own<input-stream>, own<output-stream>>, $socket-error>",
	"local-address":            "func($tcp) -> result<$socket-addr, $socket-error>",
	"remote-address":           "func($tcp) -> result<$socket-addr, $socket-error>",
	"is-listening":             "func($tcp) -> bool",
	"address-family":           "func($tcp) -> $family",
	"set-listen-backlog-size":  "func($tcp, value: u64) -> result<_, $socket-error>",
	"keep-alive-enabled":       "func($tcp) -> result<bool, $socket-error>",
	"set-keep-alive-enabled":   "func($tcp, value: bool) -> result<_, $socket-error>",
	"keep-alive-idle-time":     "func($tcp) -> result<u64, $socket-error>",
	"set-keep-alive-idle-time": "func($tcp, value: u64) -> result<_, $socket-error>",
	"keep-alive-interval":      "func($tcp) -> result<u64, $socket-error>",
	"set-keep-alive-interval":  "func($tcp, value: u64) -> result<_, $socket-error>",
	"keep-alive-count":         "func($tcp) -> result<u32, $socket-error>",
	"set-keep-alive-count":     "func($tcp, value: u32) -> result<_, $socket-error>",
	"subscribe":                "func($tcp) -> own<pollable>",
	"shutdown":                 "func($tcp, shutdown-type: enum { receive, send, both }) -> result<_, $socket-error>",
})

// udpFunctions are the WIT declarations of wasi:sockets/udp@0.2.8.
var udpFunctions = withOptions("udp", "unicast-hop-limit", map[string]string{
	"start-bind":     "func($udp, network: borrow<network>, local-address: $socket-addr) -> result<_, $socket-error>",
	"finish-bind":    "func($udp) -> result<_, $socket-error>",
	"stream":         "func($udp, remote-address: option<$socket-addr>) -> result<tuple<own<incoming-datagram-stream>, own<outgoing-datagram-stream>>, $socket-error>",
	"local-address":  "func($udp) -> result<$socket-addr, $socket-error>",
	"remote-address": "func($udp) -> result<$socket-addr, $socket-error>",
	"address-family": "func($udp) -> $family",
	"subscribe":      "func($udp) -> own<pollable>",
})

// withOptions names the methods of a socket, and adds those that both have.
func withOptions(protocol, hopLimit string, methods map[string]string) map[string]string {
	self := "$" + protocol
	for option, t := range map[string]string{hopLimit: "u8", "receive-buffer-size": "u64", "send-buffer-size": "u64"} {
		methods[option] = "func(" + self + ") -> result<" + t + ", $socket-error>"
		methods["set-"+option] = "func(" + self + ", value: " + t + ") -> result<_, $socket-error>"
	}
	all := map[string]string{}
	for name, t := range methods {
		all["[method]"+protocol+"-socket."+name] = t
	}
	if protocol == "udp" {
		for name, t := range map[string]string{
			"[method]incoming-datagram-stream.receive":    "func(self: borrow<incoming-datagram-stream>, max-results: u64) -> result<list<record { data: list<u8>, remote-address: $socket-addr }>, $socket-error>",
			"[method]incoming-datagram-stream.subscribe":  "func(self: borrow<incoming-datagram-stream>) -> own<pollable>",
			"[method]outgoing-datagram-stream.check-send": "func(self: borrow<outgoing-datagram-stream>) -> result<u64, $socket-error>",
			"[method]outgoing-datagram-stream.send":       "func(self: borrow<outgoing-datagram-stream>, datagrams: list<record { data: list<u8>, remote-address: option<$socket-addr> }>) -> result<u64, $socket-error>",
			"[method]outgoing-datagram-stream.subscribe":  "func(self: borrow<outgoing-datagram-stream>) -> own<pollable>",
		} {
			all[name] = t
		}
	}
	return all
}
