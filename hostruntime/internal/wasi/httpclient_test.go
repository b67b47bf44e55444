package wasi

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

func TestFetch(t *testing.T) {
	handler := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		w.Header().Add("X-Many", "1")
		w.Header().Add("X-Many", "2")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s %s %q %q", r.Proto, r.Method, r.RequestURI, r.Header["X-Asked"], r.Header["User-Agent"])
		w.Header().Set("X-Sum", "42")
	}
	plain := serve(t, handler)
	encrypted, roots := serveTLS(t, handler)
	for proto, s := range map[string]*httptest.Server{"HTTP/1.1": plain, "HTTP/2.0": encrypted} {
		t.Run(proto, func(t *testing.T) {
			g := webGuest(t, egress.Config{RootCAs: roots})
			for range 3 {
				resp := g.fetch("GET", s.URL+"//a%2Fb?q=%zz", entry("X-Asked", "yes"))
				g.equal(g.call(httpPkg, "[method]incoming-response.status", resp), value.U16(http.StatusTeapot))
				headers := g.call(httpPkg, "[method]incoming-response.headers", resp)
				g.equal(g.call(httpPkg, "[method]fields.get", headers, value.String("X-MANY")), value.List{value.Bytes("1"), value.Bytes("2")})
				g.fails(value.Variant{Case: "immutable"}, httpPkg, "[method]fields.delete", headers, value.String("x-many"))
				g.drop(httpPkg, headers)
				body, trailers := g.read(resp)
				if want := proto + ` GET //a%2Fb?q=%zz ["yes"] []`; body != want {
					t.Errorf("the server saw %s, want %s", body, want)
				}
				g.equal(trailers, value.List{entry("x-sum", "42")})
				g.clean()
			}
			records := g.host.config.Network.Take().Records
			if len(records) != 3 || records[2].Status != http.StatusTeapot || records[2].Received == 0 || records[2].Sent == 0 ||
				!records[2].Addr.IsLoopback() || records[2].Duration == 0 {
				t.Errorf("the records are %+v", records)
			}
		})
	}
}

func TestUpload(t *testing.T) {
	handler := func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%d %v %d %q", len(data), err, r.ContentLength, r.Trailer["X-End"])
	}
	plain := serve(t, handler)
	encrypted, roots := serveTLS(t, handler)
	big := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	for name, s := range map[string]*httptest.Server{"HTTP1": plain, "HTTP2": encrypted} {
		for _, announce := range []bool{false, true} {
			t.Run(fmt.Sprint(name, announce), func(t *testing.T) {
				g := webGuest(t, egress.Config{RootCAs: roots})
				var headers []value.Value
				if announce {
					headers = append(headers, entry("Trailer", "X-End, Content-Length"))
				}
				r := g.newRequest("POST", s.URL, headers...)
				body := g.ok(httpPkg, "[method]outgoing-request.body", r)
				future := g.handle(r)
				fields := g.ok(httpPkg, "[static]fields.from-list", value.List{entry("X-End", "done"), entry("content-length", "3")})
				g.equal(g.upload(body, big, value.Option{Some: fields}), value.Result{})
				resp, code := g.await(future)
				if code != nil {
					t.Fatal(code)
				}
				want := `["done"]`
				if name == "HTTP2" && !announce {
					want = `[]` // net/http's server takes no others
				}
				if got, _ := g.read(resp); got != fmt.Sprintf(`%d <nil> -1 %s`, len(big), want) {
					t.Errorf("the server saw %s", got)
				}
				g.clean()
			})
		}
		t.Run(name+" finished first", func(t *testing.T) {
			g := webGuest(t, egress.Config{RootCAs: roots})
			r := g.newRequest("PUT", s.URL)
			body := g.ok(httpPkg, "[method]outgoing-request.body", r)
			g.equal(g.upload(body, []byte("hello"), value.Option{}), value.Result{})
			resp, _ := g.await(g.handle(r))
			if got, _ := g.read(resp); got != `5 <nil> 5 []` {
				t.Errorf("the server saw %s", got)
			}
		})
	}
}

