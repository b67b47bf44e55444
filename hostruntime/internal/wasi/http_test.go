package wasi

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

const httpPkg = "wasi:http/types"

func entry(name, val string) value.Value {
	return value.Tuple{value.String(name), value.Bytes(val)}
}

func TestFields(t *testing.T) {
	g := newGuest(t, Config{})
	f := g.ok(httpPkg, "[static]fields.from-list", value.List{entry("Accept", "a"), entry("X-Id", "1"), entry("accept", "b")})
	g.equal(g.call(httpPkg, "[method]fields.get", f, value.String("ACCEPT")), value.List{value.Bytes("a"), value.Bytes("b")})
	g.equal(g.call(httpPkg, "[method]fields.has", f, value.String("x-id")), value.Bool(true))
	g.equal(g.call(httpPkg, "[method]fields.has", f, value.String("not a name")), value.Bool(false))
	for _, other := range []string{"not a name", "x-\u0131d", ""} {
		g.equal(g.call(httpPkg, "[method]fields.get", f, value.String(other)), value.List(nil))
	}
	kelvin := g.ok(httpPkg, "[static]fields.from-list", value.List{entry("k", "1")})
	g.equal(g.call(httpPkg, "[method]fields.has", kelvin, value.String("\u212a")), value.Bool(false))
	g.drop(httpPkg, kelvin)
	g.ok(httpPkg, "[method]fields.append", f, value.String("X-Id"), value.Bytes("2"))
	clone := g.call(httpPkg, "[method]fields.clone", f)
	g.ok(httpPkg, "[method]fields.set", f, value.String("accept"), value.List{value.Bytes("c")})
	g.ok(httpPkg, "[method]fields.delete", f, value.String("nothing"))
	g.equal(g.call(httpPkg, "[method]fields.entries", f), value.List{entry("X-Id", "1"), entry("X-Id", "2"), entry("accept", "c")})
	g.ok(httpPkg, "[method]fields.delete", f, value.String("x-id"))
	g.equal(g.call(httpPkg, "[method]fields.entries", f), value.List{entry("accept", "c")})
	g.equal(g.call(httpPkg, "[method]fields.entries", clone),
		value.List{entry("Accept", "a"), entry("X-Id", "1"), entry("accept", "b"), entry("X-Id", "2")})
	g.drop(httpPkg, f)
	g.drop(httpPkg, clone)
	if g.live() != 0 || g.host.buffered != 0 {
		t.Errorf("%d resources with %d bytes are left", g.live(), g.host.buffered)
	}
}

func TestFieldsErrors(t *testing.T) {
	g := newGuest(t, Config{})
	f := g.call(httpPkg, "[constructor]fields")
	syntax, forbidden := value.Variant{Case: "invalid-syntax"}, value.Variant{Case: "forbidden"}
	for _, name := range []string{"", "a b", "é", "a:", "a\n"} {
		g.fails(syntax, httpPkg, "[method]fields.append", f, value.String(name), value.Bytes("v"))
		g.fails(syntax, httpPkg, "[method]fields.set", f, value.String(name), value.List(nil))
		g.fails(syntax, httpPkg, "[method]fields.delete", f, value.String(name))
		g.fails(syntax, httpPkg, "[static]fields.from-list", value.List{entry(name, "v")})
	}
	for _, val := range []string{"a\nb", "\r", "\x00", "\x7f"} {
		g.fails(syntax, httpPkg, "[method]fields.append", f, value.String("a"), value.Bytes(val))
		g.fails(syntax, httpPkg, "[method]fields.set", f, value.String("a"), value.List{value.Bytes("ok"), value.Bytes(val)})
	}
	for _, name := range forbiddenFields {
		g.fails(forbidden, httpPkg, "[method]fields.append", f, value.String(name), value.Bytes("v"))
		g.fails(forbidden, httpPkg, "[static]fields.from-list", value.List{entry(name, "v")})
	}
	g.fails(forbidden, httpPkg, "[method]fields.delete", f, value.String("Transfer-Encoding"))
	g.ok(httpPkg, "[method]fields.append", f, value.String("a"), value.Bytes("tab\tand \xe9"))
}

