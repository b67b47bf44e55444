package spec

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

func TestExpectations(t *testing.T) {
	list, err := parseExpectations(`
# a comment
values/strings:3,14 no strings today
async validate not run
`)
	if err != nil {
		t.Fatal(err)
	}
	want := Expectations{
		{Script: "values/strings", Line: 3, Reason: "no strings today"},
		{Script: "values/strings", Line: 14, Reason: "no strings today"},
		{Script: "async", Reason: "not run", Mode: Validate},
	}
	if !reflect.DeepEqual(list, want) {
		t.Errorf("got %v, want %v", list, want)
	}
	for _, c := range []struct {
		path  string
		mode  Mode
		known int
	}{
		{"values/strings.json", Full, 2},
		{"some/where/values/strings.json", Full, 2},
		{"more-values/strings.json", Full, 0},
		{"some/async/deadlock.json", Validate, 0},
		{"some/async-calls.json", Full, 0},
	} {
		if mode, known := list.For(c.path); mode != c.mode || len(known) != c.known {
			t.Errorf("%s: mode %d and %d known, want %d and %d", c.path, mode, len(known), c.mode, c.known)
		}
	}
	for _, bad := range []string{"values/strings:3", "values/strings why", "values/strings:x why", "values/strings:0 why"} {
		if _, err := parseExpectations(bad); err == nil || !strings.Contains(err.Error(), "expect.txt:1") {
			t.Errorf("%q: got error %v", bad, err)
		}
	}
	if _, err := Default(); err != nil {
		t.Error(err)
	}
}

func TestJudge(t *testing.T) {
	known := []Known{{Line: 2, Reason: "known"}}
	wrong := errors.New("wrong")
	for _, c := range []struct {
		line int
		err  error
		want Status
	}{
		{1, nil, Passed},
		{1, wrong, Failed},
		{2, wrong, Skipped},
		{2, nil, Failed}, // an unexpected pass
		{1, &dependentError{2}, Skipped},
	} {
		r := judge(&Command{Line: c.line}, c.err, known)
		if r.Status != c.want || (r.Reason == "") != (c.want == Passed) {
			t.Errorf("line %d, error %v: got %+v, want %s", c.line, c.err, r, c.want)
		}
	}
}

func TestSame(t *testing.T) {
	nan := value.F64(math.Float64frombits(0x7ff0000000000001))
	for _, c := range []struct {
		a, b value.Value
		want bool
	}{
		{value.U8(1), value.U8(1), true},
		{value.U8(1), value.U16(1), false},
		{value.F64(math.NaN()), nan, true},
		{value.F64(0), value.F64(math.Copysign(0, -1)), false},
		{value.F32(1), value.F64(1), false},
		{value.Bytes{1, 2}, value.List{value.U8(1), value.U8(2)}, true},
		{value.Bytes{1, 2}, value.List{value.U8(1)}, false},
		{value.Tuple{value.U8(1)}, value.List{value.U8(1)}, false},
		{value.Option{}, value.Option{Some: value.Option{}}, false},
		{value.Result{IsError: true}, value.Result{}, false},
		{value.Variant{Case: "a", Payload: nan}, value.Variant{Case: "a", Payload: nan}, true},
		{value.Variant{Case: "a"}, value.Variant{Case: "b"}, false},
		{value.Flags{"a", "b"}, value.Flags{"b", "a"}, true},
		{value.Flags{"a", "b"}, value.Flags{"a", "c"}, false},
		{value.Record{{Name: "a", Value: nan}}, value.Record{{Name: "a", Value: nan}}, true},
		{value.Record{{Name: "a", Value: nan}}, value.Record{{Name: "b", Value: nan}}, false},
		{nil, value.U8(0), false},
		{nil, nil, true},
	} {
		if got := same(c.a, c.b); got != c.want {
			t.Errorf("same(%#v, %#v) is %v", c.a, c.b, got)
		}
	}
}

func TestSameMessage(t *testing.T) {
	for _, c := range []struct {
		got, want string
		same      bool
	}{
		{"list content out-of-bounds: 9 bytes", "wasm trap: list content out-of-bounds", true},
		{"realloc return: beyond end of memory", "list content out-of-bounds", true},
		{`handle index 1 used with the wrong type, expected resource "a"`,
			"handle index 1 used with the wrong type, expected guest-defined resource but found", true},
		{"unreachable", "unaligned pointer", false},
	} {
		if got := sameMessage(c.got, c.want); got != c.same {
			t.Errorf("sameMessage(%q, %q) is %v", c.got, c.want, got)
		}
	}
}
