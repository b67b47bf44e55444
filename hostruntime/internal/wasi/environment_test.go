package wasi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

func TestNothingIsGrantedByDefault(t *testing.T) {
	g := newGuest(t, Config{})
	g.equal(g.call("wasi:cli/environment", "get-environment"), value.List(nil))
	g.equal(g.call("wasi:cli/environment", "get-arguments"), value.List(nil))
	g.equal(g.call("wasi:cli/environment", "initial-cwd"), value.Option{})
	g.equal(g.call("wasi:filesystem/preopens", "get-directories"), value.List(nil))
	for _, s := range []string{"stdin", "stdout", "stderr"} {
		g.equal(g.call("wasi:cli/terminal-"+s, "get-terminal-"+s), value.Option{})
	}
	denied := value.Enum("access-denied")
	g.fails(denied, "wasi:sockets/tcp-create-socket", "create-tcp-socket", value.Enum("ipv4"))
	g.fails(denied, "wasi:sockets/udp-create-socket", "create-udp-socket", value.Enum("ipv6"))
	network := g.call("wasi:sockets/instance-network", "instance-network")
	g.fails(denied, "wasi:sockets/ip-name-lookup", "resolve-addresses", network, value.String("localhost"))
	g.drop("wasi:sockets/network", network)
	g.ok(ioPkg, out+"write", g.call("wasi:cli/stdout", "get-stdout"), value.Bytes("nowhere"))
}

func TestEnvironment(t *testing.T) {
	g := newGuest(t, Config{Args: []string{"prog", "a b", "\xff"}, Env: []string{"A=1=2", "EMPTY=", "BARE"}})
	g.equal(g.call("wasi:cli/environment", "get-arguments"),
		value.List{value.String("prog"), value.String("a b"), value.String("\uFFFD")})
	pair := func(k, v value.String) value.Value { return value.Tuple{k, v} }
	g.equal(g.call("wasi:cli/environment", "get-environment"),
		value.List{pair("A", "1=2"), pair("EMPTY", ""), pair("BARE", "")})
}

func TestExit(t *testing.T) {
	g := newGuest(t, Config{})
	for _, c := range []struct {
		function string
		status   value.Value
		want     uint8
	}{
		{"exit", value.Result{}, 0},
		{"exit", value.Result{IsError: true}, 1},
		{"exit-with-code", value.U8(42), 42},
	} {
		exit := (*ExitError)(nil)
		if err := g.traps("wasi:cli/exit", c.function, c.status); !errors.As(err, &exit) || exit.Status != c.want {
			t.Errorf("%s(%v): %v, want status %d", c.function, c.status, err, c.want)
		}
	}
}

func TestRandom(t *testing.T) {
	g := newGuest(t, Config{Random: strings.NewReader("0123456789abcdefABCDEFGH")})
	g.equal(g.call("wasi:random/random", "get-random-bytes", value.U64(3)), value.Bytes("012"))
	g.equal(g.call("wasi:random/insecure", "get-insecure-random-bytes", value.U64(5)), value.Bytes("34567"))
	g.equal(g.call("wasi:random/random", "get-random-u64"), value.U64(0x6665646362613938))
	g.equal(g.call("wasi:random/insecure", "get-insecure-random-u64"), value.U64(0x4847464544434241))
	if err := g.traps("wasi:random/insecure-seed", "insecure-seed"); !errors.Is(err, io.EOF) {
		t.Errorf("error %v, want the reader's", err)
	}
}

func TestRandomIsRealByDefault(t *testing.T) {
	g := newGuest(t, Config{})
	seed := g.call("wasi:random/insecure-seed", "insecure-seed").(value.Tuple)
	if seed[0] == seed[1] {
		t.Errorf("seed %v", seed)
	}
	a := g.call("wasi:random/random", "get-random-bytes", value.U64(MaxRandom)).(value.Bytes)
	b := g.call("wasi:random/random", "get-random-bytes", value.U64(MaxRandom)).(value.Bytes)
	if len(a) != MaxRandom || bytes.Equal(a, b) {
		t.Errorf("%d bytes, the same twice or too few", len(a))
	}
	for _, n := range []value.U64{MaxRandom + 1, 1 << 63} {
		g.exceeds("random bytes in one call", g.traps("wasi:random/random", "get-random-bytes", n))
	}
}

func TestErrorTexts(t *testing.T) {
	for want, err := range map[string]error{
		"the guest exited with status 3":                               &ExitError{Status: 3},
		"wasi: open resources: 11 is above the limit of 10":            &LimitError{What: "open resources", Limit: 10, Attempt: 11},
		"wasi: the instance was closed":                                ErrClosed,
		"not-permitted":                                                fileError("not-permitted"),
		"wasi: wasi:cli/exit#exit: 0 arguments, want 1":                callError("wasi:cli/exit", "exit"),
		"wasi: wasi:io/poll#[method]pollable.ready: called on a <nil>": callError("wasi:io/poll", "[method]pollable.ready", value.Handle{}),
		"wasi: wasi:io/poll/pollable: dropped a *wasi.outputStream":    pollableResource.Drop(New(Config{}), &outputStream{}),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func callError(iface, name string, args ...value.Value) error {
	_, err := interfaces[iface].Funcs[name].Call(context.Background(), New(Config{}), args)
	return err
}
