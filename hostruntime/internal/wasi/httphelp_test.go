package wasi

import (
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// webGuest returns a guest that may reach HTTP servers on this machine.
func webGuest(t *testing.T, cfg egress.Config) *guest {
	t.Helper()
	if cfg.Grants == nil {
		cfg.Grants = []egress.Grant{{
			Host: "127.0.0.1", Protocols: egress.HTTP | egress.HTTPS, Ports: []egress.Ports{{First: 1, Last: 65535}}, Private: true,
		}}
	}
	gate, err := egress.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gate.Close)
	g := newGuest(t, Config{Network: gate})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	g.ctx = ctx
	return g
}

// serve starts a server for a test.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

// serveTLS starts a server that speaks HTTP/2, and returns who vouches for it.
func serveTLS(t *testing.T, handler http.HandlerFunc) (*httptest.Server, *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, roots
}

func some(v value.Value) value.Value { return value.Option{Some: v} }

// newRequest makes an outgoing request.
func (g *guest) newRequest(method, rawURL string, headers ...value.Value) value.Value {
	g.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		g.Fatal(err)
	}
	r := g.call(httpPkg, "[constructor]outgoing-request", g.ok(httpPkg, "[static]fields.from-list", value.List(headers)))
	set := func(part string, v value.Value) { g.ok(httpPkg, "[method]outgoing-request.set-"+part, r, v) }
	set("method", value.Variant{Case: strings.ToLower(method)})
	set("scheme", some(value.Variant{Case: strings.ToUpper(u.Scheme)}))
	set("authority", some(value.String(u.Host)))
	set("path-with-query", some(value.String(u.RequestURI())))
	return r
}

// handle sends a request and returns the future.
func (g *guest) handle(r value.Value, options ...value.Value) value.Value {
	g.Helper()
	var o value.Option
	if len(options) > 0 {
		o.Some = options[0]
	}
	return g.ok("wasi:http/outgoing-handler", "handle", r, o)
}

// await waits for a future's response; the second value is the error-code.
func (g *guest) await(future value.Value) (value.Value, value.Value) {
	g.Helper()
	pollable := g.call(httpPkg, "[method]future-incoming-response.subscribe", future)
	g.call("wasi:io/poll", "[method]pollable.block", pollable)
	g.drop("wasi:io/poll", pollable)
	got := g.call(httpPkg, "[method]future-incoming-response.get", future).(value.Option).Some.(value.Result)
	g.drop(httpPkg, future)
	if inner := got.Payload.(value.Result); inner.IsError {
		return nil, inner.Payload
	} else {
		return inner.Payload, nil
	}
}

// fetch sends a request without a body and returns the response.
func (g *guest) fetch(method, rawURL string, headers ...value.Value) value.Value {
	g.Helper()
	resp, code := g.await(g.handle(g.newRequest(method, rawURL, headers...)))
	if code != nil {
		g.Fatalf("%s %s: %v", method, rawURL, code)
	}
	return resp
}

// denied sends a request that comes to nothing, and returns the error-code's
// name.
func (g *guest) denied(r value.Value, options ...value.Value) string {
	g.Helper()
	resp, code := g.await(g.handle(r, options...))
	if code == nil {
		g.Fatalf("a response with status %v, want an error", g.call(httpPkg, "[method]incoming-response.status", resp))
	}
	return code.(value.Variant).Case
}

// read reads all of a response's body, and its trailers.
func (g *guest) read(resp value.Value) (string, value.Value) {
	g.Helper()
	body := g.ok(httpPkg, "[method]incoming-response.consume", resp)
	g.fails(nil, httpPkg, "[method]incoming-response.consume", resp)
	g.drop(httpPkg, resp)
	return g.readBody(body)
}

// readBody reads all of a body, and its trailers.
func (g *guest) readBody(body value.Value) (string, value.Value) {
	g.Helper()
	stream := g.ok(httpPkg, "[method]incoming-body.stream", body)
	g.fails(nil, httpPkg, "[method]incoming-body.stream", body)
	var all bytes.Buffer
	for {
		got := g.call(ioPkg, in+"blocking-read", stream, value.U64(1<<20)).(value.Result)
		if got.IsError {
			if c := got.Payload.(value.Variant); c.Case != "closed" {
				g.Fatalf("reading a body: %v", g.httpCode(c))
			}
			break
		}
		all.Write(got.Payload.(value.Bytes))
	}
	g.drop(ioPkg, stream)
	return all.String(), g.finish(body)
}

// finish returns a body's trailers.
func (g *guest) finish(body value.Value) value.Value {
	g.Helper()
	future := g.call(httpPkg, "[static]incoming-body.finish", body)
	p := g.call(httpPkg, "[method]future-trailers.subscribe", future)
	g.call("wasi:io/poll", "[method]pollable.block", p)
	g.drop("wasi:io/poll", p)
	got := g.call(httpPkg, "[method]future-trailers.get", future).(value.Option).Some.(value.Result).Payload.(value.Result)
	if got.IsError {
		g.Fatalf("trailers: %v", got.Payload)
	}
	var list value.Value
	if fields := got.Payload.(value.Option).Some; fields != nil {
		list = g.call(httpPkg, "[method]fields.entries", fields)
		g.fails(value.Variant{Case: "immutable"}, httpPkg, "[method]fields.append", fields, value.String("a"), value.Bytes("b"))
		g.drop(httpPkg, fields)
	}
	g.drop(httpPkg, future)
	return list
}

// httpCode returns the error-code's name behind a stream's error.
func (g *guest) httpCode(streamError value.Variant) string {
	g.Helper()
	code := g.call(httpPkg, "http-error-code", streamError.Payload).(value.Option).Some
	if code == nil {
		return "none"
	}
	g.drop("wasi:io/error", streamError.Payload)
	return code.(value.Variant).Case
}

// clean checks that nothing is left.
func (g *guest) clean() {
	g.Helper()
	if g.live() != 0 || g.host.buffered != 0 {
		g.Errorf("%d resources with %d bytes are left", g.live(), g.host.buffered)
	}
}

// upload writes data to an outgoing body and finishes it.
func (g *guest) upload(body value.Value, data []byte, trailers value.Option) value.Result {
	g.Helper()
	s := g.ok(httpPkg, "[method]outgoing-body.write", body)
	for len(data) > 0 {
		p := g.call(ioPkg, out+"subscribe", s)
		g.call("wasi:io/poll", "[method]pollable.block", p)
		g.drop("wasi:io/poll", p)
		n := min(uint64(g.ok(ioPkg, out+"check-write", s).(value.U64)), uint64(len(data)))
		g.ok(ioPkg, out+"write", s, value.Bytes(data[:n]))
		data = data[n:]
	}
	g.ok(ioPkg, out+"blocking-flush", s)
	g.drop(ioPkg, s)
	return g.call(httpPkg, "[static]outgoing-body.finish", body, trailers).(value.Result)
}
