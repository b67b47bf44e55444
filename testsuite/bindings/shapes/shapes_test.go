package shapes_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"reflect"
	"testing"

	"github.com/capsule-kit/capsule/codegen"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/bindings/shapes"
	"github.com/capsule-kit/capsule/wit"
)

// This package is what the generator makes of the world in wit.
func TestGeneratedIsCurrent(t *testing.T) {
	r, err := wit.Load(t.Context(), "wit", wit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	world, err := r.World("")
	if err != nil {
		t.Fatal(err)
	}
	files, err := codegen.Generate(world, codegen.Options{Go: &codegen.GoOptions{Package: "shapes"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		has, err := os.ReadFile(f.Path)
		if err != nil || !bytes.Equal(has, f.Data) {
			t.Errorf("%s is stale (%v): go run ./cmd/capsule-gen generate --wit testsuite/bindings/shapes/wit --go testsuite/bindings/shapes", f.Path, err)
		}
	}
}

// A mirror returns what it is given, and keeps it.
type mirror struct{ seen any }

var _ shapes.Shapes = (*mirror)(nil)

func reflected[T any](m *mirror, v T) (T, error) {
	m.seen = v
	return v, nil
}

func (m *mirror) Arrays(_ context.Context, v [4]float32) ([4]float32, error) { return reflected(m, v) }
func (m *mirror) Texts(_ context.Context, v [2]string) ([2]string, error)    { return reflected(m, v) }
func (m *mirror) Bytes(_ context.Context, v [16]byte) ([16]byte, error)      { return reflected(m, v) }
func (m *mirror) Big(_ context.Context, v [20]uint64) ([20]uint64, error)    { return reflected(m, v) }
func (m *mirror) Maybe(_ context.Context, v *[3]byte) (*[3]byte, error)      { return reflected(m, v) }

func (m *mirror) IDs(_ context.Context, v map[uint32]string) (map[uint32]string, error) {
	return reflected(m, v)
}

func (m *mirror) Bools(_ context.Context, v map[bool]int8) (map[bool]int8, error) {
	return reflected(m, v)
}

func (m *mirror) Chars(_ context.Context, v map[rune][]string) (map[rune][]string, error) {
	return reflected(m, v)
}

func (m *mirror) Nested(_ context.Context, v map[string]map[int64][2]byte) (map[string]map[int64][2]byte, error) {
	return reflected(m, v)
}

func (m *mirror) Cells(_ context.Context, v []cell) ([]cell, error) { return reflected(m, v) }

func (m *mirror) Either(_ context.Context, v either) (either, error) { return reflected(m, v) }

type (
	cell   = shapes.Tuple2[[2]uint16, map[string]uint32]
	result = hostruntime.Result[[2]uint32, map[uint8]string]
	either = shapes.Tuple1[result]
)

func start(t *testing.T, policy hostruntime.Policy) (*shapes.ShapesWorld, *mirror) {
	t.Helper()
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	comp, err := rt.LoadFile(t.Context(), "testdata/shapes.wasm")
	if err != nil {
		t.Fatal(err)
	}
	m := &mirror{}
	task, err := shapes.Instantiate(t.Context(), comp, policy, shapes.Imports{Shapes: m})
	if err != nil {
		t.Fatal(err)
	}
	return task, m
}

// Values go out and in, through the guest and the host's import and back, and
// look to the dynamic API as they should.
func TestRoundTrips(t *testing.T) {
	task, host := start(t, hostruntime.Policy{})
	e := &task.Shapes
	big := [20]uint64{1, 2, 1 << 63, 19: 7}
	row(t, task, host, "arrays", [4]float32{1, -2.5, 0, 3}, e.Arrays, "[1, -2.5, 0, 3]")
	row(t, task, host, "texts", [2]string{"", "où"}, e.Texts, `["", "où"]`)
	row(t, task, host, "bytes", [16]byte{0: 1, 15: 255}, e.Bytes, "[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255]")
	row(t, task, host, "big", big, e.Big, "[1, 2, 9223372036854775808, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]")
	row(t, task, host, "maybe", (*[3]byte)(nil), e.Maybe, "none")
	row(t, task, host, "maybe", &[3]byte{1, 2, 3}, e.Maybe, "some([1, 2, 3])")
	row(t, task, host, "ids", map[uint32]string{}, e.IDs, "{}")
	row(t, task, host, "ids", map[uint32]string{9: "nine", 1: ""}, e.IDs, `{1: "", 9: "nine"}`)
	row(t, task, host, "bools", map[bool]int8{true: -1}, e.Bools, "{true: -1}")
	row(t, task, host, "bools", map[bool]int8{true: -1, false: 5}, e.Bools, "{false: 5, true: -1}")
	row(t, task, host, "chars", map[rune][]string{'🌍': {"a", "b"}, 'a': {}}, e.Chars, `{'a': [], '🌍': ["a", "b"]}`)
	row(t, task, host, "nested", map[string]map[int64][2]byte{"": {}, "x": {-1: {1, 2}, 5: {3, 4}}}, e.Nested, `{"": {}, "x": {-1: [1, 2], 5: [3, 4]}}`)
	row(t, task, host, "cells", []cell{{F0: [2]uint16{1, 2}, F1: map[string]uint32{"n": 3}}, {F1: map[string]uint32{}}}, e.Cells, `[([1, 2], {"n": 3}), ([0, 0], {})]`)
	row(t, task, host, "either", either{F0: result{OK: [2]uint32{1, 2}}}, e.Either, "(ok([1, 2]))")
	row(t, task, host, "either", either{F0: result{IsErr: true, Err: map[uint8]string{8: "x"}}}, e.Either, `(err({8: "x"}))`)
}

func row[T any](t *testing.T, task *shapes.ShapesWorld, host *mirror, name string, v T, call func(context.Context, T) (T, error), wave string) {
	t.Helper()
	got, err := call(t.Context(), v)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if !reflect.DeepEqual(got, v) || !reflect.DeepEqual(host.seen, v) {
		t.Errorf("%s: %v came back as %v, the host saw %v", name, v, got, host.seen)
	}
	for _, f := range task.Instance().Component().Exports() {
		if f.Name != name {
			continue
		}
		arg, err := value.Parse(wave, f.Type.Params[0].Type)
		if err != nil {
			t.Fatal(err)
		}
		host.seen = nil
		dynamic, err := task.Instance().Call(t.Context(), name, arg)
		if err != nil || value.Format(dynamic) != wave || !reflect.DeepEqual(host.seen, v) {
			t.Errorf("%s: dynamic %s came back as %s, %v; the host saw %v", name, wave, value.Format(dynamic), err, host.seen)
		}
	}
}

// A value without a form is named, down to the entry.
func TestRefused(t *testing.T) {
	task, _ := start(t, hostruntime.Policy{})
	_, texts := task.Shapes.Texts(t.Context(), [2]string{"", "\xff"})
	_, chars := task.Shapes.Chars(t.Context(), map[rune][]string{'a': {"", "\xff"}})
	_, nested := task.Shapes.Nested(t.Context(), map[string]map[int64][2]byte{"\xff": nil})
	for path, err := range map[string]error{"v[1]": texts, "v[97][1]": chars, `v["\xff"]`: nested} {
		if argument, ok := errors.AsType[*hostruntime.ArgumentError](err); !ok || argument.Path != path {
			t.Errorf("want an error at %s: %v", path, err)
		}
	}
}

// A map's entries are charged before they are there.
func TestMapsAreCharged(t *testing.T) {
	many := map[uint32]string{}
	for i := range uint32(10_000) {
		many[i] = ""
	}
	task, _ := start(t, hostruntime.Policy{Limits: hostruntime.Limits{LiftedBytes: 100_000}})
	_, err := task.Shapes.IDs(t.Context(), many)
	if limit, ok := errors.AsType[*hostruntime.LimitError](err); !ok || limit.Limit != hostruntime.LimitLifted {
		t.Errorf("10,000 entries: %v", err)
	}
}