func TestContentLength(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		fmt.Fprint(w, len(data), " ", err, " ", r.ContentLength)
	})
	g := webGuest(t, egress.Config{})
	exact := g.newRequest("POST", s.URL, entry("Content-Length", "5"))
	body := g.ok(httpPkg, "[method]outgoing-request.body", exact)
	future := g.handle(exact)
	g.equal(g.upload(body, []byte("12345"), value.Option{}), value.Result{})
	resp, _ := g.await(future)
	if got, _ := g.read(resp); got != "5 <nil> 5" {
		t.Errorf("the server saw %s", got)
	}

	short := g.newRequest("POST", s.URL, entry("Content-Length", "6"))
	body = g.ok(httpPkg, "[method]outgoing-request.body", short)
	future = g.handle(short)
	g.equal(g.upload(body, []byte("12345"), value.Option{}),
		value.Result{IsError: true, Payload: value.Variant{Case: "HTTP-request-body-size", Payload: some(value.U64(5))}})
	if _, code := g.await(future); code == nil {
		t.Error("a request that was cut short has a response")
	}

	long := g.newRequest("POST", s.URL, entry("Content-Length", "4"))
	body = g.ok(httpPkg, "[method]outgoing-request.body", long)
	future = g.handle(long)
	stream := g.ok(httpPkg, "[method]outgoing-body.write", body)
	failed := g.call(ioPkg, out+"blocking-write-and-flush", stream, value.Bytes("12345")).(value.Result)
	if code := g.httpCode(failed.Payload.(value.Variant)); code != "HTTP-request-body-size" {
		t.Errorf("the write failed with %s", code)
	}
	g.drop(ioPkg, stream)
	g.drop(httpPkg, body)
	if _, code := g.await(future); code == nil {
		t.Error("a request with too much body has a response")
	}

	if code := g.denied(g.newRequest("POST", s.URL, entry("Content-Length", "4"))); code != "HTTP-request-body-size" {
		t.Errorf("a request that lacks its body: %s", code)
	}
	two := g.newRequest("POST", s.URL, entry("Content-Length", "4"), entry("content-length", "5"))
	g.fails(nil, httpPkg, "[method]outgoing-request.body", two)
	g.drop(httpPkg, two)
	for _, bad := range []string{"", "+5", "-1", "5 ", "0x5", "99999999999999999999"} {
		g.fails(value.Variant{Case: "invalid-syntax"}, httpPkg, "[static]fields.from-list", value.List{entry("content-length", bad)})
	}
	g.clean()
}

// A body that the guest drops unfinished is not a shorter one.
func TestUnfinishedBody(t *testing.T) {
	seen := make(chan error, 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		seen <- err
	})
	g := webGuest(t, egress.Config{})
	r := g.newRequest("POST", s.URL)
	body := g.ok(httpPkg, "[method]outgoing-request.body", r)
	future := g.handle(r)
	stream := g.ok(httpPkg, "[method]outgoing-body.write", body)
	g.ok(ioPkg, out+"blocking-write-and-flush", stream, value.Bytes("beginning"))
	g.drop(ioPkg, stream)
	g.drop(httpPkg, body)
	if _, code := g.await(future); code == nil {
		t.Error("a request whose body broke off has a response")
	}
	if err := <-seen; err == nil {
		t.Error("the server took the body for whole")
	}
	g.clean()
}

