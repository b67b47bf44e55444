package wasi

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// An Incoming is a request of net/http's on its way through a guest: it holds
// what wasi:http/incoming-handler#handle is called with and receives what the
// guest answers.
type Incoming struct {
	// Request and Out are the two arguments.
	Request, Out value.Value
	// Answered is closed when the guest has given an answer, or given up
	// response-outparam without one.
	Answered chan struct{}

	body *serverBody
	once sync.Once
	// Set before Answered is closed; status is 0 where there is no answer.
	status   int
	headers  []fieldEntry
	pipe     *bodyPipe
	response error
}

var (
	// ErrNoResponse says that a guest gave no answer to a request.
	ErrNoResponse = errors.New("the guest set no response")
	// ErrBodyUnfinished says that a guest broke off the body of its response.
	ErrBodyUnfinished = errors.New("the guest did not finish the body of its response")
	// ErrHeadersTooLarge says that a request has more headers than a guest is
	// given.
	ErrHeadersTooLarge = errors.New("the request's headers are too large")
)

// NewIncoming makes a request the guest's. Close must be called when the
// response is over.
//
// Errors: ErrHeadersTooLarge, *LimitError, ErrClosed.
func (h *Host) NewIncoming(r *http.Request) (*Incoming, error) {
	x := &Incoming{Answered: make(chan struct{}), body: &serverBody{body: r.Body}}
	x.body.idle.L = &x.body.mu
	request := &incomingRequest{
		message: message{
			headers: fieldsOf(r.Header), body: x.body, of: "request", cancel: func() {},
			trailers: func() []fieldEntry { return fieldsOf(r.Trailer) },
		},
		method:    methodValue(r.Method),
		path:      value.Option{Some: value.String(r.URL.RequestURI())},
		scheme:    value.Option{Some: value.Variant{Case: "HTTP"}},
		authority: value.Option{},
	}
	if r.TLS != nil {
		request.scheme = value.Option{Some: value.Variant{Case: "HTTPS"}}
	}
	if r.Host != "" {
		request.authority = value.Option{Some: value.String(r.Host)}
	}
	size := fieldsSize(request.headers)
	if size > MaxFieldsBytes {
		return nil, ErrHeadersTooLarge
	}
	var err error
	if x.Request, err = h.open(incomingRequestResource, request, nil); err != nil {
		return nil, err
	}
	text := len(r.Method) + textLen(request.path) + textLen(request.authority)
	if err := h.hold(&request.node, int64(size+text)); err != nil {
		return nil, err
	}
	out := &responseOutparam{incoming: x}
	out.stop = func() { x.answer(0, nil, nil, ErrNoResponse) }
	x.Out, err = h.open(responseOutparamResource, out, nil)
	return x, err
}

// methodValue returns a method as a guest sees it.
func methodValue(name string) value.Value {
	for _, c := range methodType.Cases {
		if c.Type == nil && methodName(value.Variant{Case: c.Name}) == name {
			return value.Variant{Case: c.Name}
		}
	}
	return value.Variant{Case: "other", Payload: value.String(name)}
}

// answer is what the guest gives; only the first one counts.
func (x *Incoming) answer(status int, headers []fieldEntry, pipe *bodyPipe, err error) {
	x.once.Do(func() {
		x.status, x.headers, x.pipe, x.response = status, headers, pipe, err
		close(x.Answered)
	})
}

// Err returns why there is no response, nil if there is one. It may be called
// once Answered is closed.
func (x *Incoming) Err() error { return x.response }

// Close gives the request's body back to net/http, which needs it when a
// handler returns: nothing reads it any more. A Read that blocks is ended by
// interrupt, such as a read deadline; where that returns an error it is left
// alone.
func (x *Incoming) Close(interrupt func() error) { x.body.release(interrupt) }

// A responseOutparam is what a guest answers a request with.
type responseOutparam struct {
	node
	incoming *Incoming
}

func responseOutparamMethods(i *Interface) {
	r := responseOutparamResource
	method(i, r, "send-informational", fn(abi.NewResult(nil, httpErrorType), param("status", u16Type), param("headers", own(fieldsResource))),
		func(c *call, _ *responseOutparam) (value.Value, error) {
			if err := c.release(&argRep[*fields](c, 2).node); err != nil {
				return nil, err
			}
			if status := arg[value.U16](c, 1); status < 100 || status > 199 {
				return fail(value.Variant{Case: "HTTP-protocol-error"}), nil
			}
			// Which is what an implementation without them answers.
			return fail(value.Variant{Case: "internal-error", Payload: value.Option{
				Some: value.String("informational responses are not supported"),
			}}), nil
		})
	i.define("[static]response-outparam.set", fn(nil, param("param", own(r)),
		param("response", abi.NewResult(own(outgoingResponseResource), httpErrorType))), setResponse)
}

