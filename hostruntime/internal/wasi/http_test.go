package wasi

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

const http = "wasi:http/types"

func entry(name, val string) value.Value {
	return value.Tuple{value.String(name), value.Bytes(val)}
}

func TestFields(t *testing.T) {
	g := newGuest(t, Config{})
	f := g.ok(http, "[static]fields.from-list", value.List{entry("Accept", "a"), entry("X-Id", "1"), entry("accept", "b")})
	g.equal(g.call(http, "[method]fields.get", f, value.String("ACCEPT")), value.List{value.Bytes("a"), value.Bytes("b")})
	g.equal(g.call(http, "[method]fields.has", f, value.String("x-id")), value.Bool(true))
	g.equal(g.call(http, "[method]fields.has", f, value.String("not a name")), value.Bool(false))
	for _, other := range []string{"not a name", "x-\u0131d", ""} {
		g.equal(g.call(http, "[method]fields.get", f, value.String(other)), value.List(nil))
	}
	kelvin := g.ok(http, "[static]fields.from-list", value.List{entry("k", "1")})
	g.equal(g.call(http, "[method]fields.has", kelvin, value.String("\u212a")), value.Bool(false))
	g.drop(http, kelvin)
	g.ok(http, "[method]fields.append", f, value.String("X-Id"), value.Bytes("2"))
	clone := g.call(http, "[method]fields.clone", f)
	g.ok(http, "[method]fields.set", f, value.String("accept"), value.List{value.Bytes("c")})
	g.ok(http, "[method]fields.delete", f, value.String("nothing"))
	g.equal(g.call(http, "[method]fields.entries", f), value.List{entry("X-Id", "1"), entry("X-Id", "2"), entry("accept", "c")})
	g.ok(http, "[method]fields.delete", f, value.String("x-id"))
	g.equal(g.call(http, "[method]fields.entries", f), value.List{entry("accept", "c")})
	g.equal(g.call(http, "[method]fields.entries", clone),
		value.List{entry("Accept", "a"), entry("X-Id", "1"), entry("accept", "b"), entry("X-Id", "2")})
	g.drop(http, f)
	g.drop(http, clone)
	if g.live() != 0 || g.host.buffered != 0 {
		t.Errorf("%d resources with %d bytes are left", g.live(), g.host.buffered)
	}
}

func TestFieldsErrors(t *testing.T) {
	g := newGuest(t, Config{})
	f := g.call(http, "[constructor]fields")
	syntax, forbidden := value.Variant{Case: "invalid-syntax"}, value.Variant{Case: "forbidden"}
	for _, name := range []string{"", "a b", "é", "a:", "a\n"} {
		g.fails(syntax, http, "[method]fields.append", f, value.String(name), value.Bytes("v"))
		g.fails(syntax, http, "[method]fields.set", f, value.String(name), value.List(nil))
		g.fails(syntax, http, "[method]fields.delete", f, value.String(name))
		g.fails(syntax, http, "[static]fields.from-list", value.List{entry(name, "v")})
	}
	for _, val := range []string{"a\nb", "\r", "\x00", "\x7f"} {
		g.fails(syntax, http, "[method]fields.append", f, value.String("a"), value.Bytes(val))
		g.fails(syntax, http, "[method]fields.set", f, value.String("a"), value.List{value.Bytes("ok"), value.Bytes(val)})
	}
	for _, name := range forbiddenFields {
		g.fails(forbidden, http, "[method]fields.append", f, value.String(name), value.Bytes("v"))
		g.fails(forbidden, http, "[static]fields.from-list", value.List{entry(name, "v")})
	}
	g.fails(forbidden, http, "[method]fields.delete", f, value.String("Transfer-Encoding"))
	g.ok(http, "[method]fields.append", f, value.String("a"), value.Bytes("tab\tand \xe9"))
}