func TestStreaming(t *testing.T) {
	more := make(chan string)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		http.NewResponseController(w).Flush()
		buf := make([]byte, 100)
		for {
			n, err := r.Body.Read(buf)
			if n > 0 {
				more <- string(buf[:n])
				w.Write(bytes.ToUpper(buf[:n]))
				http.NewResponseController(w).Flush()
			}
			if err != nil {
				return
			}
		}
	})
	g := webGuest(t, egress.Config{})
	r := g.newRequest("POST", s.URL)
	body := g.ok(httpPkg, "[method]outgoing-request.body", r)
	future := g.handle(r)
	to := g.ok(httpPkg, "[method]outgoing-body.write", body)
	resp, code := g.await(future)
	if code != nil {
		t.Fatal(code)
	}
	incoming := g.ok(httpPkg, "[method]incoming-response.consume", resp)
	from := g.ok(httpPkg, "[method]incoming-body.stream", incoming)
	for _, word := range []string{"one", "two", "three"} {
		g.ok(ioPkg, out+"blocking-write-and-flush", to, value.Bytes(word))
		if got := <-more; got != word {
			t.Errorf("the server received %q, want %q", got, word)
		}
		g.equal(g.ok(ioPkg, in+"blocking-read", from, value.U64(100)), value.Bytes(strings.ToUpper(word)))
	}
	if err := g.tryDrop(httpPkg, body); err == nil {
		t.Error("a body was dropped before its stream")
	}
	if err := g.traps(httpPkg, "[static]incoming-body.finish", incoming); !strings.Contains(err.Error(), "before") {
		t.Error(err)
	}
	g.drop(ioPkg, to)
	g.ok(httpPkg, "[static]outgoing-body.finish", body, value.Option{})
	g.fails(value.Variant{Case: "closed"}, ioPkg, in+"blocking-read", from, value.U64(100))
	g.drop(ioPkg, from)
	g.equal(g.finish(incoming), nil)
	g.drop(httpPkg, resp)
	g.clean()
}

// What is left of a body is read for the trailers.
func TestTrailersOfAnUnreadBody(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Write(make([]byte, 1<<20))
		w.Header().Set(http.TrailerPrefix+"X-End", "yes")
	})
	g := webGuest(t, egress.Config{})
	resp := g.fetch("GET", s.URL)
	body := g.ok(httpPkg, "[method]incoming-response.consume", resp)
	g.drop(httpPkg, resp)
	g.equal(g.finish(body), value.List{entry("x-end", "yes")})
	g.clean()
}

func TestHTTPErrors(t *testing.T) {
	// raw answers every connection with the same bytes.
	raw := func(answer string) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				conn.Read(make([]byte, 4096))
				io.WriteString(conn, answer)
				conn.Close()
			}
		}()
		return "http://" + l.Addr().String()
	}
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	untrusted, _ := serveTLS(t, func(http.ResponseWriter, *http.Request) {})
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	for _, row := range []struct{ name, url, want string }{
		{"refused", "http://" + nobody.Addr().String(), "connection-refused"},
		{"no answer", raw(""), "connection-terminated"},
		{"not HTTP", raw("SSH-2.0-OpenSSH\r\n"), "HTTP-protocol-error"},
		{"half a header", raw("HTTP/1.1 200 OK\r\nX-Half: a"), "connection-terminated"},
		{"an upgrade", raw("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"), "HTTP-upgrade-failed"},
		{"huge headers", raw("HTTP/1.1 200 OK\r\nX-Huge: " + strings.Repeat("x", MaxFieldsBytes) + "\r\n\r\n"), "HTTP-response-header-section-size"},
		{"many headers", raw("HTTP/1.1 200 OK\r\n" + strings.Repeat("x: y\r\n", 10_000) + "\r\n"), "HTTP-response-header-section-size"},
		{"transfer coding", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"), "HTTP-response-transfer-coding"},
		{"certificate", untrusted.URL, "TLS-certificate-error"},
		{"no TLS", strings.Replace(plain.URL, "http:", "https:", 1), "TLS-protocol-error"},
		{"private", "http://10.0.0.1", "HTTP-request-denied"},
		{"another name", "http://localhost:80", "HTTP-request-denied"},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := webGuest(t, egress.Config{})
			if got := g.denied(g.newRequest("GET", row.url)); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
			g.clean()
		})
	}
}

