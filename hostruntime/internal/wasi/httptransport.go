package wasi

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
)

const (
	// http2Buffer is what net/http keeps at most of a body that comes over
	// HTTP/2, ahead of who reads it.
	http2Buffer = 64 << 10
	// maxIdleConns and idleTime bound the connections that wait for another
	// request to the same host.
	maxIdleConns = 8
	idleTime     = 30 * time.Second
)

// An httpClient is what sends the requests of one instance. Its connections
// are the instance's own: none is used under another one's policy.
type httpClient struct {
	gate *egress.Gate
	// public has the connections of requests that may only go to public
	// addresses, private those of the others: a grant can be for some methods
	// only, and net/http doesn't ask before it uses a connection again.
	public, private http.Transport

	mu     sync.Mutex
	conns  map[*countedConn]struct{}
	closed bool
}

func newHTTPClient(gate *egress.Gate) *httpClient {
	c := &httpClient{gate: gate, conns: map[*countedConn]struct{}{}}
	c.setUp(&c.public, false)
	c.setUp(&c.private, true)
	return c
}

// setUp prepares a transport.
func (c *httpClient) setUp(t *http.Transport, private bool) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	*t = http.Transport{
		// No proxy from the host's environment, and no decompression: what is
		// counted is what the guest gets.
		Proxy:              nil,
		DisableCompression: true,
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			return c.dial(ctx, address, private)
		},
		TLSClientConfig: &tls.Config{RootCAs: c.gate.RootCAs(), MinVersion: tls.VersionTLS12},
		Protocols:       protocols,
		HTTP2: &http.HTTP2Config{
			MaxReceiveBufferPerStream:     http2Buffer,
			MaxReceiveBufferPerConnection: http2Buffer * maxIdleConns,
		},
		MaxIdleConns:           maxIdleConns,
		MaxIdleConnsPerHost:    maxIdleConns,
		IdleConnTimeout:        idleTime,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: MaxFieldsBytes,
	}
}

// roundTrip sends a request that flow allows.
func (c *httpClient) roundTrip(r *http.Request, flow *egress.Flow) (*http.Response, error) {
	if flow.Private() {
		return c.private.RoundTrip(r)
	}
	return c.public.RoundTrip(r)
}

// schemeKey is the key under which a request's context has its protocol.
type schemeKey struct{}

// dial connects to an address of the host that the gate allows. net/http asks
// for a connection once for each scheme, host and port.
func (c *httpClient) dial(ctx context.Context, address string, private bool) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, err
	}
	scheme, _ := ctx.Value(schemeKey{}).(egress.Protocols)
	conn, err := c.gate.Dial(ctx, scheme, host, uint16(number), private)
	if err != nil {
		return nil, err
	}
	counted := &countedConn{Conn: conn, client: c}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	c.conns[counted] = struct{}{}
	return counted, nil
}

// close ends all connections, those in use too.
func (c *httpClient) close() {
	c.public.CloseIdleConnections()
	c.private.CloseIdleConnections()
	c.mu.Lock()
	c.closed = true
	open := c.conns
	c.conns = nil
	c.mu.Unlock()
	for conn := range open {
		_ = conn.Conn.Close()
	}
}

// A countedConn is a connection that its client knows of.
type countedConn struct {
	net.Conn
	client *httpClient
}

// Close closes the connection.
func (c *countedConn) Close() error {
	c.client.mu.Lock()
	delete(c.client.conns, c)
	c.client.mu.Unlock()
	return c.Conn.Close()
}

// client returns what sends this instance's requests.
func (h *Host) client() *httpClient {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.http == nil {
		h.http = newHTTPClient(h.config.Network)
		if h.done {
			h.http.closed = true
		}
	}
	return h.http
}