func TestFieldsLimits(t *testing.T) {
	g := newGuest(t, Config{MaxBuffered: 2 * MaxFieldsBytes})
	f := g.call(http, "[constructor]fields")
	fits := bytes.Repeat([]byte("x"), MaxFieldsBytes-fieldOverhead-1)
	g.ok(http, "[method]fields.set", f, value.String("a"), value.List{value.Bytes(fits)})
	g.exceeds("bytes of HTTP fields", g.traps(http, "[method]fields.append", f, value.String("b"), value.Bytes("x")))
	clone := g.call(http, "[method]fields.clone", f)
	g.exceeds("bytes held by resources", g.traps(http, "[method]fields.clone", f))
	g.drop(http, clone)
	g.call(http, "[constructor]fields")
}

func TestRequest(t *testing.T) {
	g := newGuest(t, Config{})
	f := g.ok(http, "[static]fields.from-list", value.List{entry("a", "b")})
	r := g.call(http, "[constructor]outgoing-request", f)
	some := func(v value.Value) value.Value { return value.Option{Some: v} }
	m := func(name string) string { return "[method]outgoing-request." + name }

	g.equal(g.call(http, m("method"), r), value.Variant{Case: "get"})
	for _, part := range []struct {
		name      string
		good, bad []value.Value
	}{
		{"method", []value.Value{value.Variant{Case: "post"}, value.Variant{Case: "other", Payload: value.String("PURGE")}},
			[]value.Value{value.Variant{Case: "other", Payload: value.String("A B")}, value.Variant{Case: "other", Payload: value.String("")}}},
		{"path-with-query", []value.Value{some(value.String("/a?b=c")), value.Option{}},
			[]value.Value{some(value.String("/a b")), some(value.String("/\r\nHost: x")), some(value.String("/#f"))}},
		{"scheme", []value.Value{some(value.Variant{Case: "HTTPS"}), some(value.Variant{Case: "other", Payload: value.String("git+ssh")})},
			[]value.Value{some(value.Variant{Case: "other", Payload: value.String("1a")}), some(value.Variant{Case: "other", Payload: value.String("a b")})}},
		{"authority", []value.Value{some(value.String("example.com:80")), some(value.String("[::1]"))},
			[]value.Value{some(value.String("a/b")), some(value.String("")), some(value.String("a\nb"))}},
	} {
		for _, v := range part.good {
			g.ok(http, m("set-"+part.name), r, v)
			g.equal(g.call(http, m(part.name), r), v)
		}
		kept := g.call(http, m(part.name), r)
		for _, v := range part.bad {
			g.fails(nil, http, m("set-"+part.name), r, v)
			g.equal(g.call(http, m(part.name), r), kept)
		}
	}

	headers := g.call(http, m("headers"), r)
	g.equal(g.call(http, "[method]fields.entries", headers), value.List{entry("a", "b")})
	immutable := value.Variant{Case: "immutable"}
	g.fails(immutable, http, "[method]fields.append", headers, value.String("x"), value.Bytes("y"))
	g.fails(immutable, http, "[method]fields.set", headers, value.String("x"), value.List(nil))
	g.fails(immutable, http, "[method]fields.delete", headers, value.String("x"))
	clone := g.call(http, "[method]fields.clone", headers)
	g.ok(http, "[method]fields.append", clone, value.String("x"), value.Bytes("y"))
	if err := g.tryDrop(http, r); err == nil {
		t.Error("a request was dropped before its headers")
	}
	g.drop(http, headers)
	g.drop(http, clone)
	g.drop(http, r)
	if g.live() != 0 || g.host.buffered != 0 {
		t.Errorf("%d resources with %d bytes are left", g.live(), g.host.buffered)
	}
}

