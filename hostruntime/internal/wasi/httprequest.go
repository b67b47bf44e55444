package wasi

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// MaxRequestText bounds each text of an outgoing request: method, scheme,
// authority, path with query.
const MaxRequestText = 64 << 10

// An outgoingRequest is a request as the guest builds it. Its parts are kept
// as the values they were set to.
type outgoingRequest struct {
	node
	headers   []fieldEntry
	fieldSize int64
	bodySize  int64 // of a body that has ended
	method    value.Variant
	path      value.Option
	scheme    value.Option
	authority value.Option
	// pipe is the body's, nil if that wasn't asked for.
	pipe *bodyPipe
}

// recharge charges for what the request holds now.
func (r *outgoingRequest) recharge(h *Host) error {
	size := r.fieldSize + r.bodySize + int64(textLen(r.method)+textLen(r.path)+textLen(r.scheme)+textLen(r.authority))
	return h.hold(&r.node, size)
}

// textLen returns the bytes of the text in a method, scheme or option.
func textLen(v value.Value) int {
	switch v := v.(type) {
	case value.String:
		return len(v)
	case value.Variant:
		return textLen(v.Payload)
	case value.Option:
		return textLen(v.Some)
	}
	return 0
}

// set checks a part, stores it in the request and answers with a result.
func (r *outgoingRequest) set(c *call, part *value.Option, valid func(string) bool) (value.Value, error) {
	v := arg[value.Option](c, 1)
	if s, ok := textOf(v.Some); ok && !valid(s) {
		return fail(nil), nil
	}
	if textLen(v) > MaxRequestText {
		return fail(nil), nil
	}
	*part = v
	return okOr(nil, r.recharge(c.Host))
}

// textOf returns the guest's own text in a string or in other(string).
func textOf(v value.Value) (string, bool) {
	if variant, ok := v.(value.Variant); ok {
		v = variant.Payload
	}
	s, ok := v.(value.String)
	return string(s), ok
}

func outgoingRequestMethods(i *Interface) {
	r := outgoingRequestResource
	i.define("[constructor]outgoing-request", fn(own(r), param("headers", own(fieldsResource))), newOutgoingRequest)
	method(i, r, "body", fn(abi.NewResult(own(outgoingBodyResource), nil)), func(c *call, r *outgoingRequest) (value.Value, error) {
		h := c.Host
		return c.openBody(&r.pipe, "request", r.headers, func(bytes int64) error {
			if !h.alive(&r.node) {
				return nil // it is on its way, of which there are only so many
			}
			r.bodySize = bytes
			return r.recharge(h)
		})
	})
	method(i, r, "method", fn(methodType),
		func(_ *call, r *outgoingRequest) (value.Value, error) { return r.method, nil })
	method(i, r, "set-method", fn(emptyResult, param("method", methodType)), func(c *call, r *outgoingRequest) (value.Value, error) {
		m := arg[value.Variant](c, 1)
		if s, ok := textOf(m); ok && (!egress.IsToken(s) || len(s) > MaxRequestText) {
			return fail(nil), nil
		}
		r.method = m
		return okOr(nil, r.recharge(c.Host))
	})
	part := func(name string, t *abi.Type, of func(*outgoingRequest) *value.Option, valid func(string) bool) {
		opt := abi.NewOption(t)
		method(i, r, name, fn(opt),
			func(_ *call, r *outgoingRequest) (value.Value, error) { return *of(r), nil })
		method(i, r, "set-"+name, fn(emptyResult, param(name, opt)),
			func(c *call, r *outgoingRequest) (value.Value, error) { return r.set(c, of(r), valid) })
	}
	part("path-with-query", stringType, func(r *outgoingRequest) *value.Option { return &r.path }, isPath)
	part("scheme", schemeType, func(r *outgoingRequest) *value.Option { return &r.scheme }, isScheme)
	part("authority", stringType, func(r *outgoingRequest) *value.Option { return &r.authority }, isAuthority)
	method(i, r, "headers", fn(own(fieldsResource)), func(c *call, r *outgoingRequest) (value.Value, error) {
		return c.newFields(r.headers, true, &r.node)
	})
}

