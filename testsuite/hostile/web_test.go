//go:build guests

package hostile

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// TestWeb has guests attack through the network, and servers attack them.
func TestWeb(t *testing.T) {
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(t.Context()) })
	bystander := newBystander(t, rt)
	for _, g := range []struct {
		guest.Spec
		attacks []webAttack
	}{
		{guest.Spec{World: "client", Engine: guest.Python, File: "sandbox/web.py"}, webAttacks},
		{guest.Spec{World: "web", Engine: guest.StarlingMonkey, File: "sandbox/web.js"}, fetchAttacks},
	} {
		g.WIT = "../http/wit"
		c, err := rt.LoadFile(t.Context(), guest.Build(t, g.Spec))
		if err != nil {
			t.Fatal(err)
		}
		attackWeb(t, rt, bystander, c, g.attacks)
	}
}

// attackWeb has one guest make its attacks.
func attackWeb(t *testing.T, rt *hostruntime.Runtime, bystander *bystander, c *hostruntime.Component, attacks []webAttack) {
	for _, w := range attacks {
		t.Run(w.name, func(t *testing.T) {
			s := newWebServer(t)
			a := attack{loaded: c, call: "act", args: []value.Value{value.String(w.name), value.String(s.URL)}, want: w.want}
			a.network = w.network(t, s.URL)
			a.limits.MemoryBytes = 96 << 20
			switch w.want {
			case onTime:
				a.limits.WallTime = 300 * time.Millisecond
			case onRequestTime:
				a.network.Limits.RequestTime = 300 * time.Millisecond
			}
			a.before = s.silence
			a.run(t, rt, bystander)
		})
	}
}

func (w webAttack) network(t *testing.T, server string) hostruntime.Network {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	text := "http://" + u.Host + "+private"
	switch {
	case w.public:
		text = "http+tcp://*:*"
	case w.raw:
		text = "tcp://" + u.Host + "+private"
	}
	grant, err := hostruntime.ParseNetworkGrant(text)
	if err != nil {
		t.Fatal(err)
	}
	return hostruntime.Network{Allow: []hostruntime.NetworkGrant{grant}, Limits: fewOnWeb, Resolver: &changing{}}
}

// changing resolves "changes.example" to an address of the internet once, which
// guests look up and don't connect to, and to this machine from then on; all
// other names to this machine at once.
type changing struct{ asked atomic.Bool }

func (c *changing) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if host == "changes.example" && !c.asked.Swap(true) {
		return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
	}
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

// A webServer is what guests may reach, and beside it one that they may not.
type webServer struct {
	*httptest.Server
	elsewhere *httptest.Server
}

// silence ends what the servers still do for a guest that has ended.
func (s *webServer) silence() {
	s.CloseClientConnections()
	s.elsewhere.CloseClientConnections()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
}

func newWebServer(t *testing.T) *webServer {
	t.Helper()
	s := &webServer{elsewhere: httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a server was reached that no grant names")
	}))}
	mux := http.NewServeMux()
	for path, handle := range map[string]http.HandlerFunc{
		"/small":            func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") },
		"/never":            func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"/upload":           func(_ http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) },
		"/redirect":         http.RedirectHandler(s.elsewhere.URL+"/small", http.StatusFound).ServeHTTP,
		"/circle":           http.RedirectHandler("/circle", http.StatusFound).ServeHTTP,
		"/redirect-to-file": http.RedirectHandler("file:///etc/passwd", http.StatusFound).ServeHTTP,
		"/bomb":             func(w http.ResponseWriter, _ *http.Request) { w.Write(bomb()) },
		"/endless":          repeated("HTTP/1.1 200 OK\r\n\r\n", string(make([]byte, 64<<10)), 0),
		"/drip":             repeated("HTTP/1.1 200 OK\r\n\r\n", ".", 10*time.Millisecond),
		"/slow-head":        repeated("HTTP/1.1 200 OK\r\nx-slow: ", ".", 10*time.Millisecond),
		"/endless-head":     repeated("HTTP/1.1 200 OK\r\nx-long: ", string(bytes.Repeat([]byte("x"), 64<<10)), 0),
		"/lies": func(w http.ResponseWriter, r *http.Request) {
			hijacked(w, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\nshort").Close()
		},
	} {
		mux.HandleFunc(path, handle)
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Injected") != "" || r.URL.Path == "/injected" {
			t.Error("a request has what the guest injected")
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		s.silence()
		s.Close()
		s.elsewhere.Close()
	})
	return s
}

// hijacked returns the connection of a request, after text was sent on it.
func hijacked(w http.ResponseWriter, text string) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	io.WriteString(conn, text)
	return conn
}

// repeated answers with first, and then with text, at a distance, until nobody
// listens.
func repeated(first, text string, pause time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn := hijacked(w, first)
		defer conn.Close()
		for {
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
			time.Sleep(pause)
		}
	}
}

// bomb returns some hundred kilobytes that unpack to 256 MiB.
var bomb = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	for range 256 {
		z.Write(make([]byte, 1<<20))
	}
	z.Close()
	if out.Len() > 1<<20 {
		panic(strconv.Itoa(out.Len()) + " bytes are more than the guest may receive")
	}
	return out.Bytes()
})