func TestRequestIsDenied(t *testing.T) {
	denied := value.Variant{Case: "HTTP-request-denied"}
	for _, withOptions := range []bool{false, true} {
		t.Run(fmt.Sprint("options=", withOptions), func(t *testing.T) {
			g := newGuest(t, Config{})
			r := g.call(http, "[constructor]outgoing-request", g.call(http, "[constructor]fields"))
			body := g.ok(http, "[method]outgoing-request.body", r)
			g.fails(nil, http, "[method]outgoing-request.body", r)
			s := g.ok(http, "[method]outgoing-body.write", body)
			g.fails(nil, http, "[method]outgoing-body.write", body)
			g.ok(ioPkg, out+"write", s, value.Bytes("data"))
			var options value.Option
			if withOptions {
				options.Some = g.call(http, "[constructor]request-options")
			}
			future := g.ok("wasi:http/outgoing-handler", "handle", r, options)
			pending := g.call(http, "[method]future-incoming-response.subscribe", future)
			g.call("wasi:io/poll", "[method]pollable.block", pending)
			get := "[method]future-incoming-response.get"
			g.equal(g.call(http, get, future), value.Option{Some: value.Result{Payload: value.Result{IsError: true, Payload: denied}}})
			g.equal(g.call(http, get, future), value.Option{Some: value.Result{IsError: true}})
			if err := g.tryDrop(http, future); err == nil {
				t.Error("a future was dropped before its pollable")
			}
			g.drop("wasi:io/poll", pending)
			g.drop(http, future)

			g.ok(ioPkg, out+"check-write", s)
			g.ok(ioPkg, out+"blocking-write-and-flush", s, value.Bytes("more"))
			if err := g.traps(http, "[static]outgoing-body.finish", body, value.Option{}); errors.Is(err, ErrClosed) {
				t.Error(err)
			}
			g.drop(ioPkg, s)
			g.ok(http, "[static]outgoing-body.finish", body, value.Option{Some: g.call(http, "[constructor]fields")})
			if g.live() != 0 || g.host.buffered != 0 {
				t.Errorf("%d resources with %d bytes are left", g.live(), g.host.buffered)
			}
		})
	}
}

func TestRequestOptions(t *testing.T) {
	g := newGuest(t, Config{})
	o := g.call(http, "[constructor]request-options")
	for n, name := range []string{"connect-timeout", "first-byte-timeout", "between-bytes-timeout"} {
		g.equal(g.call(http, "[method]request-options."+name, o), value.Option{})
		want := value.Option{Some: value.U64(n)}
		g.ok(http, "[method]request-options.set-"+name, o, want)
		g.equal(g.call(http, "[method]request-options."+name, o), want)
	}
	g.drop(http, o)
}

func TestRequestText(t *testing.T) {
	g := newGuest(t, Config{MaxBuffered: MaxRequestText})
	r := g.call(http, "[constructor]outgoing-request", g.call(http, "[constructor]fields"))
	long := func(n int) value.Value { return value.Option{Some: value.String(bytes.Repeat([]byte("x"), n))} }
	g.ok(http, "[method]outgoing-request.set-path-with-query", r, long(MaxRequestText))
	g.fails(nil, http, "[method]outgoing-request.set-path-with-query", r, long(MaxRequestText+1))
	g.exceeds("bytes held by resources", g.traps(http, "[method]outgoing-request.set-authority", r, long(1)))
}

func TestResponse(t *testing.T) {
	g := newGuest(t, Config{})
	f := g.ok(http, "[static]fields.from-list", value.List{entry("a", "b")})
	r := g.call(http, "[constructor]outgoing-response", f)
	m := func(name string) string { return "[method]outgoing-response." + name }
	g.equal(g.call(http, m("status-code"), r), value.U16(200))
	g.ok(http, m("set-status-code"), r, value.U16(404))
	g.fails(nil, http, m("set-status-code"), r, value.U16(99))
	g.fails(nil, http, m("set-status-code"), r, value.U16(1000))
	g.equal(g.call(http, m("status-code"), r), value.U16(404))
	headers := g.call(http, m("headers"), r)
	g.equal(g.call(http, "[method]fields.entries", headers), value.List{entry("a", "b")})
	g.fails(value.Variant{Case: "immutable"}, http, "[method]fields.delete", headers, value.String("a"))
	body := g.ok(http, m("body"), r)
	g.fails(nil, http, m("body"), r)
	g.ok(http, "[static]outgoing-body.finish", body, value.Option{})
	g.drop(http, headers)
	g.drop(http, r)
	if g.live() != 0 || g.host.buffered != 0 {
		t.Errorf("%d resources with %d bytes are left", g.live(), g.host.buffered)
	}
}
