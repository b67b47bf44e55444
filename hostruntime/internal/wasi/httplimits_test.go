package wasi

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

func TestTimeouts(t *testing.T) {
	held := make(chan struct{})
	t.Cleanup(func() { close(held) })
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drip" {
			io.WriteString(w, "drop")
			http.NewResponseController(w).Flush()
		}
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(s.CloseClientConnections)
	options := func(g *guest, name string) value.Value {
		o := g.call(httpPkg, "[constructor]request-options")
		g.ok(httpPkg, "[method]request-options.set-"+name, o, some(value.U64(20*time.Millisecond)))
		return o
	}
	g := webGuest(t, egress.Config{})
	if got := g.denied(g.newRequest("GET", s.URL), options(g, "first-byte-timeout")); got != "connection-read-timeout" {
		t.Errorf("first byte: %s", got)
	}
	resp, _ := g.await(g.handle(g.newRequest("GET", s.URL+"/drip"), options(g, "between-bytes-timeout")))
	body := g.ok(httpPkg, "[method]incoming-response.consume", resp)
	stream := g.ok(httpPkg, "[method]incoming-body.stream", body)
	g.ok(ioPkg, in+"blocking-read", stream, value.U64(100))
	failed := g.call(ioPkg, in+"blocking-read", stream, value.U64(100)).(value.Result)
	if code := g.httpCode(failed.Payload.(value.Variant)); code != "connection-read-timeout" {
		t.Errorf("between bytes: %s", code)
	}

	// Nobody accepts: the handshake of TLS doesn't come to its end.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if got := g.denied(g.newRequest("GET", "https://"+l.Addr().String()), options(g, "connect-timeout")); got != "connection-timeout" {
		t.Errorf("connecting: %s", got)
	}
}

func TestNetworkLimitsEndTheInstance(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			io.Copy(io.Discard, r.Body)
			return
		}
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	limit := func(t *testing.T, what string, err error) {
		t.Helper()
		if e, ok := errors.AsType[*egress.LimitError](err); !ok || e.What != what {
			t.Errorf("error %v, want the limit on %s", err, what)
		}
	}
	t.Run("download", func(t *testing.T) {
		g := webGuest(t, egress.Config{Limits: egress.Limits{ReceivedBytes: 1 << 20}})
		body := g.ok(httpPkg, "[method]incoming-response.consume", g.fetch("GET", s.URL))
		stream := g.ok(httpPkg, "[method]incoming-body.stream", body)
		total := 0
		for {
			got, err := g.try(ioPkg, in+"blocking-read", stream, value.U64(1<<20))
			if err != nil {
				limit(t, egress.LimitReceivedBytes, err)
				break
			}
			total += len(got.(value.Result).Payload.(value.Bytes))
		}
		if total > 1<<20 {
			t.Errorf("%d bytes came before the limit", total)
		}
	})
	t.Run("upload", func(t *testing.T) {
		g := webGuest(t, egress.Config{Limits: egress.Limits{SentBytes: 1 << 20}})
		r := g.newRequest("POST", s.URL)
		body := g.ok(httpPkg, "[method]outgoing-request.body", r)
		g.handle(r)
		stream := g.ok(httpPkg, "[method]outgoing-body.write", body)
		for range 10_000 {
			if _, err := g.try(ioPkg, out+"blocking-write-and-flush", stream, value.Bytes(make([]byte, 4096))); err != nil {
				limit(t, egress.LimitSentBytes, err)
				return
			}
		}
		limit(t, egress.LimitSentBytes, nil)
	})
	t.Run("requests", func(t *testing.T) {
		g := webGuest(t, egress.Config{Limits: egress.Limits{Requests: 3}})
		for range 3 {
			g.drop(httpPkg, g.handle(g.newRequest("GET", s.URL)))
		}
		limit(t, egress.LimitRequests, g.traps("wasi:http/outgoing-handler", "handle", g.newRequest("GET", s.URL), value.Option{}))
	})
	t.Run("time", func(t *testing.T) {
		g := webGuest(t, egress.Config{Limits: egress.Limits{RequestTime: 20 * time.Millisecond}})
		slow := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		future := g.handle(g.newRequest("GET", slow.URL))
		pollable := g.call(httpPkg, "[method]future-incoming-response.subscribe", future)
		limit(t, egress.LimitRequestTime, g.traps("wasi:io/poll", "[method]pollable.block", pollable))
	})
}

