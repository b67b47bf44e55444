// Package wasi is the host side of WASI 0.2: the interfaces that Python and
// JavaScript guests import, as functions over dynamic values.
//
// A Host holds one instance's state and grants exactly what its Config names.
// The zero Config has no arguments, no environment, an empty standard input,
// no folders and no network; what a guest may not have is refused with the
// error its language expects (access-denied, HTTP-request-denied), so that
// importing a library that could use it still works.
//
// A function that is absent from Interface.Funcs, such as one of a later
// version, the runtime links to a trap that names the import.
package wasi

import (
	"crypto/rand"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
)

// Defaults of Config.
const (
	// DefaultMaxHandles is the default of Config.MaxHandles.
	DefaultMaxHandles = 4096
	// DefaultMaxFiles is the default of Config.MaxFiles.
	DefaultMaxFiles = 256
	// DefaultMaxBuffered is the default of Config.MaxBuffered.
	DefaultMaxBuffered = 16 << 20
)

// Config is what one instance is granted; the zero value grants nothing.
type Config struct {
	// Args are the command line's arguments, the program's name first.
	Args []string
	// Env is the environment as "KEY=value" strings.
	Env []string
	// Stdin is the standard input; nil is an empty one.
	//
	// A *bytes.Reader, *strings.Reader or *bytes.Buffer is read in place. Any
	// other reader is read ahead by at most StdinBuffer bytes on a goroutine
	// that lives as long as one Read does and is started only when the guest
	// waits for input. Closing the Host cannot interrupt a Read: its goroutine
	// ends when Read returns, and what it read is lost.
	Stdin io.Reader
	// Stdout and Stderr receive what the guest prints; nil discards. Writes
	// come from the goroutine of the call and have at most WritePermit bytes.
	// A Write that blocks holds up the call past its deadline, so what can
	// block belongs behind a buffer. After an error the guest's stream is
	// closed.
	Stdout, Stderr io.Writer
	// Dirs are the folders the guest finds opened, in this order.
	Dirs []Dir
	// Network is what the guest may reach, nil for nothing at all. It stays the
	// caller's to close, before the Host.
	Network *egress.Gate
	// Now is the wall clock, nil the real one.
	Now func() time.Time
	// Monotonic is the monotonic clock, nil the time since New. It never goes
	// back. Waiting takes real time on any clock: a timer is over when this
	// clock has reached it, or when a call has waited for what was left.
	Monotonic func() time.Duration
	// Skip, if not nil, advances Monotonic and Now by what a call would wait for
	// a timer: it then goes on at once.
	Skip func(time.Duration)
	// Random is the source of all randomness, nil crypto/rand.
	Random io.Reader
	// Memory, if not nil, is asked for all that the Host is about to hold in
	// memory, in bytes, and told by a negative number what it no longer holds.
	// Where it refuses, the guest ends with a *LimitError. It is called by any
	// goroutine.
	Memory func(bytes int64) bool
	// MaxHandles bounds the host resources that are alive at once; 0 is
	// DefaultMaxHandles.
	MaxHandles int
	// MaxFiles bounds the open files and folders among them, and the streams on
	// files: one more fails with the error quota. 0 is DefaultMaxFiles.
	MaxFiles int
	// MaxBuffered bounds the bytes that resources hold on to in host memory
	// between calls; 0 is DefaultMaxBuffered. Standard input's read-ahead is
	// outside it.
	MaxBuffered int64
}

// A Host is the WASI state of one instance. It serves one call at a time;
// only Close may come from another goroutine.
type Host struct {
	config Config
	start  time.Time
	stdin  *reader
	grants []*grant
	// changes are what the guest did to the granted folders.
	changes changeLog
	// wake is signalled when something a call may be waiting for changed.
	wake chan struct{}
	// closed is closed by Close.
	closed chan struct{}

	mu       sync.Mutex
	http     *httpClient // made for the first request
	live     map[*node]struct{}
	files    int
	buffered int64
	done     bool
}

// New returns the state of one instance with the grants of cfg. The caller
// must Close it.
func New(cfg Config) *Host {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Stdout == nil {
		cfg.Stdout = io.Discard
	}
	if cfg.Stderr == nil {
		cfg.Stderr = io.Discard
	}
	if cfg.MaxHandles == 0 {
		cfg.MaxHandles = DefaultMaxHandles
	}
	if cfg.MaxFiles == 0 {
		cfg.MaxFiles = DefaultMaxFiles
	}
	if cfg.MaxBuffered == 0 {
		cfg.MaxBuffered = DefaultMaxBuffered
	}
	h := &Host{
		config: cfg,
		start:  time.Now(),
		wake:   make(chan struct{}, 1),
		closed: make(chan struct{}),
		live:   make(map[*node]struct{}),
		grants: newGrants(cfg.Dirs),
	}
	h.stdin = newReader(cfg.Stdin, h.signal)
	if cfg.Network != nil {
		cfg.Network.OnFail(h.signal)
	}
	return h
}

// ErrClosed is the trap of a call on a Host that was closed.
var ErrClosed = errors.New("wasi: the instance was closed")

// Close ends everything that is still open and makes blocked calls return
// ErrClosed. It is idempotent. Resources may be dropped after it, in any
// order, which then does nothing.
func (h *Host) Close() error {
	h.mu.Lock()
	if h.done {
		h.mu.Unlock()
		return nil
	}
	h.done = true
	live := h.live
	h.charge(-h.buffered - nodeBytes*int64(len(live)))
	h.live, h.buffered = nil, 0
	var stops []func()
	for n := range live {
		if n.stop != nil {
			stops = append(stops, n.stop)
		}
	}
	client := h.http
	h.mu.Unlock()
	close(h.closed)
	var errs []error
	for _, stop := range stops {
		stop()
	}
	if client != nil {
		client.close()
	}
	for n := range live {
		if n.end != nil {
			errs = append(errs, n.end())
		}
	}
	return errors.Join(errs...)
}

// failed returns the limit of the network's that was passed, if one was: it
// ends the instance, whatever the guest waits for.
func (h *Host) failed() error {
	if h.config.Network == nil {
		return nil
	}
	return h.config.Network.Failed()
}

// signal wakes the call that waits, if one does.
func (h *Host) signal() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// monotonic returns the guest's monotonic clock in nanoseconds.
func (h *Host) monotonic() uint64 {
	if h.config.Monotonic == nil {
		return uint64(time.Since(h.start))
	}
	return uint64(max(0, h.config.Monotonic()))
}
