package wasi

import (
	"regexp"
	"testing"
)

// named are the types that the table below calls by their WIT names.
var named = map[string]string{
	"$stream-error":  "variant { last-operation-failed(own<error>), closed }",
	"$datetime":      "record { seconds: u64, nanoseconds: u32 }",
	"$socket-error":  "enum { unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout, concurrency-conflict, not-in-progress, would-block, invalid-state, new-socket-limit, address-not-bindable, address-in-use, remote-unreachable, connection-refused, connection-reset, connection-aborted, datagram-too-large, name-unresolvable, temporary-resolver-failure, permanent-resolver-failure }",
	"$family":        "enum { ipv4, ipv6 }",
	"$ip":            "variant { ipv4($ipv4), ipv6($ipv6) }",
	"$ipv4":          "tuple<u8, u8, u8, u8>",
	"$ipv6":          "tuple<u16, u16, u16, u16, u16, u16, u16, u16>",
	"$socket-addr":   "variant { ipv4(record { port: u16, address: $ipv4 }), ipv6(record { port: u16, flow-info: u32, address: $ipv6, scope-id: u32 }) }",
	"$tcp":           "self: borrow<tcp-socket>",
	"$udp":           "self: borrow<udp-socket>",
	"$header-error":  "variant { invalid-syntax, forbidden, immutable }",
	"$method":        "variant { get, head, post, put, delete, connect, options, trace, patch, other(string) }",
	"$scheme":        "variant { HTTP, HTTPS, other(string) }",
	"$dns-payload":   "record { rcode: option<string>, info-code: option<u16> }",
	"$tls-payload":   "record { alert-id: option<u8>, alert-message: option<string> }",
	"$size-payload":  "record { field-name: option<string>, field-size: option<u32> }",
	"$http-error":    "variant { DNS-timeout, DNS-error($dns-payload), destination-not-found, destination-unavailable, destination-IP-prohibited, destination-IP-unroutable, connection-refused, connection-terminated, connection-timeout, connection-read-timeout, connection-write-timeout, connection-limit-reached, TLS-protocol-error, TLS-certificate-error, TLS-alert-received($tls-payload), HTTP-request-denied, HTTP-request-length-required, HTTP-request-body-size(option<u64>), HTTP-request-method-invalid, HTTP-request-URI-invalid, HTTP-request-URI-too-long, HTTP-request-header-section-size(option<u32>), HTTP-request-header-size(option<$size-payload>), HTTP-request-trailer-section-size(option<u32>), HTTP-request-trailer-size($size-payload), HTTP-response-incomplete, HTTP-response-header-section-size(option<u32>), HTTP-response-header-size($size-payload), HTTP-response-body-size(option<u64>), HTTP-response-trailer-section-size(option<u32>), HTTP-response-trailer-size($size-payload), HTTP-response-transfer-coding(option<string>), HTTP-response-content-coding(option<string>), HTTP-response-timeout, HTTP-upgrade-failed, HTTP-protocol-error, loop-detected, configuration-error, internal-error(option<string>) }",
	"$file-error":    "enum { access, would-block, already, bad-descriptor, busy, deadlock, quota, exist, file-too-large, illegal-byte-sequence, in-progress, interrupted, invalid, io, is-directory, loop, too-many-links, message-size, name-too-long, no-device, no-entry, no-lock, insufficient-memory, insufficient-space, not-directory, not-empty, not-recoverable, unsupported, no-tty, no-such-device, overflow, not-permitted, pipe, read-only, invalid-seek, text-file-busy, cross-device }",
	"$file-type":     "enum { unknown, block-device, character-device, directory, fifo, symbolic-link, regular-file, socket }",
	"$file-flags":    "flags { read, write, file-integrity-sync, data-integrity-sync, requested-write-sync, mutate-directory }",
	"$path-flags":    "flags { symlink-follow }",
	"$open-flags":    "flags { create, directory, exclusive, truncate }",
	"$stat":          "record { type: $file-type, link-count: u64, size: u64, data-access-timestamp: option<$datetime>, data-modification-timestamp: option<$datetime>, status-change-timestamp: option<$datetime> }",
	"$new-timestamp": "variant { no-change, now, timestamp($datetime) }",
	"$entry":         "record { type: $file-type, name: string }",
	"$advice":        "enum { normal, sequential, random, will-need, dont-need, no-reuse }",
	"$hash":          "record { lower: u64, upper: u64 }",
	"$in":            "self: borrow<input-stream>",
	"$out":           "self: borrow<output-stream>",
	"$headers":       "self: borrow<fields>",
	"$request":       "self: borrow<outgoing-request>",
	"$options":       "self: borrow<request-options>",
	"$file":          "self: borrow<descriptor>",
}

