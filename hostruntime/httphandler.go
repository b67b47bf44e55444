package hostruntime

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// DefaultMaxConcurrent is the default of HandlerOptions.MaxConcurrent.
const DefaultMaxConcurrent = 64

// The errors that HandlerOptions.Done is told when a guest ran to its end and
// still did not answer as it should have.
var (
	// ErrNoResponse: the guest set no response. The client was sent status 500.
	ErrNoResponse = wasi.ErrNoResponse
	// ErrResponseUnfinished: the guest did not finish the body of its
	// response. The client's connection was broken, so that it can tell; or
	// where nothing had been sent yet, it was sent status 500.
	ErrResponseUnfinished = wasi.ErrBodyUnfinished
)

// HandlerOptions say how a Handler runs its guests. The zero value grants
// them nothing.
type HandlerOptions struct {
	// Policy is what the sandbox of each request may do. Limits.WallTime
	// counts from the start of the request to the end of the response,
	// waiting for a slow client included: what streams for long needs more
	// than the default. Its Stdin, Stdout and Stderr, if any, are all guests'
	// together, and so for concurrent use.
	Policy Policy
	// Imports are what the host serves to the guests. They are called for
	// several requests at once. Their context has the values of the
	// request's.
	Imports []Imports
	// Choose, if not nil, is asked for each request's policy and imports, in
	// place of Policy and Imports. An error is status 500.
	Choose func(r *http.Request) (Policy, []Imports, error)
	// MaxConcurrent bounds the sandboxes that exist at once; further requests
	// wait. 0 is DefaultMaxConcurrent.
	MaxConcurrent int
	// Done, if not nil, is told of each request when its sandbox has ended
	// and its response is over. It is called on a goroutine of the request's,
	// maybe after ServeHTTP or Close has returned. The client is never told of
	// errors.
	Done func(Handled)
}

// Handled is what became of one request.
type Handled struct {
	// Request is the request. Its body can't be read any more.
	Request *http.Request
	// Report is the guest's, zero if it couldn't be started.
	Report Report
	// Err is why the guest or its response failed, nil if they didn't: one of
	// the errors of Instantiate and Call, ErrNoResponse,
	// ErrResponseUnfinished, an error-code that the guest answered with, or a
	// failure to write to the client.
	Err error
}

// A Handler is an http.Handler whose requests a component answers, one that
// exports wasi:http/incoming-handler, such as a component for the world
// wasi:http/proxy.
//
// Each request has an instance of its own, which ends with it: what a guest
// does to itself, no other request sees. The request's body, the response's
// and their trailers are streamed, with a bounded buffer each. The guest is
// cancelled when its client goes away before the response is complete. A
// guest that goes on after its response may do so within its limits.
//
// A guest that fails before it has answered is status 500, one that answers
// with an error-code status 502; after it has answered, the connection is
// broken. How long a client may take is for http.Server's timeouts to say, how
// much it may send for http.MaxBytesHandler.
type Handler struct {
	component *Component
	options   HandlerOptions
	export    string
	slots     chan struct{}
	ctx       context.Context // ends with Close
	cancel    context.CancelFunc

	mu     sync.Mutex
	closed bool
	guests sync.WaitGroup
}

var _ http.Handler = (*Handler)(nil)

// handleType is the type of wasi:http/incoming-handler#handle.
const handleType = "func(request: own<incoming-request>, response-out: own<response-outparam>)"

// NewHandler returns a handler that runs c. The caller must Close it, before
// the component.
//
// Errors: *LinkError if c doesn't export wasi:http/incoming-handler 0.2; a Policy
// with a journal, of which each sandbox needs its own, from Choose.
func NewHandler(c *Component, options HandlerOptions) (*Handler, error) {
	if options.Policy.Record != nil || options.Policy.Replay != nil {
		return nil, errors.New("hostruntime: the sandboxes of a handler can't share a journal: Choose can give each its own")
	}
	export, err := c.incomingHandler()
	if err != nil {
		return nil, err
	}
	if options.MaxConcurrent <= 0 {
		options.MaxConcurrent = DefaultMaxConcurrent
	}
	if options.Choose == nil {
		options.Choose = func(*http.Request) (Policy, []Imports, error) { return options.Policy, options.Imports, nil }
	}
	h := &Handler{
		component: c, options: options, export: itemName(export.Interface, export.Name),
		slots: make(chan struct{}, options.MaxConcurrent),
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h, nil
}

// incomingHandler finds the export that answers requests.
func (c *Component) incomingHandler() (*link.Export, error) {
	const iface = "wasi:http/incoming-handler@0.2"
	for i := range c.plan.Exports {
		e := &c.plan.Exports[i]
		if e.Name != "handle" || track(e.Interface) != iface || e.Lifted < 0 {
			continue
		}
		if has := e.Type.String(); has != handleType {
			return nil, &LinkError{Item: "export " + itemName(e.Interface, e.Name), Reason: typeMismatch(has, handleType)}
		}
		return e, nil
	}
	return nil, &LinkError{
		Item: "export wasi:http/incoming-handler", Reason: "the component has no such export in version 0.2; it exports " + c.exportNames(),
	}
}

// Close ends the guests that still run and waits for them. Requests that come
// later are answered with status 503. It is idempotent.
func (h *Handler) Close() error {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.cancel()
	h.guests.Wait()
	return nil
}

// enter takes a place for a guest, waiting for one as long as the client does.
func (h *Handler) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-h.ctx.Done():
		return ErrClosed
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		<-h.slots
		return ErrClosed
	}
	h.guests.Add(1)
	return nil
}

