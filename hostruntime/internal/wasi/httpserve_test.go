package wasi

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// answering serves requests with a guest in Go, one Host each, and sends what
// WriteTo returned to the channel.
func answering(t *testing.T, answer func(g *guest, request, out value.Value)) (http.HandlerFunc, chan error) {
	results := make(chan error, 10)
	return func(w http.ResponseWriter, r *http.Request) {
		g := &guest{t, New(Config{}), context.WithoutCancel(r.Context())}
		x, err := g.host.NewIncoming(r)
		if err != nil {
			w.WriteHeader(http.StatusRequestHeaderFieldsTooLarge)
			results <- err
			g.host.Close()
			return
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			answer(g, x.Request, x.Out)
			g.host.Close()
		}()
		http.NewResponseController(w).EnableFullDuplex()
		<-x.Answered
		sent, err := false, x.Err()
		if err == nil {
			sent, err = x.WriteTo(w)
		}
		x.Close(Interrupt(w))
		<-done
		results <- err
		switch {
		case err != nil && sent:
			panic(http.ErrAbortHandler)
		case err != nil:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}, results
}

// respond makes a response and returns its body.
func (g *guest) respond(out value.Value, status int, headers ...value.Value) value.Value {
	g.Helper()
	r := g.call(httpPkg, "[constructor]outgoing-response", g.ok(httpPkg, "[static]fields.from-list", value.List(headers)))
	g.ok(httpPkg, "[method]outgoing-response.set-status-code", r, value.U16(status))
	body := g.ok(httpPkg, "[method]outgoing-response.body", r)
	g.set(out, value.Result{Payload: r})
	return body
}

func (g *guest) set(out, result value.Value) {
	g.Helper()
	g.call(httpPkg, "[static]response-outparam.set", out, result)
}

func TestIncomingRequest(t *testing.T) {
	handler, results := answering(t, func(g *guest, request, out value.Value) {
		m := func(name string) value.Value { return g.call(httpPkg, "[method]incoming-request."+name, request) }
		g.equal(m("method"), value.Variant{Case: "other", Payload: value.String("PURGE")})
		g.equal(m("path-with-query"), some(value.String("/a%20b?c=d")))
		g.equal(m("authority"), some(value.String("example.org")))
		headers := m("headers")
		g.equal(g.call(httpPkg, "[method]fields.entries", headers), value.List{
			entry("content-length", "4"), entry("x-a", "2"), entry("x-a", "1"),
		})
		g.fails(value.Variant{Case: "immutable"}, httpPkg, "[method]fields.append", headers, value.String("x"), value.Bytes("y"))
		if err := g.tryDrop(httpPkg, request); err == nil {
			t.Error("a request was dropped before its headers")
		}
		g.drop(httpPkg, headers)
		text, trailers := g.readBody(g.ok(httpPkg, "[method]incoming-request.consume", request))
		if text != "body" || trailers != nil {
			t.Errorf("the body is %q, the trailers %v", text, trailers)
		}
		g.fails(nil, httpPkg, "[method]incoming-request.consume", request)
		g.drop(httpPkg, request)

		informational := func(status int) value.Value {
			return g.call(httpPkg, "[method]response-outparam.send-informational", out, value.U16(status), g.call(httpPkg, "[constructor]fields"))
		}
		g.equal(informational(200), fail(value.Variant{Case: "HTTP-protocol-error"}))
		if r := informational(103).(value.Result); !r.IsError || r.Payload.(value.Variant).Case != "internal-error" {
			t.Errorf("an informational response: %v", r)
		}
		body := g.respond(out, 404, entry("X-B", "3"))
		g.equal(g.upload(body, []byte("gone"), value.Option{}), value.Result{})
		if g.live() != 0 || g.host.buffered != 0 {
			t.Errorf("%d resources with %d bytes are left", g.live(), g.host.buffered)
		}
	})
	s := serve(t, handler)
	r, _ := http.NewRequest("PURGE", s.URL+"/a%20b?c=d", strings.NewReader("body"))
	r.Host = "example.org"
	r.Header = http.Header{"X-A": {"2", "1"}, "Connection": {"close"}, "Upgrade": {"x"}, "Keep-Alive": {"1"}, "User-Agent": nil, "Accept-Encoding": nil}
	transport := &http.Transport{DisableCompression: true}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	data, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 404 || string(data) != "gone" || resp.Header.Get("X-B") != "3" || resp.ContentLength != 4 || resp.Header["Content-Type"] != nil {
		t.Errorf("got %s %q %v", resp.Status, data, resp.Header)
	}
	if err := <-results; err != nil {
		t.Error(err)
	}
}

// Whatever the version, a request's trailers reach the guest and a response's
// the client.
func TestIncomingTrailers(t *testing.T) {
	handler, results := answering(t, func(g *guest, request, out value.Value) {
		_, trailers := g.readBody(g.ok(httpPkg, "[method]incoming-request.consume", request))
		g.equal(trailers, value.List{entry("x-end", "sent")})
		body := g.respond(out, 200)
		fields := g.ok(httpPkg, "[static]fields.from-list", value.List{entry("x-more", "back"), entry("content-length", "7")})
		g.upload(body, []byte("text"), value.Option{Some: fields})
	})
	plain := serve(t, handler)
	encrypted, _ := serveTLS(t, handler)
	for _, s := range []*httptest.Server{plain, encrypted} {
		r, _ := http.NewRequest("POST", s.URL, io.MultiReader(strings.NewReader("body")))
		r.Trailer = http.Header{"X-End": {"sent"}}
		resp, err := s.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, resp.Body)
		if got := fmt.Sprint(resp.Trailer); got != "map[X-More:[back]]" {
			t.Errorf("%s: the trailers are %s", resp.Proto, got)
		}
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func TestBadResponses(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer func(g *guest, out value.Value)
		want   error
		status int
	}{
		{"none", func(g *guest, out value.Value) { g.drop(httpPkg, out) }, ErrNoResponse, 500},
		{"none, and the handle kept", func(*guest, value.Value) {}, ErrNoResponse, 500},
		{"an error", func(g *guest, out value.Value) { g.set(out, fail(value.Variant{Case: "loop-detected"})) }, nil, 500},
		{"status 101", func(g *guest, out value.Value) { g.drop(httpPkg, g.respond(out, 101)) }, nil, 500},
		{"unfinished, nothing sent", func(g *guest, out value.Value) { g.drop(httpPkg, g.respond(out, 200)) }, ErrBodyUnfinished, 500},
		{"unfinished", func(g *guest, out value.Value) {
			body := g.respond(out, 200)
			g.ok(ioPkg, "[method]output-stream.blocking-write-and-flush", g.ok(httpPkg, "[method]outgoing-body.write", body), value.Bytes("text"))
		}, ErrBodyUnfinished, 200},
		{"too short", func(g *guest, out value.Value) {
			body := g.respond(out, 200, entry("content-length", "10"))
			g.equal(g.upload(body, []byte("text"), value.Option{}),
				fail(value.Variant{Case: "HTTP-response-body-size", Payload: some(value.U64(4))}))
		}, ErrBodyUnfinished, 200},
		{"lengths that disagree", func(g *guest, out value.Value) {
			headers := g.ok(httpPkg, "[static]fields.from-list", value.List{entry("content-length", "4"), entry("content-length", "5")})
			g.set(out, ok(g.call(httpPkg, "[constructor]outgoing-response", headers)))
		}, nil, 500},
		{"no body of its own", func(g *guest, out value.Value) {
			g.set(out, ok(g.call(httpPkg, "[constructor]outgoing-response", g.call(httpPkg, "[constructor]fields"))))
		}, nil, 200},
		{"a body where there is none", func(g *guest, out value.Value) {
			g.upload(g.respond(out, 204), []byte("text"), value.Option{})
		}, nil, 204},
	} {
		t.Run(row.name, func(t *testing.T) {
			handler, results := answering(t, func(g *guest, _, out value.Value) { row.answer(g, out) })
			s := serve(t, handler)
			resp, err := s.Client().Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != row.status {
				t.Errorf("the status is %s", resp.Status)
			}
			_, err = io.ReadAll(resp.Body)
			if broken := row.want != nil && row.status == 200; broken != (err != nil) {
				t.Errorf("the client reads %v", err)
			}
			switch got := <-results; {
			case row.want != nil && !errors.Is(got, row.want):
				t.Errorf("the error is %v, want %v", got, row.want)
			case row.want == nil && row.status == 500 && got == nil:
				t.Error("there is no error")
			}
		})
	}
}

func TestIncomingHeadersTooLarge(t *testing.T) {
	handler, results := answering(t, func(*guest, value.Value, value.Value) { t.Error("the guest was called") })
	s := serve(t, handler)
	r, _ := http.NewRequest("GET", s.URL, nil)
	r.Header.Set("X-Huge", strings.Repeat("x", MaxFieldsBytes))
	resp, err := s.Client().Do(r)
	if err != nil || resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("got %v, %v", resp, err)
	}
	if err := <-results; !errors.Is(err, ErrHeadersTooLarge) {
		t.Error(err)
	}
}