func TestSecretsInHTTP(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.Header.Get("Authorization"))
		value := r.Header.Get("Authorization")
		io.WriteString(w, "you said "+value[:10])
		http.NewResponseController(w).Flush()
		io.WriteString(w, value[10:]+"!")
		w.Header().Set(http.TrailerPrefix+"X-Sum", value)
	})
	g := webGuest(t, egress.Config{Secrets: []egress.Secret{{
		Placeholder: "{{api-key}}", Value: "correct horse battery", Hosts: []string{"127.0.0.1"}, Cleartext: true,
	}}})
	resp := g.fetch("GET", s.URL, entry("Authorization", "Bearer {{api-key}}"))
	headers := g.call(httpPkg, "[method]incoming-response.headers", resp)
	g.equal(g.call(httpPkg, "[method]fields.get", headers, value.String("x-echo")), value.List{value.Bytes("Bearer {{api-key}}")})
	g.drop(httpPkg, headers)
	body, trailers := g.read(resp)
	if body != "you said Bearer {{api-key}}!" {
		t.Errorf("the body is %q", body)
	}
	g.equal(trailers, value.List{entry("x-sum", "Bearer {{api-key}}")})
}

// What a secret adds to a request counts as sent, and has the bound that
// headers have: a few placeholders can stand for megabytes.
func TestSecretsThatAreLong(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {})
	secret := strings.Repeat("s", 2000)
	g := webGuest(t, egress.Config{
		Secrets: []egress.Secret{{Placeholder: "{{api-key}}", Value: secret, Hosts: []string{"127.0.0.1"}, Cleartext: true}},
	})
	g.fetch("GET", s.URL, entry("x-a", strings.Repeat("{{api-key}}", 10)))
	if sent := g.host.config.Network.Take().Sent; sent < 20_000 {
		t.Errorf("%d bytes count as sent", sent)
	}
	many := []value.Value{entry("x-a", strings.Repeat("{{api-key}}", 10_000))}
	for range 100 {
		many = append(many, entry("x-b", "{{api-key}}"))
	}
	for name, headers := range map[string][]value.Value{"one header": many[:1], "many headers": many[1:]} {
		if got := g.denied(g.newRequest("GET", s.URL, headers...)); got != "HTTP-request-header-section-size" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Whatever a guest leaves open, nothing goes on when its instance is closed.
func TestCloseEndsExchanges(t *testing.T) {
	slow := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drip" {
			http.NewResponseController(w).Flush()
		}
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	encrypted, roots := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	before := runtime.NumGoroutine()
	for range 30 {
		gate, err := egress.New(egress.Config{RootCAs: roots, Grants: []egress.Grant{{
			Host: "127.0.0.1", Protocols: egress.HTTP | egress.HTTPS, Ports: []egress.Ports{{First: 1, Last: 65535}}, Private: true,
		}}})
		if err != nil {
			t.Fatal(err)
		}
		g := &guest{t, New(Config{Network: gate}), t.Context()}
		g.handle(g.newRequest("GET", slow.URL))
		post := g.newRequest("POST", slow.URL)
		body := g.ok(httpPkg, "[method]outgoing-request.body", post)
		g.handle(post)
		g.ok(httpPkg, "[method]outgoing-body.write", body)
		for _, u := range []string{slow.URL + "/drip", encrypted.URL} {
			incoming := g.ok(httpPkg, "[method]incoming-response.consume", g.fetch("GET", u))
			stream := g.ok(httpPkg, "[method]incoming-body.stream", incoming)
			g.ok(ioPkg, in+"read", stream, value.U64(10))
		}
		if err := g.host.Close(); err != nil {
			t.Error(err)
		}
		gate.Close()
	}
	for range 500 {
		if runtime.NumGoroutine() <= before+4 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
}

// JavaScript guests keep handles until their collector runs: what is over must
// hold nothing.
func TestHandlesThatAreKept(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })
	g := webGuest(t, egress.Config{})
	keep := func(rawURL string) value.Value {
		future := g.handle(g.newRequest("GET", rawURL))
		p := g.call(httpPkg, "[method]future-incoming-response.subscribe", future)
		g.call("wasi:io/poll", "[method]pollable.block", p)
		return g.call(httpPkg, "[method]future-incoming-response.get", future).(value.Option).Some.(value.Result).Payload
	}
	for range 100 {
		if r := keep("http://192.0.2.1/").(value.Result); !r.IsError {
			t.Fatal("a request that no grant allows has a response")
		}
		resp := keep(s.URL).(value.Result).Payload
		body := g.ok(httpPkg, "[method]incoming-response.consume", resp)
		stream := g.ok(httpPkg, "[method]incoming-body.stream", body)
		g.equal(g.ok(ioPkg, in+"blocking-read", stream, value.U64(100)), value.Bytes("hello"))
		g.fails(value.Variant{Case: "closed"}, ioPkg, in+"blocking-read", stream, value.U64(100))
	}
	if each := g.host.buffered / 100; each > 1<<10 {
		t.Errorf("%d bytes are held for each request", each)
	}
}

