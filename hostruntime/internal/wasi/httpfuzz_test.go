package wasi

import (
	"bufio"
	"bytes"
	"io"
	"math"
	"net/http"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// FuzzRequest has a guest make a request of any texts. What is accepted is one
// request on the wire, to the host that was asked for, with the headers that
// the guest set and no others.
func FuzzRequest(f *testing.F) {
	f.Add("POST", "example.org:80", "/a?b", "X-A", "b")
	f.Add("GET / HTTP/1.1\r\n", "example.org\r\nX: y", "/ HTTP/1.1\r\nHost: evil\r\n\r\nGET /", "X-A: b\r\nX", "b\r\nX-C: d")
	f.Add("G\x00T", "a@b", "//evil/", "Host", "evil")
	f.Add("get", "[::1]:8080", "*", "content-length", "5")
	f.Add("GET", "[::1]evil", "?q", "transfer-encoding", "chunked")
	f.Add("CONNECT", "a:b:80", "", "trailer", "Content-Length")
	f.Add("A", "x%0d%0a", "/%0d%0a\x7f", "\u212a", "\xff\xfe")
	gate, err := egress.New(egress.Config{
		Grants: []egress.Grant{{Host: "*", Protocols: egress.HTTP, Ports: []egress.Ports{{First: 1, Last: 65535}}, Private: true}},
		Limits: egress.Limits{Requests: math.MaxUint64},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(gate.Close)
	f.Fuzz(func(t *testing.T, method, authority, path, name, val string) {
		g := newGuest(t, Config{})
		headers := g.call(httpPkg, "[static]fields.from-list", value.List{entry(name, val)}).(value.Result)
		if headers.IsError {
			return
		}
		r := g.call(httpPkg, "[constructor]outgoing-request", headers.Payload)
		for part, v := range map[string]value.Value{
			"method": value.Variant{Case: "other", Payload: value.String(method)}, "scheme": some(value.Variant{Case: "HTTP"}),
			"authority": some(value.String(authority)), "path-with-query": some(value.String(path)),
		} {
			if g.call(httpPkg, "[method]outgoing-request.set-"+part, r, v).(value.Result).IsError {
				return
			}
		}
		request := r.(value.Handle).Rep.(*outgoingRequest)
		as, scheme, u, port, invalid := request.destination()
		if invalid != nil {
			return
		}
		flow, err := gate.Request(t.Context(), as, scheme, u.Hostname(), port)
		if err != nil {
			return
		}
		flow.Done(0, nil)
		gate.Take()
		x := &exchange{host: g.host, gate: gate}
		header, _, err := x.header(request.headers, scheme, u.Hostname())
		if err != nil {
			t.Fatal(err)
		}
		sent := &http.Request{Method: as, URL: u, Host: u.Host, Header: header}
		var wire bytes.Buffer
		if err := sent.Write(&wire); err != nil {
			return
		}
		in := bufio.NewReader(&wire)
		got, err := http.ReadRequest(in)
		if err != nil {
			// net/http's server refuses more than its client does: a strange
			// request is one, if nothing follows it.
			return
		}
		rest, _ := io.ReadAll(in)
		if got.Method != as || got.Host != authority || len(rest) > 0 {
			t.Errorf("%q to %q became %q to %q, and then %q", method, authority, got.Method, got.Host, rest)
		}
		if host, given, ok := splitAuthority(got.Host); !ok || host != u.Hostname() || given != 0 && given != port {
			t.Errorf("%q is host %q and port %d to one, host %q and port %d to another", authority, u.Hostname(), port, host, given)
		}
		if got.Header.Get("Content-Length") == "0" {
			got.Header.Del("Content-Length") // net/http's own
		}
		for n := range got.Header {
			if canonical := http.CanonicalHeaderKey(name); n != canonical {
				t.Errorf("a header %q that the guest did not set", n)
			}
		}
		if len(got.Header) > 1 || got.ContentLength > 0 || len(got.TransferEncoding) > 0 {
			t.Errorf("the headers are %v, the length %d", got.Header, got.ContentLength)
		}
	})
}
