//go:build guests

package http

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

// servers are the guests that answer requests.
var servers = []guest.Spec{
	{WIT: "wit", World: "server", Engine: guest.StarlingMonkey, File: "sandbox/server.js"},
	{WIT: "wit", World: "server", Engine: guest.Python, File: "sandbox/server.py"},
}

// A service is a component behind net/http.
type service struct {
	*testing.T
	*httptest.Server
	handler *hostruntime.Handler
	done    chan hostruntime.Handled
}

func serve(t *testing.T, c *hostruntime.Component, options hostruntime.HandlerOptions) *service {
	t.Helper()
	done := make(chan hostruntime.Handled, 1000)
	options.Done = func(h hostruntime.Handled) { done <- h }
	if options.Policy.Limits.WallTime == 0 {
		options.Policy.Limits.WallTime = patience
	}
	handler, err := hostruntime.NewHandler(c, options)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(handler)
	t.Cleanup(func() {
		s.Close()
		handler.Close()
	})
	return &service{t, s, handler, done}
}

// send makes a request and returns the response, its body and what became of
// the guest.
func (s *service) send(r *http.Request) (*http.Response, string, hostruntime.Handled) {
	s.Helper()
	resp, err := s.Client().Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		data = append(data, " and then an error"...)
	}
	return resp, string(data), s.handled()
}

func (s *service) handled() hostruntime.Handled {
	s.Helper()
	select {
	case h := <-s.done:
		return h
	case <-time.After(patience):
		s.Fatal("the guest goes on")
		panic("not reached")
	}
}

func (s *service) request(method, path string, body io.Reader) *http.Request {
	r, err := http.NewRequest(method, s.URL+path, body)
	if err != nil {
		s.Fatal(err)
	}
	return r
}

func TestServers(t *testing.T) {
	for _, spec := range servers {
		t.Run(spec.Engine, func(t *testing.T) {
			c := load(t, spec)
			t.Run("responses", func(t *testing.T) { testResponses(t, c) })
			t.Run("streaming", func(t *testing.T) { testStreaming(t, c) })
			t.Run("unread bodies", func(t *testing.T) { testUnreadBodies(t, c) })
			t.Run("failures", func(t *testing.T) { testFailures(t, c) })
			t.Run("writer panics", func(t *testing.T) { testWriterPanics(t, c) })
			t.Run("client leaves", func(t *testing.T) { testClientLeaves(t, c) })
			t.Run("load", func(t *testing.T) { testLoad(t, c) })
			if spec.Engine == guest.Python {
				t.Run("trailers", func(t *testing.T) { testTrailers(t, c) })
				t.Run("no response", func(t *testing.T) { testNoResponse(t, c) })
			} else {
				t.Run("fetch", func(t *testing.T) { testServerThatFetches(t, c) })
			}
		})
	}
}

func testResponses(t *testing.T, c *hostruntime.Component) {
	s := serve(t, c, hostruntime.HandlerOptions{})
	for range 2 {
		r := s.request("GET", "/hello?name=Ada", nil)
		r.Header.Add("X-Asked", "twice")
		r.Header.Add("X-Asked", "politely")
		resp, body, h := s.send(r)
		// X-Served stays 1: each request has an instance of its own.
		if resp.StatusCode != 201 || body != "hello Ada, twice, politely" || resp.Header.Get("X-Served") != "1" {
			t.Errorf("got %s %q %v", resp.Status, body, resp.Header)
		}
		if h.Err != nil || h.Report.Outcome != hostruntime.OutcomeOK {
			t.Errorf("the guest ended with %v, %q", h.Err, h.Report.Outcome)
		}
	}
	if resp, body, _ := s.send(s.request("GET", "/", nil)); resp.StatusCode != 404 || body != "nothing here" {
		t.Errorf("got %s %q", resp.Status, body)
	}
	if resp, body, h := s.send(s.request("HEAD", "/slowly", nil)); resp.StatusCode != 200 || body != "" || h.Err != nil {
		t.Errorf("HEAD: got %s %q, %v", resp.Status, body, h.Err)
	}
	big := strings.Repeat("0123456789abcdef", 1<<16)
	if _, body, h := s.send(s.request("POST", "/length", strings.NewReader(big))); body != fmt.Sprint(len(big)) || h.Err != nil {
		t.Errorf("got %q, %v", body, h.Err)
	}
	if _, body, h := s.send(s.request("POST", "/echo", strings.NewReader(big))); body != big || h.Err != nil {
		t.Errorf("an echo of %d bytes has %d, %v", len(big), len(body), h.Err)
	}
	// A body that nobody reads holds nothing up.
	if resp, _, h := s.send(s.request("POST", "/hello?name=x", strings.NewReader(big))); resp.StatusCode != 201 || h.Err != nil {
		t.Errorf("got %s, %v", resp.Status, h.Err)
	}
}