func TestFieldsLimits(t *testing.T) {
	g := newGuest(t, Config{MaxBuffered: 2 * MaxFieldsBytes})
	f := g.call(httpPkg, "[constructor]fields")
	fits := bytes.Repeat([]byte("x"), MaxFieldsBytes-fieldOverhead-1)
	g.ok(httpPkg, "[method]fields.set", f, value.String("a"), value.List{value.Bytes(fits)})
	g.exceeds("bytes of HTTP fields", g.traps(httpPkg, "[method]fields.append", f, value.String("b"), value.Bytes("x")))
	clone := g.call(httpPkg, "[method]fields.clone", f)
	g.exceeds("bytes held by resources", g.traps(httpPkg, "[method]fields.clone", f))
	g.drop(httpPkg, clone)
	g.call(httpPkg, "[constructor]fields")
}

func TestRequest(t *testing.T) {
	g := newGuest(t, Config{})
	f := g.ok(httpPkg, "[static]fields.from-list", value.List{entry("a", "b")})
	r := g.call(httpPkg, "[constructor]outgoing-request", f)
	some := func(v value.Value) value.Value { return value.Option{Some: v} }
	m := func(name string) string { return "[method]outgoing-request." + name }

	g.equal(g.call(httpPkg, m("method"), r), value.Variant{Case: "get"})
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
			g.ok(httpPkg, m("set-"+part.name), r, v)
			g.equal(g.call(httpPkg, m(part.name), r), v)
		}
		kept := g.call(httpPkg, m(part.name), r)
		for _, v := range part.bad {
			g.fails(nil, httpPkg, m("set-"+part.name), r, v)
			g.equal(g.call(httpPkg, m(part.name), r), kept)
		}
	}

	headers := g.call(httpPkg, m("headers"), r)
	g.equal(g.call(httpPkg, "[method]fields.entries", headers), value.List{entry("a", "b")})
	immutable := value.Variant{Case: "immutable"}
	g.fails(immutable, httpPkg, "[method]fields.append", headers, value.String("x"), value.Bytes("y"))
	g.fails(immutable, httpPkg, "[method]fields.set", headers, value.String("x"), value.List(nil))
	g.fails(immutable, httpPkg, "[method]fields.delete", headers, value.String("x"))
	clone := g.call(httpPkg, "[method]fields.clone", headers)
	g.ok(httpPkg, "[method]fields.append", clone, value.String("x"), value.Bytes("y"))
	if err := g.tryDrop(httpPkg, r); err == nil {
		t.Error("a request was dropped before its headers")
	}
	g.drop(httpPkg, headers)
	g.drop(httpPkg, clone)
	g.drop(httpPkg, r)
	if g.live() != 0 || g.host.buffered != 0 {
		t.Errorf("%d resources with %d bytes are left", g.live(), g.host.buffered)
	}
}