func (h *Handler) leave() {
	<-h.slots
	h.guests.Done()
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.enter(r.Context()); err != nil {
		h.refuse(w, r, http.StatusServiceUnavailable, err)
		return
	}
	// The server ends the request's own context when the response is over,
	// and the guest may go on after it.
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	forget := context.AfterFunc(h.ctx, cancel)
	stop := func() { forget(); cancel() }
	gone := context.AfterFunc(r.Context(), cancel)
	defer gone()
	started := false
	defer func() { // also where Choose panics
		if !started {
			stop()
			h.leave()
		}
	}()

	in, incoming, err := h.instantiate(ctx, r)
	if err != nil {
		status := http.StatusInternalServerError
		if errors.Is(err, wasi.ErrHeadersTooLarge) {
			status = http.StatusRequestHeaderFieldsTooLarge
		}
		h.refuse(w, r, status, err)
		return
	}
	started = true
	written := make(chan error, 1)
	defer close(written) // for where w panics
	go h.run(ctx, r, in, incoming, written, stop)

	// What reads and writes at once must say so, over HTTP/1.
	_ = http.NewResponseController(w).EnableFullDuplex()
	<-incoming.Answered
	err, sent := incoming.Err(), false
	if err == nil {
		sent, err = incoming.WriteTo(w)
	}
	incoming.Close(wasi.Interrupt(w))
	written <- err
	switch {
	case err == nil:
	case sent:
		cancel()
		panic(http.ErrAbortHandler)
	default:
		http.Error(w, http.StatusText(statusOf(err)), statusOf(err))
	}
	discard(w, r)
}

// discard drops what the guest did not read of the request. net/http does so
// too, but in full duplex when it is too late: where the body ends then, it
// reads the connection twice at a time and panics. The response goes first,
// for clients that wait for it before they send more.
func discard(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	_ = http.NewResponseController(w).Flush()
	_ = r.Body.Close()
}

// refuse answers a request that no guest gets.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	http.Error(w, http.StatusText(status), status)
	h.done(Handled{Request: r, Err: err})
}

func (h *Handler) done(handled Handled) {
	if h.options.Done != nil {
		h.options.Done(handled)
	}
}

// statusOf returns what a client is told instead of a response.
func statusOf(err error) int {
	if errors.Is(err, ErrNoResponse) || errors.Is(err, ErrResponseUnfinished) {
		return http.StatusInternalServerError
	}
	return http.StatusBadGateway
}

// instantiate makes a request's instance and makes the request the guest's.
func (h *Handler) instantiate(ctx context.Context, r *http.Request) (*Instance, *wasi.Incoming, error) {
	policy, imports, err := h.options.Choose(r)
	if err != nil {
		return nil, nil, err
	}
	in, err := h.component.Instantiate(ctx, policy, imports...)
	if err != nil {
		return nil, nil, err
	}
	incoming, err := in.wasi.NewIncoming(r)
	if err != nil {
		return nil, nil, errors.Join(err, in.Close(ctx))
	}
	return in, incoming, nil
}

// run runs the guest of one request, and says what became of it when written
// has said how the response ended.
func (h *Handler) run(ctx context.Context, r *http.Request, in *Instance, incoming *wasi.Incoming, written <-chan error, stop func()) {
	var report Report
	_, err := in.Call(WithReport(ctx, &report), h.export, incoming.Request, incoming.Out)
	// What the guest left unfinished ends with it: its response's body, or
	// the response itself.
	closing := in.Close(context.WithoutCancel(ctx))
	stop()
	h.leave()
	wrote := <-written
	for _, later := range []error{wrote, closing} {
		if err == nil {
			err = later
		}
	}
	h.done(Handled{Request: r, Report: report, Err: err})
}