// functions are the WIT declarations of WASI 0.2.12 for all functions here.
var functions = map[string]map[string]string{
	"wasi:cli/environment": {
		"get-environment": "func() -> list<tuple<string, string>>",
		"get-arguments":   "func() -> list<string>",
		"initial-cwd":     "func() -> option<string>",
	},
	"wasi:cli/exit": {
		"exit":           "func(status: result)",
		"exit-with-code": "func(status-code: u8)",
	},
	"wasi:cli/stdin":           {"get-stdin": "func() -> own<input-stream>"},
	"wasi:cli/stdout":          {"get-stdout": "func() -> own<output-stream>"},
	"wasi:cli/stderr":          {"get-stderr": "func() -> own<output-stream>"},
	"wasi:cli/terminal-input":  {},
	"wasi:cli/terminal-output": {},
	"wasi:cli/terminal-stdin":  {"get-terminal-stdin": "func() -> option<own<terminal-input>>"},
	"wasi:cli/terminal-stdout": {"get-terminal-stdout": "func() -> option<own<terminal-output>>"},
	"wasi:cli/terminal-stderr": {"get-terminal-stderr": "func() -> option<own<terminal-output>>"},
	"wasi:clocks/wall-clock": {
		"now":        "func() -> $datetime",
		"resolution": "func() -> $datetime",
	},
	"wasi:clocks/monotonic-clock": {
		"now":                "func() -> u64",
		"resolution":         "func() -> u64",
		"subscribe-instant":  "func(when: u64) -> own<pollable>",
		"subscribe-duration": "func(when: u64) -> own<pollable>",
	},
	"wasi:random/random": {
		"get-random-bytes": "func(len: u64) -> list<u8>",
		"get-random-u64":   "func() -> u64",
	},
	"wasi:random/insecure": {
		"get-insecure-random-bytes": "func(len: u64) -> list<u8>",
		"get-insecure-random-u64":   "func() -> u64",
	},
	"wasi:random/insecure-seed": {"insecure-seed": "func() -> tuple<u64, u64>"},
	"wasi:io/error":             {"[method]error.to-debug-string": "func(self: borrow<error>) -> string"},
	"wasi:io/poll": {
		"[method]pollable.ready": "func(self: borrow<pollable>) -> bool",
		"[method]pollable.block": "func(self: borrow<pollable>)",
		"poll":                   "func(in: list<borrow<pollable>>) -> list<u32>",
	},
	"wasi:io/streams": {
		"[method]input-stream.read":                             "func($in, len: u64) -> result<list<u8>, $stream-error>",
		"[method]input-stream.blocking-read":                    "func($in, len: u64) -> result<list<u8>, $stream-error>",
		"[method]input-stream.skip":                             "func($in, len: u64) -> result<u64, $stream-error>",
		"[method]input-stream.blocking-skip":                    "func($in, len: u64) -> result<u64, $stream-error>",
		"[method]input-stream.subscribe":                        "func($in) -> own<pollable>",
		"[method]output-stream.check-write":                     "func($out) -> result<u64, $stream-error>",
		"[method]output-stream.write":                           "func($out, contents: list<u8>) -> result<_, $stream-error>",
		"[method]output-stream.blocking-write-and-flush":        "func($out, contents: list<u8>) -> result<_, $stream-error>",
		"[method]output-stream.flush":                           "func($out) -> result<_, $stream-error>",
		"[method]output-stream.blocking-flush":                  "func($out) -> result<_, $stream-error>",
		"[method]output-stream.subscribe":                       "func($out) -> own<pollable>",
		"[method]output-stream.write-zeroes":                    "func($out, len: u64) -> result<_, $stream-error>",
		"[method]output-stream.blocking-write-zeroes-and-flush": "func($out, len: u64) -> result<_, $stream-error>",
		"[method]output-stream.splice":                          "func($out, src: borrow<input-stream>, len: u64) -> result<u64, $stream-error>",
		"[method]output-stream.blocking-splice":                 "func($out, src: borrow<input-stream>, len: u64) -> result<u64, $stream-error>",
	},
	"wasi:filesystem/preopens": {"get-directories": "func() -> list<tuple<own<descriptor>, string>>"},
	"wasi:filesystem/types": {
		"filesystem-error-code": "func(err: borrow<error>) -> option<$file-error>",

		"[method]descriptor.read-via-stream":     "func($file, offset: u64) -> result<own<input-stream>, $file-error>",
		"[method]descriptor.write-via-stream":    "func($file, offset: u64) -> result<own<output-stream>, $file-error>",
		"[method]descriptor.append-via-stream":   "func($file) -> result<own<output-stream>, $file-error>",
		"[method]descriptor.advise":              "func($file, offset: u64, length: u64, advice: $advice) -> result<_, $file-error>",
		"[method]descriptor.sync-data":           "func($file) -> result<_, $file-error>",
		"[method]descriptor.get-flags":           "func($file) -> result<$file-flags, $file-error>",
		"[method]descriptor.get-type":            "func($file) -> result<$file-type, $file-error>",
		"[method]descriptor.set-size":            "func($file, size: u64) -> result<_, $file-error>",
		"[method]descriptor.set-times":           "func($file, data-access-timestamp: $new-timestamp, data-modification-timestamp: $new-timestamp) -> result<_, $file-error>",
		"[method]descriptor.read":                "func($file, length: u64, offset: u64) -> result<tuple<list<u8>, bool>, $file-error>",
		"[method]descriptor.write":               "func($file, buffer: list<u8>, offset: u64) -> result<u64, $file-error>",
		"[method]descriptor.read-directory":      "func($file) -> result<own<directory-entry-stream>, $file-error>",
		"[method]descriptor.sync":                "func($file) -> result<_, $file-error>",
		"[method]descriptor.create-directory-at": "func($file, path: string) -> result<_, $file-error>",
		"[method]descriptor.stat":                "func($file) -> result<$stat, $file-error>",
		"[method]descriptor.stat-at":             "func($file, path-flags: $path-flags, path: string) -> result<$stat, $file-error>",
		"[method]descriptor.set-times-at":        "func($file, path-flags: $path-flags, path: string, data-access-timestamp: $new-timestamp, data-modification-timestamp: $new-timestamp) -> result<_, $file-error>",
		"[method]descriptor.link-at":             "func($file, old-path-flags: $path-flags, old-path: string, new-descriptor: borrow<descriptor>, new-path: string) -> result<_, $file-error>",
		"[method]descriptor.open-at":             "func($file, path-flags: $path-flags, path: string, open-flags: $open-flags, flags: $file-flags) -> result<own<descriptor>, $file-error>",
		"[method]descriptor.readlink-at":         "func($file, path: string) -> result<string, $file-error>",
		"[method]descriptor.remove-directory-at": "func($file, path: string) -> result<_, $file-error>",
		"[method]descriptor.rename-at":           "func($file, old-path: string, new-descriptor: borrow<descriptor>, new-path: string) -> result<_, $file-error>",
		"[method]descriptor.symlink-at":          "func($file, old-path: string, new-path: string) -> result<_, $file-error>",
		"[method]descriptor.unlink-file-at":      "func($file, path: string) -> result<_, $file-error>",
		"[method]descriptor.is-same-object":      "func($file, other: borrow<descriptor>) -> bool",
		"[method]descriptor.metadata-hash":       "func($file) -> result<$hash, $file-error>",
		"[method]descriptor.metadata-hash-at":    "func($file, path-flags: $path-flags, path: string) -> result<$hash, $file-error>",

		"[method]directory-entry-stream.read-directory-entry": "func(self: borrow<directory-entry-stream>) -> result<option<$entry>, $file-error>",
	},
	"wasi:sockets/network":          {"network-error-code": "func(err: borrow<error>) -> option<$socket-error>"},
	"wasi:sockets/instance-network": {"instance-network": "func() -> own<network>"},
	"wasi:sockets/tcp":              tcpFunctions,
	"wasi:sockets/udp":              udpFunctions,
	"wasi:sockets/tcp-create-socket": {
		"create-tcp-socket": "func(address-family: $family) -> result<own<tcp-socket>, $socket-error>",
	},
	"wasi:sockets/udp-create-socket": {
		"create-udp-socket": "func(address-family: $family) -> result<own<udp-socket>, $socket-error>",
	},
	"wasi:sockets/ip-name-lookup": {
		"resolve-addresses": "func(network: borrow<network>, name: string) -> result<own<resolve-address-stream>, $socket-error>",

		"[method]resolve-address-stream.resolve-next-address": "func(self: borrow<resolve-address-stream>) -> result<option<$ip>, $socket-error>",
		"[method]resolve-address-stream.subscribe":            "func(self: borrow<resolve-address-stream>) -> own<pollable>",
	},
	"wasi:http/types": {
		"http-error-code":          "func(err: borrow<error>) -> option<$http-error>",
		"[constructor]fields":      "func() -> own<fields>",
		"[static]fields.from-list": "func(entries: list<tuple<string, list<u8>>>) -> result<own<fields>, $header-error>",
		"[method]fields.get":       "func($headers, name: string) -> list<list<u8>>",
		"[method]fields.has":       "func($headers, name: string) -> bool",
		"[method]fields.set":       "func($headers, name: string, value: list<list<u8>>) -> result<_, $header-error>",
		"[method]fields.delete":    "func($headers, name: string) -> result<_, $header-error>",
		"[method]fields.append":    "func($headers, name: string, value: list<u8>) -> result<_, $header-error>",
		"[method]fields.entries":   "func($headers) -> list<tuple<string, list<u8>>>",
		"[method]fields.clone":     "func($headers) -> own<fields>",

		"[constructor]outgoing-request":                "func(headers: own<fields>) -> own<outgoing-request>",
		"[method]outgoing-request.body":                "func($request) -> result<own<outgoing-body>>",
		"[method]outgoing-request.method":              "func($request) -> $method",
		"[method]outgoing-request.set-method":          "func($request, method: $method) -> result",
		"[method]outgoing-request.path-with-query":     "func($request) -> option<string>",
		"[method]outgoing-request.set-path-with-query": "func($request, path-with-query: option<string>) -> result",
		"[method]outgoing-request.scheme":              "func($request) -> option<$scheme>",
		"[method]outgoing-request.set-scheme":          "func($request, scheme: option<$scheme>) -> result",
		"[method]outgoing-request.authority":           "func($request) -> option<string>",
		"[method]outgoing-request.set-authority":       "func($request, authority: option<string>) -> result",
		"[method]outgoing-request.headers":             "func($request) -> own<fields>",

		"[constructor]request-options":                      "func() -> own<request-options>",
		"[method]request-options.connect-timeout":           "func($options) -> option<u64>",
		"[method]request-options.set-connect-timeout":       "func($options, duration: option<u64>) -> result",
		"[method]request-options.first-byte-timeout":        "func($options) -> option<u64>",
		"[method]request-options.set-first-byte-timeout":    "func($options, duration: option<u64>) -> result",
		"[method]request-options.between-bytes-timeout":     "func($options) -> option<u64>",
		"[method]request-options.set-between-bytes-timeout": "func($options, duration: option<u64>) -> result",

		"[constructor]outgoing-response":            "func(headers: own<fields>) -> own<outgoing-response>",
		"[method]outgoing-response.status-code":     "func(self: borrow<outgoing-response>) -> u16",
		"[method]outgoing-response.set-status-code": "func(self: borrow<outgoing-response>, status-code: u16) -> result",
		"[method]outgoing-response.headers":         "func(self: borrow<outgoing-response>) -> own<fields>",
		"[method]outgoing-response.body":            "func(self: borrow<outgoing-response>) -> result<own<outgoing-body>>",

		"[method]incoming-request.method":          "func(self: borrow<incoming-request>) -> $method",
		"[method]incoming-request.path-with-query": "func(self: borrow<incoming-request>) -> option<string>",
		"[method]incoming-request.scheme":          "func(self: borrow<incoming-request>) -> option<$scheme>",
		"[method]incoming-request.authority":       "func(self: borrow<incoming-request>) -> option<string>",
		"[method]incoming-request.headers":         "func(self: borrow<incoming-request>) -> own<fields>",
		"[method]incoming-request.consume":         "func(self: borrow<incoming-request>) -> result<own<incoming-body>>",

		"[method]incoming-response.status":  "func(self: borrow<incoming-response>) -> u16",
		"[method]incoming-response.headers": "func(self: borrow<incoming-response>) -> own<fields>",
		"[method]incoming-response.consume": "func(self: borrow<incoming-response>) -> result<own<incoming-body>>",

		"[method]incoming-body.stream": "func(self: borrow<incoming-body>) -> result<own<input-stream>>",
		"[static]incoming-body.finish": "func(this: own<incoming-body>) -> own<future-trailers>",

		"[method]future-trailers.subscribe": "func(self: borrow<future-trailers>) -> own<pollable>",
		"[method]future-trailers.get":       "func(self: borrow<future-trailers>) -> option<result<result<option<own<fields>>, $http-error>>>",

		"[method]response-outparam.send-informational": "func(self: borrow<response-outparam>, status: u16, headers: own<fields>) -> result<_, $http-error>",
		"[static]response-outparam.set":                "func(param: own<response-outparam>, response: result<own<outgoing-response>, $http-error>)",

		"[method]future-incoming-response.subscribe": "func(self: borrow<future-incoming-response>) -> own<pollable>",
		"[method]future-incoming-response.get":       "func(self: borrow<future-incoming-response>) -> option<result<result<own<incoming-response>, $http-error>>>",

		"[method]outgoing-body.write":  "func(self: borrow<outgoing-body>) -> result<own<output-stream>>",
		"[static]outgoing-body.finish": "func(this: own<outgoing-body>, trailers: option<own<fields>>) -> result<_, $http-error>",
	},
	"wasi:http/outgoing-handler": {
		"handle": "func(request: own<outgoing-request>, options: option<own<request-options>>) -> result<own<future-incoming-response>, $http-error>",
	},
}

