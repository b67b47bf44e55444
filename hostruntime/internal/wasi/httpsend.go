package wasi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// isLimit reports whether an error ends the instance.
func isLimit(err error) bool {
	_, ok := errors.AsType[*egress.LimitError](err)
	return ok
}

// destination returns what a request is sent to.
func (r *outgoingRequest) destination() (method string, scheme egress.Protocols, u *url.URL, port uint16, err *httpError) {
	if method = methodName(r.method); method == http.MethodConnect {
		return "", 0, nil, 0, httpCode("HTTP-request-method-invalid") // a tunnel is no request
	}
	scheme, port = egress.HTTPS, 443
	if s, ok := r.scheme.Some.(value.Variant); ok {
		name := s.Case
		if other, ok := s.Payload.(value.String); ok {
			name = string(other)
		}
		switch strings.ToLower(name) {
		case "https":
		case "http":
			scheme, port = egress.HTTP, 80
		default:
			return "", 0, nil, 0, httpCode("HTTP-request-URI-invalid")
		}
	}
	authority, _ := r.authority.Some.(value.String)
	host, given, ok := splitAuthority(string(authority))
	if !ok || strings.Contains(host, "@") {
		return "", 0, nil, 0, httpCode("HTTP-request-URI-invalid")
	}
	if given != 0 {
		port = given
	}
	path, _ := r.path.Some.(value.String)
	text := string(path)
	if text == "" || text[0] == '?' {
		text = "/" + text
	}
	u, parseErr := url.ParseRequestURI(text)
	if parseErr != nil || text[0] != '/' {
		return "", 0, nil, 0, httpCode("HTTP-request-URI-invalid")
	}
	u.Scheme, u.Host = scheme.String(), string(authority)
	return method, scheme, u, port, nil
}

// methodName returns a method as it is sent.
func methodName(m value.Variant) string {
	if other, ok := m.Payload.(value.String); ok {
		return string(other)
	}
	return strings.ToUpper(m.Case)
}

// sendRequest is wasi:http/outgoing-handler#handle.
//
// Whatever is wrong with a request comes with the response, as a failure of
// the network would, and not as the error of handle itself. A guest is to
// treat both alike, but StarlingMonkey goes on sending a body after an error
// of handle and then waits for the response that it never got, which ends the
// instance. For the same reason the body of a request that is denied can be
// written to.
func sendRequest(c *call) (value.Value, error) {
	r := argRep[*outgoingRequest](c, 0)
	var timeouts requestTimeouts
	if some := arg[value.Option](c, 1).Some; some != nil {
		o := some.(value.Handle).Rep.(*requestOptions)
		timeouts = requestTimeouts{o.timeout(0), o.timeout(1), o.timeout(2)}
		if err := c.release(&o.node); err != nil {
			return nil, err
		}
	}
	c.stopWith(&r.node, nil)
	size := exchangeBytes + r.held
	if err := c.release(&r.node); err != nil {
		return nil, err
	}
	x := &exchange{host: c.Host, gate: c.config.Network, options: timeouts}
	x.ctx, x.cancel = context.WithCancelCause(context.Background())
	if err := x.begin(c, r); err != nil {
		if isLimit(err) || c.Err() != nil {
			return nil, err
		}
		if r.pipe != nil {
			_ = r.pipe.Close()
		}
		x.answer(nil, err)
		size = 0 // nothing is on its way
	}
	f := &futureResponse{exchange: x}
	f.stop = x.abandon
	handle, err := c.open(futureResponseResource, f, nil)
	if err != nil {
		return nil, err
	}
	return okOr(handle, c.hold(&f.node, size))
}

// begin asks the gate and sends the request, on a goroutine that ends when
// there is a response or the exchange is abandoned.
func (x *exchange) begin(c *call, r *outgoingRequest) error {
	if x.gate == nil {
		return httpCode("HTTP-request-denied")
	}
	method, scheme, u, port, invalid := r.destination()
	if invalid != nil {
		return invalid
	}
	req := &http.Request{Method: method, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	if err := x.setBody(req, r); err != nil {
		return err
	}
	flow, err := x.gate.Request(c, method, scheme, u.Hostname(), port)
	if err != nil {
		return err
	}
	x.flow = flow
	header, size, err := x.header(r.headers, scheme, u.Hostname())
	if err == nil {
		err = flow.Sent(len(method) + len(u.RequestURI()) + len(u.Host) + size)
	}
	if err != nil {
		flow.Done(0, err)
		x.flow = nil
		return err
	}
	req.Header = header
	x.detach = context.AfterFunc(flow.Context(), func() { x.cancel(context.Cause(flow.Context())) })
	go x.send(req.WithContext(context.WithValue(x.ctx, schemeKey{}, scheme)))
	return nil
}

// header returns the request's headers as they are sent, and their size as
// sentSize has it: with secrets, which may make them longer, but no longer than
// the guest's own may be.
func (x *exchange) header(entries []fieldEntry, scheme egress.Protocols, host string) (header http.Header, size int, err error) {
	header, size = http.Header{}, sentSize(entries)
	for _, e := range entries {
		if e.is("trailer") || e.is("content-length") {
			continue // net/http writes them from what it knows
		}
		revealed, ok := x.gate.Reveal(scheme, host, string(e.value), MaxFieldsBytes)
		size += len(revealed) - len(e.value)
		if !ok || len(revealed) != len(e.value) && size > MaxFieldsBytes {
			return nil, 0, sectionSize("request-header")
		}
		header.Add(e.name, revealed)
	}
	if header.Get("User-Agent") == "" {
		header["User-Agent"] = []string{""} // and not net/http's own
	}
	return header, size, nil
}

// setBody gives the request the guest's body.
func (x *exchange) setBody(req *http.Request, r *outgoingRequest) error {
	want, ok := contentLength(r.headers)
	if !ok {
		return httpCode("HTTP-protocol-error")
	}
	if r.pipe == nil {
		if want > 0 {
			return httpBodySize("request", 0)
		}
		return nil
	}
	if want < 0 {
		if data, ok := r.pipe.whole(); ok {
			// Finished already: no need for chunks.
			want = int64(len(data))
			if want == 0 {
				return nil
			}
		}
	}
	req.ContentLength = want
	body := &requestBody{pipe: r.pipe, exchange: x}
	req.Body = body
	if want < 0 {
		// Made before the request is sent, filled in when its body has ended.
		body.trailer = announced(r.headers)
		req.Trailer = body.trailer
	}
	return nil
}

// announced returns the trailers that the headers say will come, without
// values.
func announced(headers []fieldEntry) http.Header {
	trailer := http.Header{}
	for _, e := range headers {
		if !e.is("trailer") {
			continue
		}
		for name := range strings.SplitSeq(string(e.value), ",") {
			if name = strings.TrimSpace(name); isTrailer(name) {
				trailer[http.CanonicalHeaderKey(name)] = nil
			}
		}
	}
	return trailer
}

// A requestBody is a pipe from which what is sent is counted.
type requestBody struct {
	pipe     *bodyPipe
	exchange *exchange
	trailer  http.Header
}

func (b *requestBody) Read(data []byte) (int, error) {
	n, err := b.pipe.Read(data)
	if limit := b.exchange.flow.Sent(n); limit != nil {
		return 0, limit
	}
	if err == io.EOF && b.trailer != nil {
		for _, e := range b.pipe.trailers {
			if isTrailer(e.name) {
				b.trailer.Add(e.name, string(e.value))
			}
		}
	}
	return n, err
}

func (b *requestBody) Close() error { return b.pipe.Close() }