func TestRequestIsDenied(t *testing.T) {
	denied := value.Variant{Case: "HTTP-request-denied"}
	for _, withOptions := range []bool{false, true} {
		t.Run(fmt.Sprint("options=", withOptions), func(t *testing.T) {
			g := newGuest(t, Config{})
			r := g.call(httpPkg, "[constructor]outgoing-request", g.call(httpPkg, "[constructor]fields"))
			body := g.ok(httpPkg, "[method]outgoing-request.body", r)
			g.fails(nil, httpPkg, "[method]outgoing-request.body", r)
			s := g.ok(httpPkg, "[method]outgoing-body.write", body)
			g.fails(nil, httpPkg, "[method]outgoing-body.write", body)
			g.ok(ioPkg, out+"write", s, value.Bytes("data"))
			var options value.Option
			if withOptions {
				options.Some = g.call(httpPkg, "[constructor]request-options")
			}
			future := g.ok("wasi:http/outgoing-handler", "handle", r, options)
			pending := g.call(httpPkg, "[method]future-incoming-response.subscribe", future)
			g.call("wasi:io/poll", "[method]pollable.block", pending)
			get := "[method]future-incoming-response.get"
			g.equal(g.call(httpPkg, get, future), value.Option{Some: value.Result{Payload: value.Result{IsError: true, Payload: denied}}})
			g.equal(g.call(httpPkg, get, future), value.Option{Some: value.Result{IsError: true}})
			if err := g.tryDrop(httpPkg, future); err == nil {
				t.Error("a future was dropped before its pollable")
			}
			g.drop("wasi:io/poll", pending)
			g.drop(httpPkg, future)

			g.ok(ioPkg, out+"check-write", s)
			g.ok(ioPkg, out+"blocking-write-and-flush", s, value.Bytes("more"))
			if err := g.traps(httpPkg, "[static]outgoing-body.finish", body, value.Option{}); errors.Is(err, ErrClosed) {
				t.Error(err)
			}
			g.drop(ioPkg, s)
			g.ok(httpPkg, "[static]outgoing-body.finish", body, value.Option{Some: g.call(httpPkg, "[constructor]fields")})
			if g.live() != 0 || g.host.buffered != 0 {
				t.Errorf("%d resources with %d bytes are left", g.live(), g.host.buffered)
			}
		})
	}
}

func TestRequestOptions(t *testing.T) {
	g := newGuest(t, Config{})
	o := g.call(httpPkg, "[constructor]request-options")
	for n, name := range []string{"connect-timeout", "first-byte-timeout", "between-bytes-timeout"} {
		g.equal(g.call(httpPkg, "[method]request-options."+name, o), value.Option{})
		want := value.Option{Some: value.U64(n)}
		g.ok(httpPkg, "[method]request-options.set-"+name, o, want)
		g.equal(g.call(httpPkg, "[method]request-options."+name, o), want)
	}
	g.drop(httpPkg, o)
}

func TestRequestText(t *testing.T) {
	g := newGuest(t, Config{MaxBuffered: MaxRequestText})
	r := g.call(httpPkg, "[constructor]outgoing-request", g.call(httpPkg, "[constructor]fields"))
	long := func(n int) value.Value { return value.Option{Some: value.String(bytes.Repeat([]byte("x"), n))} }
	g.ok(httpPkg, "[method]outgoing-request.set-path-with-query", r, long(MaxRequestText))
	g.fails(nil, httpPkg, "[method]outgoing-request.set-path-with-query", r, long(MaxRequestText+1))
	g.exceeds("bytes held by resources", g.traps(httpPkg, "[method]outgoing-request.set-authority", r, long(1)))
}

func TestResponse(t *testing.T) {
	g := newGuest(t, Config{})
	f := g.ok(httpPkg, "[static]fields.from-list", value.List{entry("a", "b")})
	r := g.call(httpPkg, "[constructor]outgoing-response", f)
	m := func(name string) string { return "[method]outgoing-response." + name }
	g.equal(g.call(httpPkg, m("status-code"), r), value.U16(200))
	g.ok(httpPkg, m("set-status-code"), r, value.U16(404))
	g.fails(nil, httpPkg, m("set-status-code"), r, value.U16(99))
	g.fails(nil, httpPkg, m("set-status-code"), r, value.U16(1000))
	g.equal(g.call(httpPkg, m("status-code"), r), value.U16(404))
	headers := g.call(httpPkg, m("headers"), r)
	g.equal(g.call(httpPkg, "[method]fields.entries", headers), value.List{entry("a", "b")})
	g.fails(value.Variant{Case: "immutable"}, httpPkg, "[method]fields.delete", headers, value.String("a"))
	body := g.ok(httpPkg, m("body"), r)
	g.fails(nil, httpPkg, m("body"), r)
	g.ok(httpPkg, "[static]outgoing-body.finish", body, value.Option{})
	g.drop(httpPkg, headers)
	g.drop(httpPkg, r)
	if g.live() != 0 || g.host.buffered != 0 {
		t.Errorf("%d resources with %d bytes are left", g.live(), g.host.buffered)
	}
}