var name = regexp.MustCompile(`\$[a-z-]+[46]?`)

// expand replaces the table's names, which can hold names themselves.
func expand(s string) string {
	return name.ReplaceAllStringFunc(s, func(n string) string {
		t, ok := named[n]
		if !ok {
			panic("unknown name " + n)
		}
		return expand(t)
	})
}

func TestFunctionTypes(t *testing.T) {
	for name, i := range interfaces {
		want, ok := functions[name]
		if !ok {
			t.Errorf("%s is not in the table", name)
		}
		for fname, f := range i.Funcs {
			if want[fname] == "" {
				t.Errorf("%s#%s is not in the table", name, fname)
			} else if got := f.Type.String(); got != expand(want[fname]) {
				t.Errorf("%s#%s\n got %s\nwant %s", name, fname, got, expand(want[fname]))
			}
		}
		for fname := range want {
			if i.Funcs[fname] == nil {
				t.Errorf("%s#%s is missing", name, fname)
			}
		}
	}
	for name := range functions {
		if interfaces[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestLookup(t *testing.T) {
	first, _ := Lookup("wasi:io/streams@0.2.0")
	for _, version := range []string{"0.2.0", "0.2.9", "0.2.12", "0.2.100", "0.2.3+build.1", "0.2"} {
		if i, ok := Lookup("wasi:io/streams@" + version); !ok || i != first {
			t.Errorf("version %s: %v, %v", version, i, ok)
		}
	}
	for _, name := range []string{
		"wasi:io/streams", "wasi:io/streams@", "wasi:io/streams@0.3.0", "wasi:io/streams@1.2.0",
		"wasi:io/streams@0.2.", "wasi:io/streams@0.2.0-rc-2023-11-10", "wasi:io/streams@0.2.01",
		"wasi:io/streams@0.2.0.1", "wasi:io/stream@0.2.0", "wasi:keyvalue/store@0.2.0", "",
	} {
		if _, ok := Lookup(name); ok {
			t.Errorf("%q was found", name)
		}
	}
}

// Every resource in a signature must be one the interface exports, under the
// name by which components know it, and say where it is defined.
func TestResourcesAreShared(t *testing.T) {
	aliases := map[string]string{"headers": "fields", "trailers": "fields", "io-error": "error"}
	for _, i := range interfaces {
		for name, r := range i.Resources {
			if alias := aliases[name]; name != r.Name && alias != r.Name {
				t.Errorf("%s exports %s as %s", i.Name, r.Name, name)
			}
			if home := interfaces[r.Interface]; home == nil || home.Resources[r.Name] != r {
				t.Errorf("%s: %s is not %s of %s", i.Name, name, r.Name, r.Interface)
			}
		}
	}
}