// newOutgoingRequest takes the fields over: their handle is gone, their
// entries and what those cost are the request's.
func newOutgoingRequest(c *call) (value.Value, error) {
	f := argRep[*fields](c, 0)
	r := &outgoingRequest{headers: f.entries, fieldSize: f.held, method: value.Variant{Case: "get"}}
	r.stop = func() {
		if r.pipe != nil {
			r.pipe.Close() // nobody sends it
		}
	}
	if err := c.release(&f.node); err != nil {
		return nil, err
	}
	handle, err := c.open(outgoingRequestResource, r, nil)
	if err != nil {
		return nil, err
	}
	return handle, r.recharge(c.Host)
}

// isVisible reports whether s is ASCII without spaces and control characters.
func isVisible(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0
}

func isPath(s string) bool { return isVisible(s) && !strings.Contains(s, "#") }

// isAuthority reports whether s is a host with or without a port, and perhaps
// with a user.
//
// Spec: RFC 3986, section 3.2.
func isAuthority(s string) bool {
	if s == "" || !isVisible(s) || strings.ContainsAny(s, "/?#\\") {
		return false
	}
	s = s[strings.LastIndexByte(s, '@')+1:]
	_, _, ok := splitAuthority(s)
	return ok
}

// splitAuthority returns the host, an IPv6 address without its brackets, and
// the port, 0 if there is none.
func splitAuthority(s string) (host string, port uint16, ok bool) {
	host, rest, found := strings.Cut(s, ":")
	if inner, bracket := strings.CutPrefix(s, "["); bracket {
		host, rest, _ = strings.Cut(inner, "]")
		a, err := netip.ParseAddr(host)
		if err != nil || !a.Is6() || a.Zone() != "" {
			return "", 0, false
		}
		if rest, found = strings.CutPrefix(rest, ":"); !found && rest != "" {
			return "", 0, false
		}
	} else if host == "" || strings.Trim(host, hostCharacters) != "" {
		return "", 0, false
	}
	if !found {
		return host, 0, true
	}
	n, err := strconv.ParseUint(rest, 10, 16)
	return host, uint16(n), err == nil && n > 0
}

// hostCharacters are what a host's name consists of.
//
// Spec: RFC 3986, section 3.2.2, reg-name.
const hostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=%"

// isScheme reports whether s is a URI scheme.
//
// Spec: RFC 3986, section 3.1.
func isScheme(s string) bool {
	for i := range len(s) {
		b := s[i] | 0x20
		if 'a' <= b && b <= 'z' {
			continue
		}
		if i == 0 || ((s[i] < '0' || s[i] > '9') && strings.IndexByte("+-.", s[i]) < 0) {
			return false
		}
	}
	return s != ""
}

// requestOptions are timeouts in nanoseconds: connect, first byte and between
// bytes.
type requestOptions struct {
	node
	timeouts [3]value.Option
}

func requestOptionsMethods(i *Interface) {
	r := requestOptionsResource
	i.define("[constructor]request-options", fn(own(r)),
		func(c *call) (value.Value, error) { return c.open(r, &requestOptions{}, nil) })
	opt := abi.NewOption(u64Type)
	for n, name := range []string{"connect-timeout", "first-byte-timeout", "between-bytes-timeout"} {
		method(i, r, name, fn(opt),
			func(_ *call, o *requestOptions) (value.Value, error) { return o.timeouts[n], nil })
		method(i, r, "set-"+name, fn(emptyResult, param("duration", opt)), func(c *call, o *requestOptions) (value.Value, error) {
			o.timeouts[n] = arg[value.Option](c, 1)
			return ok(nil), nil
		})
	}
}

// timeout returns one of the timeouts, 0 for none.
func (o *requestOptions) timeout(n int) time.Duration {
	d, ok := o.timeouts[n].Some.(value.U64)
	if !ok {
		return 0
	}
	return time.Duration(min(max(d, 1), math.MaxInt64))
}
