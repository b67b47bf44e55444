//go:build guests

// Package http has real guests use the web: as its clients, through what their
// languages have for it, and as its servers.
package http

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// patience is how long a guest may take: a bound for what hangs, and no
// measure of speed.
const patience = time.Minute

// load builds a guest and loads it.
func load(t *testing.T, spec guest.Spec) *hostruntime.Component {
	t.Helper()
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })
	c, err := rt.LoadFile(ctx, guest.Build(t, spec))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// allow returns the policy of a guest that may reach one test server.
func allow(t *testing.T, server string, limits hostruntime.NetworkLimits) hostruntime.Policy {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	return hostruntime.Policy{
		Limits: hostruntime.Limits{WallTime: patience},
		Network: hostruntime.Network{
			Allow: []hostruntime.NetworkGrant{{
				Host: u.Hostname(), Ports: []hostruntime.PortRange{{First: uint16(port), Last: uint16(port)}},
				Protocols: []string{u.Scheme}, Private: true,
			}},
			Limits: limits,
		},
	}
}

// act has a fresh instance act.
func act(t *testing.T, c *hostruntime.Component, p hostruntime.Policy, what, url string) (string, hostruntime.Report, error) {
	t.Helper()
	ctx := context.Background()
	in, err := c.Instantiate(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close(ctx)
	var report hostruntime.Report
	v, err := in.Call(hostruntime.WithReport(ctx, &report), "act", value.String(what), value.String(url))
	if err != nil {
		return "", report, err
	}
	return string(v.(value.String)), report, nil
}

// site is a server with something for every action.
func site(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Served-By", "Go")
		io.WriteString(w, "hello")
	})
	mux.HandleFunc("/pieces", func(w http.ResponseWriter, r *http.Request) {
		for range 50 {
			w.Write(make([]byte, 10_000))
			http.NewResponseController(w).Flush()
			time.Sleep(time.Millisecond)
		}
	})
	mux.HandleFunc("/upload", func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%d pieces, %v", strings.Count(string(data), ";"), err)
	})
	mux.HandleFunc("/trailers", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Trailer", "X-End")
		io.WriteString(w, "see below")
		w.Header().Set("X-End", r.Trailer.Get("X-End"))
	})
	mux.HandleFunc("/drip", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			io.WriteString(w, ".")
			http.NewResponseController(w).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	})
	mux.HandleFunc("/packed", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(packed())
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// clients are the guests that use the web, and what they are told of a request
// that is refused.
var clients = []struct {
	engine, world, file, refused string
	actions                      []action
}{
	{guest.StarlingMonkey, "web", "sandbox/client.js", "refused", nil},
	{guest.Python, "client", "sandbox/client.py", "ErrorCode_HttpRequestDenied", []action{{"trailers", "/trailers", "sent"}}},
}

type action struct{ what, path, want string }

// actions are what every client does.
var actions = []action{
	{"get", "/hello", "200 Go hello"},
	{"stream", "/pieces", "500000"},
	{"upload", "/upload", "1000 pieces, <nil>"},
	{"try", "/hello", "allowed"},
}

func errorAs[E error](err error) E {
	e, _ := errors.AsType[E](err)
	return e
}

// packed returns 16 MiB in the form that gzip gives them.
func packed() []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(make([]byte, 16<<20))
	z.Close()
	return out.Bytes()
}

func TestClients(t *testing.T) {
	for _, client := range clients {
		t.Run(client.engine, func(t *testing.T) {
			c := load(t, guest.Spec{WIT: "wit", World: client.world, Engine: client.engine, File: client.file})
			if _, err := hostruntime.NewHandler(c, hostruntime.HandlerOptions{}); errorAs[*hostruntime.LinkError](err) == nil {
				t.Errorf("a handler of a component that has none: %v", err)
			}
			s := site(t)
			for _, a := range append(actions, client.actions...) {
				t.Run(a.what, func(t *testing.T) { testAction(t, c, s.URL, a) })
			}
			for name, policy := range map[string]hostruntime.Policy{
				"without a network":   {},
				"without its own one": allow(t, "http://127.0.0.1:1", hostruntime.NetworkLimits{}),
			} {
				t.Run("try "+name, func(t *testing.T) {
					got, _, err := act(t, c, policy, "try", s.URL+"/hello")
					if err != nil || got != client.refused {
						t.Errorf("got %q, %v", got, err)
					}
				})
			}
			t.Run("packed", func(t *testing.T) {
				testAction(t, c, s.URL, action{"stream", "/packed", fmt.Sprint(len(packed()))})
			})
			t.Run("redirect", func(t *testing.T) { testRedirect(t, c) })
			t.Run("limits", func(t *testing.T) { testLimits(t, c, s.URL) })
		})
	}
}

func testAction(t *testing.T, c *hostruntime.Component, server string, a action) {
	got, report, err := act(t, c, allow(t, server, hostruntime.NetworkLimits{}), a.what, server+a.path)
	if err != nil || got != a.want {
		t.Errorf("got %q, %v, want %q", got, err, a.want)
	}
	if n := report.Network.Records; len(n) != 1 || n[0].Status != http.StatusOK {
		t.Errorf("the report has %+v", n)
	}
}

// Who is sent elsewhere by a server that may be reached is not there yet.
func testRedirect(t *testing.T, c *hostruntime.Component) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a server was reached that no grant names")
	}))
	defer elsewhere.Close()
	s := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	defer s.Close()
	_, report, err := act(t, c, allow(t, s.URL, hostruntime.NetworkLimits{}), "try", s.URL)
	if err != nil || len(report.Network.Records) == 0 || report.Network.Records[0].Status != http.StatusFound {
		t.Errorf("%v, the report has %+v", err, report.Network.Records)
	}
}

func testLimits(t *testing.T, c *hostruntime.Component, server string) {
	for _, row := range []struct {
		what, path, limit string
		limits            hostruntime.NetworkLimits
	}{
		{"endless download", "/endless", hostruntime.LimitReceivedBytes, hostruntime.NetworkLimits{ReceivedBytes: 1 << 20}},
		{"endless download", "/drip", hostruntime.LimitRequestTime, hostruntime.NetworkLimits{RequestTime: 300 * time.Millisecond}},
		{"endless requests", "/hello", hostruntime.LimitRequests, hostruntime.NetworkLimits{Requests: 50}},
	} {
		t.Run(row.limit, func(t *testing.T) {
			_, report, err := act(t, c, allow(t, server, row.limits), row.what, server+row.path)
			if e, ok := errors.AsType[*hostruntime.LimitError](err); !ok || e.Limit != row.limit {
				t.Errorf("got %v, want the limit on %s", err, row.limit)
			}
			if report.Outcome != hostruntime.OutcomeNetwork {
				t.Errorf("the outcome is %q", report.Outcome)
			}
		})
	}
}