func TestBodyErrors(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/length" {
			w.Header().Set("Content-Length", "100")
		}
		w.Write([]byte("beginning"))
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	for _, path := range []string{"/length", "/chunked"} {
		g := webGuest(t, egress.Config{})
		resp := g.fetch("GET", s.URL+path)
		body := g.ok(httpPkg, "[method]incoming-response.consume", resp)
		stream := g.ok(httpPkg, "[method]incoming-body.stream", body)
		g.equal(g.ok(ioPkg, in+"blocking-read", stream, value.U64(100)), value.Bytes("beginning"))
		failed := g.call(ioPkg, in+"blocking-read", stream, value.U64(100)).(value.Result)
		if code := g.httpCode(failed.Payload.(value.Variant)); code != "HTTP-response-incomplete" {
			t.Errorf("%s: got %s", path, code)
		}
		g.drop(ioPkg, stream)
		g.drop(httpPkg, body)
		g.drop(httpPkg, resp)
		g.clean()
	}
}

func TestRequestsThatAreNone(t *testing.T) {
	g := webGuest(t, egress.Config{})
	set := func(part string, v value.Value) value.Value {
		r := g.newRequest("GET", "http://127.0.0.1:1/")
		g.ok(httpPkg, "[method]outgoing-request.set-"+part, r, v)
		return r
	}
	other := func(name string) value.Value { return value.Variant{Case: "other", Payload: value.String(name)} }
	for want, requests := range map[string][]value.Value{
		"HTTP-request-URI-invalid": {
			set("authority", value.Option{}), set("scheme", some(other("ftp"))), set("authority", some(value.String("user@127.0.0.1:1"))),
			set("path-with-query", some(value.String("http://127.0.0.1:2/"))), set("path-with-query", some(value.String("*"))),
			set("path-with-query", some(value.String("/%zz"))),
		},
		"HTTP-request-method-invalid": {set("method", value.Variant{Case: "connect"}), set("method", other("CONNECT"))},
		"HTTP-request-denied":         {set("authority", some(value.String("127.1"))), set("authority", some(value.String("2130706433")))},
	} {
		for n, r := range requests {
			if got := g.denied(r); got != want {
				t.Errorf("request %d: got %s, want %s", n, got, want)
			}
		}
	}
	if n := g.host.config.Network.Take().Requests; n != 0 {
		t.Errorf("%d requests were counted", n)
	}
	g.clean()
}

// Redirects are the guest's to follow, and each is checked.
func TestRedirectIsNotFollowed(t *testing.T) {
	secret := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, secret.URL, http.StatusFound) })
	u, _ := url.Parse(s.URL)
	var port uint16
	fmt.Sscan(u.Port(), &port)
	g := webGuest(t, egress.Config{Grants: []egress.Grant{{
		Host: "127.0.0.1", Protocols: egress.HTTP, Ports: []egress.Ports{{First: port, Last: port}}, Private: true,
	}}})
	resp := g.fetch("GET", s.URL)
	g.equal(g.call(httpPkg, "[method]incoming-response.status", resp), value.U16(http.StatusFound))
	headers := g.call(httpPkg, "[method]incoming-response.headers", resp)
	to := g.call(httpPkg, "[method]fields.get", headers, value.String("location")).(value.List)[0].(value.Bytes)
	g.drop(httpPkg, headers)
	g.drop(httpPkg, resp)
	if got := g.denied(g.newRequest("GET", string(to))); got != "HTTP-request-denied" {
		t.Errorf("the second request: %s", got)
	}
	if denied := g.host.config.Network.Take().Denied; denied != 1 {
		t.Errorf("%d denials are recorded", denied)
	}
}

func TestNothingIsDecompressed(t *testing.T) {
	const packed = "\x1f\x8b\x08not really gzip"
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if e := r.Header.Get("Accept-Encoding"); e != "" && e != "gzip" {
			t.Errorf("Accept-Encoding is %q", e)
		}
		w.Header().Set("Content-Encoding", "gzip")
		io.WriteString(w, packed)
	})
	g := webGuest(t, egress.Config{})
	for _, headers := range [][]value.Value{nil, {entry("accept-encoding", "gzip")}} {
		if got, _ := g.read(g.fetch("GET", s.URL, headers...)); got != packed {
			t.Errorf("the body is %q", got)
		}
	}
}

func TestProxyOfTheHostIsNotUsed(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "direct") })
	g := webGuest(t, egress.Config{})
	if got, _ := g.read(g.fetch("GET", s.URL)); got != "direct" {
		t.Error(got)
	}
}
