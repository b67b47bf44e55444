package hostruntime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// asking returns a component that imports function f, which returns a u32,
// from each of the interfaces, calls it at instantiation, and exports what it
// returned as value v0, v1 and so on.
func asking(interfaces ...string) []byte {
	var imports, aliases, exports []string
	for i, name := range interfaces {
		imports = append(imports, "\x00"+str(name)+"\x05\x00")
		aliases = append(aliases, "\x01\x00"+n(i)+str("f"))
		exports = append(exports, valueExport(fmt.Sprintf("v%d", i), i))
	}
	calls := ""
	for i := range interfaces {
		calls += sec(9, n(i)+vec()+"\x01")
	}
	return comp(
		sec(7, vec("\x42"+vec("\x01\x40\x00\x00"+tU32, "\x04\x00"+str("f")+"\x01\x00"))),
		sec(10, vec(imports...)),
		sec(6, vec(aliases...)),
		calls,
		sec(11, vec(exports...)),
	)
}

func returning(iface string, v uint32) hostruntime.Imports {
	return hostruntime.Imports{hostruntime.HostFunc(iface, "f", func(context.Context, []value.Value) (value.Value, error) {
		return value.U32(v), nil
	})}
}

// An import is served by what the host has of the same semver track, whichever
// of the two is newer; a component can have several of one track.
func TestImportsMatchBySemverTrack(t *testing.T) {
	for _, c := range []struct {
		component, host string
		match           bool
	}{
		{"a:b/c", "a:b/c", true},
		{"a:b/c@1.2.3", "a:b/c@1.0.0", true},
		{"a:b/c@1.0.0", "a:b/c@1.2.3", true},
		{"a:b/c@1", "a:b/c@1.2.3", true},
		{"a:b/c@0.2.12", "a:b/c@0.2.0", true},
		{"a:b/c@0.2", "a:b/c@0.2.0", true},
		{"a:b/c@0.0.1", "a:b/c@0.0.1", true},
		{"a:b/c@1.2.3+build", "a:b/c@1.2.3", true},
		{"a:b/c@1.2.3-rc.1", "a:b/c@1.2.3-rc.1", true},
		{"a:b/c@1.2.3-rc.1+build", "a:b/c@1.2.3-rc.1", true},
		{"a:b/c@1.2.3+build-2", "a:b/c@1.0.0", true},
		{"a:b/c", "a:b/c@1.0.0", false},
		{"a:b/c@1.0.0", "a:b/c", false},
		{"a:b/c@1.0.0", "a:b/c@2.0.0", false},
		{"a:b/c@0.2.0", "a:b/c@0.3.0", false},
		{"a:b/c@0.0.1", "a:b/c@0.0.2", false},
		{"a:b/c@1.2.3-rc.1", "a:b/c@1.2.3", false},
		{"a:b/c@1.2.3", "a:b/d@1.2.3", false},
	} {
		in, err := instantiate(t, asking(c.component), returning(c.host, 7))
		if !c.match {
			if trap, ok := errors.AsType[*hostruntime.Trap](err); !ok || !strings.Contains(trap.Reason, c.component+"#f") {
				t.Errorf("%s for %s: got %v, want a trap that names the import", c.host, c.component, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s for %s: %v", c.host, c.component, err)
			continue
		}
		wantValue(t, in, "v0", value.U32(7))
	}
	in, err := instantiate(t, asking("a:b/c@0.2.0", "a:b/c@0.2.9", "a:b/c@0.3.0", "a:b/c@1", "a:b/c@1.5.0"),
		returning("a:b/c@0.2.9", 9), returning("a:b/c@0.2.4", 4), returning("a:b/c@0.3.1", 3),
		returning("a:b/c@1", 1), returning("a:b/c@1.2.0", 12))
	if err != nil {
		t.Fatal(err)
	}
	// What has the very version comes first, then the last of the track.
	for i, want := range []value.U32{4, 9, 3, 1, 1} {
		wantValue(t, in, fmt.Sprintf("v%d", i), want)
	}
}

// An instance that is imported under a name of its own is served by that name,
// or as the interface that it says it implements.
func TestImportThatImplements(t *testing.T) {
	labelled := func(label string) string {
		return "\x02" + str(label) + vec("\x00"+str("a:b/c@0.2.0")) + "\x05\x00"
	}
	component := comp(
		sec(7, vec("\x42"+vec("\x01\x40\x00\x00"+tU32, "\x04\x00"+str("f")+"\x01\x00"))),
		sec(10, vec(labelled("one"), labelled("two"))),
		sec(6, vec("\x01\x00\x00"+str("f"), "\x01\x00\x01"+str("f"))),
		sec(9, "\x00"+vec()+"\x01"),
		sec(9, "\x01"+vec()+"\x01"),
		sec(11, vec(valueExport("v0", 0), valueExport("v1", 1))),
	)
	in, err := instantiate(t, component, returning("one", 1), returning("a:b/c@0.2.7", 7))
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, in, "v0", value.U32(1))
	wantValue(t, in, "v1", value.U32(7))
}

// Functions of an instance within an imported instance have names that lead to
// them.
func TestImportedInstanceWithinAnother(t *testing.T) {
	inner := "\x42" + vec("\x01\x40\x00\x00"+tU32, "\x04\x00"+str("f")+"\x01\x00")
	component := comp(
		sec(7, vec("\x42"+vec("\x01"+inner, "\x04\x00"+str("in")+"\x05\x00"))),
		sec(10, vec("\x00"+str("out")+"\x05\x00")),
		sec(6, vec("\x05\x00\x00"+str("in"))),
		sec(6, vec("\x01\x00\x01"+str("f"))),
		sec(9, "\x00"+vec()+"\x01"),
		sec(11, vec(valueExport("v", 0), "\x00"+str("again")+"\x05\x00\x00")),
	)
	in, err := instantiate(t, component, returning("out#in", 9))
	if err != nil {
		t.Fatal(err)
	}
	wantValue(t, in, "v", value.U32(9))
	var names []string
	for _, f := range in.Component().Imports() {
		names = append(names, f.String())
	}
	for _, f := range in.Component().Exports() {
		names = append(names, f.String())
	}
	if got := strings.Join(names, " "); got != "out#in#f again#in#f" {
		t.Errorf("functions are %q", got)
	}
}

// calling returns a component whose export run calls its import h.
func calling() []byte {
	module := "\x00asm\x01\x00\x00\x00" + cat(
		sec(1, vec("\x60\x00\x00")),
		sec(2, vec(str("")+str("h")+"\x00\x00")),
		sec(3, vec("\x00")),
		sec(7, vec(str("run")+"\x00\x01")),
		sec(10, vec(str("\x00\x10\x00\x0b"))),
	)
	return comp(
		sec(7, vec("\x40\x00\x01\x00")),
		sec(10, vec("\x00"+str("h")+"\x01\x00")),
		sec(8, vec("\x01\x00\x00"+vec())),
		sec(1, module),
		sec(2, vec("\x01"+vec(str("h")+"\x00\x00"), "\x00\x00"+vec(str("")+"\x12\x00"))),
		sec(6, vec("\x00\x00\x01\x01"+str("run"))),
		sec(8, vec("\x00\x00\x01"+vec()+"\x00")),
		sec(11, vec("\x00"+str("run")+"\x01\x01\x00")),
	)
}

// A host function that calls back into the instance that it serves is refused
// at once, and the instance lives on if the function takes it well.
func TestHostFunctionCannotReenter(t *testing.T) {
	var in *hostruntime.Instance
	var nested error
	in, err := instantiate(t, calling(), hostruntime.Imports{
		hostruntime.HostFunc("", "h", func(ctx context.Context, _ []value.Value) (value.Value, error) {
			_, nested = in.Call(ctx, "run")
			return nil, nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := in.Call(t.Context(), "run"); err != nil || !errors.Is(nested, hostruntime.ErrBusy) {
			t.Errorf("got %v, and %v inside; want ErrBusy inside", err, nested)
		}
	}
}

// A panic of a host function is a trap that keeps its cause, and ends the
// instance.
func TestHostPanicEndsTheInstance(t *testing.T) {
	in, err := instantiate(t, calling(), hostruntime.Imports{
		hostruntime.HostFunc("", "h", func(context.Context, []value.Value) (value.Value, error) { panic("oops") }),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = in.Call(t.Context(), "run")
	if p, ok := errors.AsType[*hostruntime.HostPanic](err); !ok || p.Value != "oops" || p.Func != "h" {
		t.Errorf("got %v, want the host's panic", err)
	}
	_, err = in.Call(t.Context(), "run")
	if _, ok := errors.AsType[*hostruntime.DeadError](err); !ok {
		t.Errorf("got %v, want an instance that has ended", err)
	}
}
