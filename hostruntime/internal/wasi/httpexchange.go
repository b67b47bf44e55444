package wasi

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
)

// exchangeBytes is what a request is charged on its way, besides its body's
// buffer: net/http's buffers for a connection, and goroutines.
const exchangeBytes = 32 << 10

// An exchange is one request on its way and the response to it.
type exchange struct {
	host    *Host
	gate    *egress.Gate
	flow    *egress.Flow // nil until the gate let the request pass
	ctx     context.Context
	cancel  context.CancelCauseFunc
	options requestTimeouts

	// detach takes the exchange off the flow's context.
	detach func() bool

	mu       sync.Mutex
	answered bool
	response *http.Response
	headers  []fieldEntry // of the response, without secrets
	err      error
	over     bool
}

// requestTimeouts are those of wasi:http/types#request-options, 0 for none.
type requestTimeouts struct{ connect, firstByte, betweenBytes time.Duration }

// A timeout ends an exchange when it has waited for too long.
type timeout struct{ *time.Timer }

// after returns a timeout that ends the exchange with code, unless d is 0.
func (x *exchange) after(d time.Duration, code string) timeout {
	if d <= 0 {
		return timeout{}
	}
	return timeout{time.AfterFunc(d, func() { x.cancel(httpCode(code)) })}
}

func (t timeout) stop() {
	if t.Timer != nil {
		t.Stop()
	}
}

// send makes the request and waits for the response.
func (x *exchange) send(req *http.Request) {
	connecting := x.after(x.options.connect, "connection-timeout")
	var mu sync.Mutex
	var waiting timeout
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		connecting.stop()
		mu.Lock()
		defer mu.Unlock()
		waiting.stop()
		waiting = x.after(x.options.firstByte, "connection-read-timeout")
		if remote := addrPort(info.Conn.RemoteAddr()); remote.IsValid() {
			x.flow.Dialled(remote.Addr())
		}
	}}
	resp, err := x.host.client().roundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)), x.flow)
	connecting.stop()
	mu.Lock()
	waiting.stop()
	mu.Unlock()
	if err == nil {
		err = x.accept(resp)
	} else {
		err = x.failure(err, "connection-terminated")
	}
	x.answer(resp, err)
}

// accept looks at a response's status and headers.
func (x *exchange) accept(resp *http.Response) error {
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return httpCode("HTTP-upgrade-failed")
	}
	x.flow.Answered(resp.StatusCode)
	x.headers = x.scrubbed(resp.Header)
	if err := x.flow.Received(sentSize(x.headers)); err != nil {
		return err
	}
	if fieldsSize(x.headers) > MaxFieldsBytes {
		return sectionSize("response-header")
	}
	return nil
}

// scrubbed returns a header as the guest sees it, without its secrets.
func (x *exchange) scrubbed(header http.Header) []fieldEntry {
	entries := fieldsOf(header)
	for i := range entries {
		entries[i].value = []byte(x.gate.Scrub(string(entries[i].value)))
	}
	return entries
}

// failure returns why the exchange was ended, if it was, or what net/http's
// error is to the guest.
func (x *exchange) failure(err error, otherwise string) error {
	if cause := context.Cause(x.ctx); cause != nil {
		err = cause
	}
	if isLimit(err) {
		return err
	}
	return toHTTPError(err, otherwise)
}

// answer is the end of waiting for a response.
func (x *exchange) answer(resp *http.Response, err error) {
	x.mu.Lock()
	x.answered, x.response, x.err = true, resp, err
	over := x.over
	x.mu.Unlock()
	if err != nil {
		x.end(err)
	}
	if over && resp != nil {
		_ = resp.Body.Close()
	}
	x.host.signal()
}

// end ends the exchange; err is nil if all of the response has come.
func (x *exchange) end(err error) {
	x.mu.Lock()
	over, resp := x.over, x.response
	x.over = true
	x.mu.Unlock()
	if over {
		return
	}
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	if x.flow != nil {
		x.flow.Done(status, err)
		x.detach()
	}
	x.cancel(errAbandoned)
	if resp != nil {
		_ = resp.Body.Close()
	}
}

var errAbandoned = httpCode("connection-terminated")

// abandon ends an exchange that the guest doesn't want any more.
func (x *exchange) abandon() { x.end(nil) }
