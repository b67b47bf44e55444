//go:build guests

package spec

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// instance instantiates a definition of runtime/host-resources.wast.
func instance(t *testing.T, name string, imports ...hostruntime.Imports) *hostruntime.Instance {
	t.Helper()
	for _, path := range suite(t, Runtime, "/host-resources.json") {
		script, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range script.Commands {
			if c.Name != name {
				continue
			}
			rt, err := hostruntime.New(t.Context(), hostruntime.Config{NoCache: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = rt.Close(context.Background()) })
			component, err := rt.LoadFile(t.Context(), filepath.Join(filepath.Dir(path), c.Filename))
			if err != nil {
				t.Fatal(err)
			}
			in, err := component.Instantiate(t.Context(), hostruntime.Policy{}, imports...)
			if err != nil {
				t.Fatal(err)
			}
			return in
		}
	}
	t.Fatalf("no definition %s", name)
	return nil
}

func call(t *testing.T, in *hostruntime.Instance, name string, args ...value.Value) value.Value {
	t.Helper()
	result, err := in.Call(t.Context(), name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// wantArgumentError checks that a handle was refused before anything ran.
func wantArgumentError(t *testing.T, in *hostruntime.Instance, err error, text string) {
	t.Helper()
	if _, ok := errors.AsType[*hostruntime.ArgumentError](err); !ok || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v, want an argument error: %s", err, text)
	}
	call(t, in, "destroyed") // the instance is alive
}

func TestHostOwnsGuestResources(t *testing.T) {
	in := instance(t, "Exports")
	a := call(t, in, "make", value.U32(3)).(value.Handle)
	b := call(t, in, "make", value.U32(4)).(value.Handle)
	if got := call(t, in, "rep", a); got != value.U32(3) {
		t.Errorf("rep: got %v", got)
	}
	if got := call(t, in, "rep", a); got != value.U32(3) {
		t.Errorf("rep of what was lent before: got %v", got)
	}
	if err := in.Drop(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if got := call(t, in, "destroyed"); got != value.U32(3) {
		t.Errorf("destroyed: got %v after a drop", got)
	}
	call(t, in, "take", b)
	if got := call(t, in, "destroyed"); got != value.U32(7) {
		t.Errorf("destroyed: got %v after the guest's own drop", got)
	}

	wantArgumentError(t, in, in.Drop(t.Context(), a), "was dropped")
	wantArgumentError(t, in, in.Drop(t.Context(), b), "was given away")
	_, err := in.Call(t.Context(), "rep", a)
	wantArgumentError(t, in, err, "was dropped")
	_, err = in.Call(t.Context(), "take", b)
	wantArgumentError(t, in, err, "was given away")
	wantArgumentError(t, in, in.Drop(t.Context(), value.Handle{Resource: "r", Rep: 3}), "a handle of a guest's resource")

	other := instance(t, "Exports")
	foreign := call(t, other, "make", value.U32(5)).(value.Handle)
	wantArgumentError(t, in, in.Drop(t.Context(), foreign), "another instance")
	_, err = in.Call(t.Context(), "rep", foreign)
	wantArgumentError(t, in, err, "another instance")
}

func TestDropTraps(t *testing.T) {
	in := instance(t, "Exports")
	unlucky := call(t, in, "make", value.U32(13)).(value.Handle)
	other := call(t, in, "make", value.U32(1)).(value.Handle)
	err := in.Drop(t.Context(), unlucky)
	trap, ok := errors.AsType[*hostruntime.Trap](err)
	if !ok || trap.Export != "[resource-drop]r" || !strings.Contains(trap.Reason, "unreachable") {
		t.Errorf("got %#v, want a trap of the destructor", err)
	}
	if _, ok := errors.AsType[*hostruntime.DeadError](in.Drop(t.Context(), other)); !ok {
		t.Error("the instance serves on after a trap")
	}
	if err := in.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := in.Drop(t.Context(), other); !errors.Is(err, hostruntime.ErrClosed) {
		t.Errorf("got %v for a closed instance", err)
	}
}

// file is a resource of the host's.
type file struct{ size uint32 }

func files(dropped *[]uint32, fail bool) hostruntime.Imports {
	const iface = "test:pkg/files@1.0.3" // of the same semver track
	return hostruntime.Imports{
		hostruntime.HostFunc(iface, "open", func(_ context.Context, args []value.Value) (value.Value, error) {
			return value.Handle{Rep: &file{uint32(args[0].(value.U32))}}, nil
		}),
		hostruntime.HostFunc(iface, "size", func(_ context.Context, args []value.Value) (value.Value, error) {
			return value.U32(args[0].(value.Handle).Rep.(*file).size), nil
		}),
		hostruntime.HostResource(iface, "file", func(_ context.Context, rep any) error {
			*dropped = append(*dropped, rep.(*file).size)
			if fail {
				return errors.New("disk full")
			}
			return nil
		}),
	}
}

func TestGuestOwnsHostResources(t *testing.T) {
	var dropped []uint32
	in := instance(t, "Imports", files(&dropped, false))
	first := call(t, in, "open", value.U32(10))
	second := call(t, in, "open", value.U32(20))
	call(t, in, "open", value.U32(30))
	if got := call(t, in, "size", second); got != value.U32(20) {
		t.Errorf("size: got %v", got)
	}
	call(t, in, "drop", first)
	if want := []uint32{10}; !reflect.DeepEqual(dropped, want) {
		t.Errorf("dropped %v, want %v", dropped, want)
	}
	if err := in.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []uint32{10, 30, 20}; !reflect.DeepEqual(dropped, want) {
		t.Errorf("dropped %v after Close, want %v", dropped, want)
	}
}

func TestHostDropFails(t *testing.T) {
	var dropped []uint32
	in := instance(t, "Imports", files(&dropped, true))
	_, err := in.Call(t.Context(), "drop", call(t, in, "open", value.U32(1)))
	trap, ok := errors.AsType[*hostruntime.Trap](err)
	if !ok || trap.Cause == nil || !strings.Contains(trap.Reason, "[resource-drop]file: disk full") {
		t.Errorf("got %v, want a trap of the host's cause", err)
	}
	if err := in.Close(t.Context()); err != nil || len(dropped) != 1 {
		t.Errorf("close: %v, %d drops", err, len(dropped))
	}
}

func TestHostDropPanics(t *testing.T) {
	var dropped []uint32
	imports := files(&dropped, false)
	imports[2].Drop = func(context.Context, any) error { panic("a bug of the host's") }
	in := instance(t, "Imports", imports)
	_, err := in.Call(t.Context(), "drop", call(t, in, "open", value.U32(1)))
	const want = "[resource-drop]file panicked: a bug of the host's"
	if trap, ok := errors.AsType[*hostruntime.Trap](err); !ok || !strings.HasSuffix(trap.Reason, want) {
		t.Errorf("got %v, want a trap: …%s", err, want)
	}
	if cause, ok := errors.AsType[*hostruntime.HostPanic](err); !ok || !strings.Contains(string(cause.Stack), "hostresource_test.go") {
		t.Errorf("the cause doesn't tell where: %v", err)
	}
}