// An echo comes back while the request is still being sent.
func testStreaming(t *testing.T, c *hostruntime.Component) {
	s := serve(t, c, hostruntime.HandlerOptions{})
	from, to := io.Pipe()
	r := s.request("POST", "/echo", from)
	go io.WriteString(to, "first")
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	buf := make([]byte, 100)
	for _, word := range []string{"first", "second", "third"} {
		if word != "first" {
			go io.WriteString(to, word)
		}
		n, err := io.ReadFull(resp.Body, buf[:len(word)])
		if err != nil || string(buf[:n]) != word {
			t.Fatalf("got %q, %v, want %q", buf[:n], err, word)
		}
	}
	to.Close()
	if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) > 0 {
		t.Errorf("the end is %q, %v", rest, err)
	}
	if h := s.handled(); h.Err != nil {
		t.Error(h.Err)
	}
	if _, body, _ := s.send(s.request("GET", "/slowly", nil)); strings.Count(body, ";") != 20 {
		t.Errorf("got %q", body)
	}
}

// A guest that doesn't read its request leaves the connection as it should be:
// net/http used to panic there.
func testUnreadBodies(t *testing.T, c *hostruntime.Component) {
	handler, err := hostruntime.NewHandler(c, hostruntime.HandlerOptions{Policy: hostruntime.Policy{Limits: hostruntime.Limits{WallTime: patience}}})
	if err != nil {
		t.Fatal(err)
	}
	defer handler.Close()
	var complaints strings.Builder
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(&complaints, "", 0)
	server.Start()
	for _, path := range []string{"/hello?name=x", "/throw", "/hello?name=x"} {
		resp, err := server.Client().Post(server.URL+path, "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		resp.Body.Close()
	}
	server.Close()
	if complaints.Len() > 0 {
		t.Errorf("the server said %s", complaints.String())
	}
}

// Whatever becomes of the guest, the client learns nothing but that it failed.
func testFailures(t *testing.T, c *hostruntime.Component) {
	s := serve(t, c, hostruntime.HandlerOptions{Policy: hostruntime.Policy{Limits: hostruntime.Limits{WallTime: 500 * time.Millisecond}}})
	resp, body, h := s.send(s.request("GET", "/spin", nil))
	if _, ok := errors.AsType[*hostruntime.LimitError](h.Err); resp.StatusCode != 500 || !ok {
		t.Errorf("a guest that spins: %s %q, %v", resp.Status, body, h.Err)
	}
	resp, body, h = s.send(s.request("GET", "/throw", nil))
	if resp.StatusCode/100 != 5 || strings.Contains(body, "client") {
		t.Errorf("a guest that throws: %s %q, %v", resp.Status, body, h.Err)
	}
	// The next one is unharmed.
	if _, body, h := s.send(s.request("GET", "/hello?name=x", nil)); !strings.HasPrefix(body, "hello x") || h.Err != nil {
		t.Errorf("afterwards: %q, %v", body, h.Err)
	}
}

// panics is a ResponseWriter of other code's that gives up.
type panics struct{ http.ResponseWriter }

func (panics) Write([]byte) (int, error) { panic(http.ErrAbortHandler) }

// testWriterPanics: the end of such a request is told too.
func testWriterPanics(t *testing.T, c *hostruntime.Component) {
	s := serve(t, c, hostruntime.HandlerOptions{})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic, want the writer's")
			}
		}()
		s.handler.ServeHTTP(panics{httptest.NewRecorder()}, httptest.NewRequest("GET", "/hello?name=Ada", nil))
	}()
	s.handled()
}