func setResponse(c *call) (value.Value, error) {
	out, given := argRep[*responseOutparam](c, 0), arg[value.Result](c, 1)
	if given.IsError {
		out.incoming.answer(0, nil, nil, &httpError{code: given.Payload.(value.Variant)})
		return nil, c.release(&out.node)
	}
	response := given.Payload.(value.Handle).Rep.(*outgoingResponse)
	c.stopWith(&response.node, nil)
	if err := c.release(&response.node); err != nil {
		return nil, err
	}
	status := int(response.status)
	if _, ok := contentLength(response.headers); !ok || status < 200 {
		response.discard()
		out.incoming.answer(0, nil, nil, httpCode("HTTP-protocol-error"))
	} else {
		out.incoming.answer(status, response.headers, response.pipe, nil)
	}
	return nil, c.release(&out.node)
}

// headDelay is how long a response's head waits for the first byte of its
// body. StarlingMonkey answers an error of the guest's with a response whose
// body it never finishes, which is better told by a status than by a broken
// connection.
const headDelay = 50 * time.Millisecond

// WriteTo sends the guest's response, its body as the guest writes it. It may
// be called once Answered is closed and Err is nil.
//
// Errors: ErrBodyUnfinished, those of w. Where sent is true the response is
// broken then, and the connection must be too; else there is none yet.
//
// Spec: wasi:http/types, outgoing-body.
func (x *Incoming) WriteTo(w http.ResponseWriter) (sent bool, err error) {
	if x.pipe != nil {
		defer x.pipe.Close()
		if x.pipe.begin(headDelay) != nil {
			return false, ErrBodyUnfinished
		}
	}
	return true, x.send(w)
}

func (x *Incoming) send(w http.ResponseWriter) error {
	header := w.Header()
	for _, e := range x.headers {
		header.Add(e.name, string(e.value))
	}
	if header.Get("Content-Type") == "" {
		header["Content-Type"] = nil // no guessing from the body
	}
	w.WriteHeader(x.status)
	if x.pipe == nil {
		return nil
	}
	if data, ok := x.pipe.whole(); ok {
		_, err := w.Write(data)
		if errors.Is(err, http.ErrBodyNotAllowed) {
			return nil
		}
		return err
	}
	return x.copyBody(w, http.NewResponseController(w))
}

// copyBody sends a body that is still being written, and its trailers. What
// there is is sent before more is waited for.
func (x *Incoming) copyBody(w http.ResponseWriter, control *http.ResponseController) error {
	buf := make([]byte, 16<<10)
	for {
		if !x.pipe.pending() {
			if err := control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
				return err
			}
		}
		n, err := x.pipe.Read(buf)
		switch {
		case err == io.EOF:
			return x.writeTrailers(w, control)
		case err != nil:
			_ = control.Flush() // what there is of it is the guest's all the same
			return ErrBodyUnfinished
		}
		if _, err := w.Write(buf[:n]); errors.Is(err, http.ErrBodyNotAllowed) {
			return nil // the answer to HEAD, or a status that has none
		} else if err != nil {
			return err
		}
	}
}

// writeTrailers sends what follows the body.
func (x *Incoming) writeTrailers(w http.ResponseWriter, control *http.ResponseController) error {
	for _, e := range x.pipe.trailers {
		if !isTrailer(e.name) {
			continue
		}
		// Without it net/http gives a short body a length, and no trailers.
		if err := control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		w.Header().Add(http.TrailerPrefix+e.name, string(e.value))
	}
	return nil
}

// A serverBody is a request's body until net/http takes it back.
type serverBody struct {
	body io.ReadCloser

	mu      sync.Mutex
	idle    sync.Cond
	reading bool
	closed  bool
}

// Read reads the body.
func (b *serverBody) Read(data []byte) (int, error) {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return 0, http.ErrBodyReadAfterClose
	}
	b.reading = true
	b.mu.Unlock()
	n, err := b.body.Read(data)
	b.mu.Lock()
	b.reading = false
	b.idle.Broadcast()
	b.mu.Unlock()
	return n, err
}

func (b *serverBody) release(interrupt func() error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	if b.reading && interrupt() == nil {
		for b.reading {
			b.idle.Wait()
		}
	}
}

// Interrupt returns a function for Close that ends reading from w's
// connection.
func Interrupt(w http.ResponseWriter) func() error {
	return func() error { return http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)) }
}