// A body that is written and then never sent is charged for as long as its
// message is there.
func TestBodiesThatAreKept(t *testing.T) {
	g := webGuest(t, egress.Config{})
	for _, finished := range []bool{true, false} {
		for pkg, message := range map[string]func() value.Value{
			"outgoing-request": func() value.Value { return g.newRequest("POST", "http://127.0.0.1:1/") },
			"outgoing-response": func() value.Value {
				return g.call(httpPkg, "[constructor]outgoing-response", g.ok(httpPkg, "[static]fields.from-list", value.List{}))
			},
		} {
			before := g.host.buffered
			m := message()
			body := g.ok(httpPkg, "[method]"+pkg+".body", m)
			stream := g.ok(httpPkg, "[method]outgoing-body.write", body)
			g.ok(ioPkg, out+"check-write", stream)
			g.ok(ioPkg, out+"write", stream, make(value.Bytes, WritePermit))
			g.drop(ioPkg, stream)
			if finished {
				trailers := g.ok(httpPkg, "[static]fields.from-list", value.List{entry("x-a", strings.Repeat("x", 10_000))})
				g.ok(httpPkg, "[static]outgoing-body.finish", body, some(trailers))
			} else {
				g.drop(httpPkg, body)
			}
			if held := g.host.buffered - before; held < WritePermit {
				t.Errorf("%s, finished %v: %d bytes are charged", pkg, finished, held)
			}
			g.drop(httpPkg, m)
			if held := g.host.buffered - before; held != 0 {
				t.Errorf("%s, finished %v: %d bytes are charged when it is gone", pkg, finished, held)
			}
		}
	}
}

// here is a resolver to whom every name is this machine's.
type here struct{}

func (here) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

// A connection that one request was allowed to make isn't used for another one
// that was not.
func TestConnectionsAreNotSharedAcrossGrants(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Method) })
	ports := []egress.Ports{{First: 1, Last: 65535}}
	g := webGuest(t, egress.Config{Resolver: here{}, Grants: []egress.Grant{
		{Host: "inside.example.org", Protocols: egress.HTTP, Ports: ports, Methods: []string{"GET"}, Private: true},
		{Host: "*.example.org", Protocols: egress.HTTP, Ports: ports},
	}})
	at := strings.Replace(s.URL, "127.0.0.1", "inside.example.org", 1)
	for range 2 {
		if got, _ := g.read(g.fetch("GET", at)); got != "GET" {
			t.Errorf("got %q", got)
		}
		if got := g.denied(g.newRequest("POST", at)); got != "destination-IP-prohibited" {
			t.Errorf("POST: %s", got)
		}
	}
	if got := g.denied(g.newRequest("GET", strings.Replace(at, "inside", "other", 1))); got != "destination-IP-prohibited" {
		t.Errorf("another name: %s", got)
	}
}