// A guest that waits for a body that never comes doesn't hold up the response
// that it has given.
func TestStalledUpload(t *testing.T) {
	released := make(chan struct{})
	handler, results := answering(t, func(g *guest, request, out value.Value) {
		body := g.ok(httpPkg, "[method]incoming-request.consume", request)
		stream := g.ok(httpPkg, "[method]incoming-body.stream", body)
		g.ok(ioPkg, "[method]input-stream.read", stream, value.U64(100)) // begins to read ahead
		g.upload(g.respond(out, 200), []byte("early"), value.Option{})
		<-released
	})
	s := serve(t, handler)
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Minute))
	io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
	time.AfterFunc(50*time.Millisecond, func() { close(released) })
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if data, _ := io.ReadAll(resp.Body); string(data) != "early" {
		t.Errorf("got %q", data)
	}
	if err := <-results; err != nil {
		t.Error(err)
	}
}

// A client that goes away in the middle of its request is an error of the
// body's.
func TestUploadThatBreaksOff(t *testing.T) {
	codes := make(chan string, 1)
	handler, results := answering(t, func(g *guest, request, out value.Value) {
		body := g.ok(httpPkg, "[method]incoming-request.consume", request)
		stream := g.ok(httpPkg, "[method]incoming-body.stream", body)
		for {
			got := g.call(ioPkg, "[method]input-stream.blocking-read", stream, value.U64(100)).(value.Result)
			if got.IsError {
				codes <- g.httpCode(got.Payload.(value.Variant))
				return
			}
		}
	})
	s := serve(t, handler)
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nbeginning")
	conn.Close()
	if code := <-codes; code != "connection-terminated" {
		t.Errorf("the error is %s", code)
	}
	<-results
}
