package wasi

import (
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A node is what every host resource has: its place among the others and what
// it holds. Resources embed it.
type node struct {
	// parent is the resource this one must be dropped before.
	parent *node
	// children counts live resources whose parent this is.
	children int
	// held is the bytes charged to Config.MaxBuffered.
	held int64
	// end closes the file or folder that the resource is or uses; nil where
	// there is none.
	end func() error
	// stop ends what goes on behind the resource on other goroutines, without
	// waiting for them; nil where nothing does. It is called when the resource
	// ends, or the Host closes, and may be called again. Under Host.mu once
	// the resource is open.
	stop func()
}

func (n *node) base() *node { return n }

// A rep is what stands behind a handle.
type rep interface {
	base() *node
	drop(h *Host) error
}

// open makes r a live resource, a child of parent unless that is nil, and
// returns the own handle to it. On error r's end and
// stop have been called.
func (h *Host) open(r *Resource, it rep, parent *node) (value.Value, error) {
	n := it.base()
	h.mu.Lock()
	var err error
	switch {
	case h.done:
		err = ErrClosed
	case len(h.live) >= h.config.MaxHandles:
		err = &LimitError{What: "open resources", Limit: uint64(h.config.MaxHandles), Attempt: uint64(len(h.live)) + 1}
	case n.end != nil && h.files >= h.config.MaxFiles:
		err = fileError("quota")
	case !h.charge(nodeBytes):
		err = &LimitError{What: HeldBytes}
	default:
		h.live[n] = struct{}{}
		if n.end != nil {
			h.files++
		}
		if n.parent = parent; parent != nil {
			parent.children++
		}
	}
	h.mu.Unlock()
	if err != nil {
		if n.end != nil {
			n.end()
		}
		if n.stop != nil {
			n.stop()
		}
		return nil, err
	}
	return value.Handle{Resource: r.Name, Rep: it}, nil
}

// HeldBytes is LimitError.What where the Host may hold no more: by
// Config.MaxBuffered, or, without a Limit, by Config.Memory.
const HeldBytes = "bytes held by resources"

// nodeBytes is what a resource takes besides what it holds, roughly.
const nodeBytes = 256

// charge tells Config.Memory of bytes; h.mu is held.
func (h *Host) charge(bytes int64) bool {
	return bytes == 0 || h.config.Memory == nil || h.config.Memory(bytes)
}

// hold charges n for bytes in all, in place of what it was charged before.
func (h *Host) hold(n *node, bytes int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	total := h.buffered - n.held + bytes
	if bytes > n.held && total > h.config.MaxBuffered {
		return &LimitError{What: HeldBytes, Limit: uint64(h.config.MaxBuffered), Attempt: uint64(total)}
	}
	if !h.charge(bytes - n.held) {
		return &LimitError{What: HeldBytes}
	}
	h.buffered, n.held = total, bytes
	return nil
}

// drop ends the resource. It is an error if resources derived from it are
// alive: the WASI interfaces let an implementation trap there, and every
// guest that runs elsewhere drops children first.
func (n *node) drop(h *Host) error {
	if h.isClosed() {
		return nil
	}
	if n.children > 0 {
		return fmt.Errorf("wasi: resource dropped before %d others that were derived from it", n.children)
	}
	return h.release(n)
}

// release ends a resource whose handle the guest has given up, whether or not
// it has children.
func (h *Host) release(n *node) error {
	h.mu.Lock()
	_, alive := h.live[n]
	if alive {
		delete(h.live, n)
		if n.end != nil {
			h.files--
		}
		h.buffered -= n.held
		h.charge(-n.held - nodeBytes)
		n.held = 0
		if n.parent != nil {
			n.parent.children--
		}
	}
	stop := n.stop
	h.mu.Unlock()
	if !alive {
		return nil
	}
	if stop != nil {
		stop()
	}
	if n.end == nil {
		return nil
	}
	// What the guest gave up is gone for it either way: an error of the
	// operating system's close is no reason to end the instance.
	n.end()
	return nil
}

// alive reports whether a resource was opened and has not ended.
func (h *Host) alive(n *node) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, alive := h.live[n]
	return alive
}

// stopWith replaces what ends a resource.
func (h *Host) stopWith(n *node, stop func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n.stop = stop
}

func (h *Host) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.done
}