func testClientLeaves(t *testing.T, c *hostruntime.Component) {
	s := serve(t, c, hostruntime.HandlerOptions{})
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(200*time.Millisecond, cancel)
	if _, err := s.Client().Do(s.request("GET", "/spin", nil).WithContext(ctx)); err == nil {
		t.Error("there is a response")
	}
	if h := s.handled(); !errors.Is(h.Err, context.Canceled) {
		t.Errorf("the guest ended with %v", h.Err)
	}
	// Closing ends guests too.
	answered := make(chan int, 1)
	go func() {
		resp, err := s.Client().Do(s.request("GET", "/spin", nil))
		if err != nil {
			answered <- 0
			return
		}
		resp.Body.Close()
		answered <- resp.StatusCode
	}()
	time.Sleep(200 * time.Millisecond)
	s.handler.Close()
	if status := <-answered; status != 500 && status != 503 {
		t.Errorf("a request that was ended by Close has status %d", status)
	}
	if resp, _, _ := (&service{s.T, s.Server, s.handler, refill(s.done)}).send(s.request("GET", "/hello", nil)); resp.StatusCode != 503 {
		t.Errorf("after Close: %s", resp.Status)
	}
}

// refill returns a channel from which something can be received at once.
func refill(done chan hostruntime.Handled) chan hostruntime.Handled {
	for len(done) > 0 {
		<-done
	}
	return done
}

func testLoad(t *testing.T, c *hostruntime.Component) {
	s := serve(t, c, hostruntime.HandlerOptions{MaxConcurrent: 4})
	before := runtime.NumGoroutine()
	var wg sync.WaitGroup
	const clients, each = 8, 5
	for n := range clients {
		wg.Go(func() {
			for m := range each {
				body := fmt.Sprintf("%d-%d", n, m)
				resp, err := s.Client().Post(s.URL+"/echo", "text/plain", strings.NewReader(strings.Repeat(body, 1000)))
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || !bytes.Equal(got, []byte(strings.Repeat(body, 1000))) {
					t.Errorf("%s: %d bytes, %v", body, len(got), err)
				}
			}
		})
	}
	wg.Wait()
	for range clients * each {
		if h := s.handled(); h.Err != nil {
			t.Error(h.Err)
		}
	}
	s.Client().CloseIdleConnections()
	for range 500 {
		if runtime.NumGoroutine() <= before+2 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func testTrailers(t *testing.T, c *hostruntime.Component) {
	s := serve(t, c, hostruntime.HandlerOptions{})
	r := s.request("POST", "/trailers", io.MultiReader(strings.NewReader("body"))) // without a length
	r.Trailer = http.Header{"X-End": {"sent"}}
	resp, body, h := s.send(r)
	if body != "see below" || resp.Trailer.Get("X-End") != "sent" || h.Err != nil {
		t.Errorf("got %q, trailers %v, %v", body, resp.Trailer, h.Err)
	}
}

func testNoResponse(t *testing.T, c *hostruntime.Component) {
	s := serve(t, c, hostruntime.HandlerOptions{})
	if resp, body, h := s.send(s.request("GET", "/silent", nil)); resp.StatusCode != 500 || !errors.Is(h.Err, hostruntime.ErrNoResponse) {
		t.Errorf("no response: %s %q, %v", resp.Status, body, h.Err)
	}
	if resp, body, h := s.send(s.request("GET", "/error", nil)); resp.StatusCode != 502 || h.Err == nil || strings.Contains(body, "loop") {
		t.Errorf("an error-code: %s %q, %v", resp.Status, body, h.Err)
	}
	_, body, h := s.send(s.request("GET", "/cut", nil))
	if _, ok := errors.AsType[*hostruntime.Trap](h.Err); body != "the beginning and then an error" || !ok {
		t.Errorf("a response that breaks off: %q, %v", body, h.Err)
	}
}

func testServerThatFetches(t *testing.T, c *hostruntime.Component) {
	origin := site(t)
	s := serve(t, c, hostruntime.HandlerOptions{Choose: func(r *http.Request) (hostruntime.Policy, []hostruntime.Imports, error) {
		if r.Header.Get("X-Trusted") == "" {
			return hostruntime.Policy{}, nil, nil
		}
		return allow(t, origin.URL, hostruntime.NetworkLimits{}), nil, nil
	}})
	path := "/get?url=" + url.QueryEscape(origin.URL+"/hello")
	r := s.request("GET", path, nil)
	r.Header.Set("X-Trusted", "yes")
	if resp, body, h := s.send(r); body != "hello" || resp.Header.Get("X-Served-By") != "Go" || h.Err != nil {
		t.Errorf("got %s %q, %v", resp.Status, body, h.Err)
	}
	if resp, body, _ := s.send(s.request("GET", path, nil)); resp.StatusCode/100 != 5 {
		t.Errorf("without a grant: %s %q", resp.Status, body)
	}
}
