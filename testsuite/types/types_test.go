//go:build guests

// Package types sends every value type through every engine, four crossings
// each, with the dynamic API.
package types

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

const echo = "test:types/echo@0.1.0"

// A row is one value through one function.
type row struct {
	function string
	args     []value.Value
	// want is nil where the first argument comes back.
	want value.Value
	// differs says why an engine can't return the value, by engine; the test
	// fails if it can after all.
	differs map[string]string
}

var point = value.Record{
	{Name: "x", Value: value.F32(1.5)},
	{Name: "y", Value: value.F64(-0.1)},
	{Name: "label", Value: value.String("où \U0001F30D\x00 end")},
	{Name: "near", Value: value.List{value.U16(0), value.U16(math.MaxUint16)}},
}

var many = []value.Value{
	value.U8(255), value.S16(-32768), value.U32(math.MaxUint32), value.S64(-1 << 53), value.F32(0.25), value.F64(math.Pi),
	value.Char('\U0010FFFF'), value.Bool(true), value.String("ninth"),
	value.U8(0), value.S16(32767), value.U32(1), value.S64(1<<53 - 1), value.F32(float32(math.Inf(-1))), value.F64(math.Inf(1)),
	value.Char('\uFFFD'), value.String(""),
}

func rows() []row {
	// wasmtime shows the same differences for the same components.
	const (
		number   = "64-bit integers are JavaScript numbers there: exact up to 2^53 only"
		unsigned = "large u32 values lose bits there"
		negative = "negative s64 values abort there, alone and where a variant shares their slot"
	)
	u64 := map[string]string{guest.QuickJS: number}
	s64 := map[string]string{guest.QuickJS: number, guest.StarlingMonkey: negative}
	u32 := map[string]string{guest.StarlingMonkey: unsigned}
	below := map[string]string{guest.StarlingMonkey: negative}
	one := func(function string, values ...value.Value) []row {
		var rows []row
		for _, v := range values {
			rows = append(rows, row{function: function, args: []value.Value{v}})
		}
		return rows
	}
	list := [][]row{
		one("echo-bool", value.Bool(false), value.Bool(true)),
		one("echo-s8", value.S8(-128), value.S8(0), value.S8(127)),
		one("echo-u8", value.U8(0), value.U8(255)),
		one("echo-s16", value.S16(-32768), value.S16(32767)),
		one("echo-u16", value.U16(0), value.U16(65535)),
		one("echo-s32", value.S32(math.MinInt32), value.S32(-1), value.S32(math.MaxInt32)),
		one("echo-u32", value.U32(0), value.U32(1<<31-1)),
		one("echo-s64", value.S64(0), value.S64(1<<53)),
		{
			{function: "echo-u32", args: []value.Value{value.U32(math.MaxUint32)}, differs: u32},
			{function: "echo-s64", args: []value.Value{value.S64(-1 << 53)}, differs: below},
			{function: "echo-s64", args: []value.Value{value.S64(math.MinInt64 + 1)}, differs: s64},
			{function: "echo-s64", args: []value.Value{value.S64(1<<62 + 1)}, differs: u64},
			{function: "echo-u64", args: []value.Value{value.U64(1<<53 + 1)}, differs: u64},
			{function: "echo-u64", args: []value.Value{value.U64(math.MaxUint64)}, differs: u64},
		},
		one("echo-u64", value.U64(0), value.U64(1<<53)),
		one("echo-f32", value.F32(0), value.F32(float32(math.Copysign(0, -1))), value.F32(math.MaxFloat32),
			value.F32(math.SmallestNonzeroFloat32), value.F32(float32(math.Inf(1))), value.F32(float32(math.NaN()))),
		one("echo-f64", value.F64(math.Copysign(0, -1)), value.F64(math.MaxFloat64), value.F64(math.SmallestNonzeroFloat64),
			value.F64(math.Inf(-1)), value.F64(math.NaN()), value.F64(0.1)),
		one("echo-char", value.Char(0), value.Char('a'), value.Char('\uD7FF'), value.Char('\uE000'), value.Char('\uFFFF'),
			value.Char('\U00010000'), value.Char('\U0010FFFF')),
		one("echo-string", value.String(""), value.String("a\x00b"), value.String("\uD7FF\uE000 \U0001F468\u200D\U0001F469"),
			value.String(strings.Repeat("é", 100_000))),
		one("echo-bytes", value.Bytes{}, value.Bytes{0, 1, 254, 255}, value.Bytes(make([]byte, 1<<20))),
		one("echo-strings", value.List{}, value.List{value.String(""), value.String("x"), value.String("\u202e")}),
		one("echo-lists", value.List{}, value.List{value.List{}, value.List{value.U32(1), value.U32(math.MaxUint32)}}),
		one("echo-floats", value.List{value.F64(math.NaN()), value.F64(-0.5), value.F64(math.Inf(1))}),
		one("echo-chars", value.List{value.Char('é'), value.Char('\U0001F30D')}),
		one("echo-point", point),
		one("echo-nested", value.Record{
			{Name: "point", Value: point},
			{Name: "path", Value: value.List{point, point}},
			{Name: "choice", Value: value.Variant{Case: "at", Payload: point}},
			{Name: "maybe", Value: value.Option{Some: value.Option{Some: value.String("deep")}}},
			{Name: "flagged", Value: value.Flags{"read", "run"}},
		}),
		one("echo-tuple", value.Tuple{value.U8(7), value.String("seven"), value.S64(7)}),
		one("echo-shape", shapes[:2]...),
		{
			{function: "echo-shape", args: shapes[2:3], differs: below},
			{function: "echo-shape", args: shapes[3:4]},
			{function: "echo-shape", args: shapes[4:5], differs: below},
			{function: "echo-shape", args: shapes[5:6]},
			{function: "echo-shape", args: shapes[6:7], differs: below},
			{function: "echo-shape", args: shapes[7:8]},
		},
		one("echo-shapes", value.List(shapes)),
		one("echo-color", value.Enum("red"), value.Enum("dark-green"), value.Enum("blue")),
		one("echo-option", value.Option{}, value.Option{Some: value.U32(0)}, value.Option{Some: value.U32(1 << 30)}),
		{{function: "echo-option", args: []value.Value{value.Option{Some: value.U32(math.MaxUint32)}}, differs: u32}},
		one("echo-option-string", value.Option{}, value.Option{Some: value.String("")}),
		one("echo-option-option", value.Option{}, value.Option{Some: value.Option{}}, value.Option{Some: value.Option{Some: value.U32(5)}}),
		one("echo-result", value.Result{Payload: value.U32(1)}, value.Result{IsError: true, Payload: value.String("no")}),
		one("echo-result-empty", value.Result{}, value.Result{IsError: true}),
		one("echo-result-ok", value.Result{Payload: point}, value.Result{IsError: true}),
		one("echo-result-err", value.Result{}, value.Result{IsError: true, Payload: value.Variant{Case: "single", Payload: value.F32(2)}}),
		one("echo-results", value.List{value.Result{Payload: value.U32(1)}, value.Result{IsError: true, Payload: value.String("no")}}),
		one("echo-small", value.Flags{}, value.Flags{"write"}, value.Flags{"read", "write", "run"}),
		one("echo-medium", value.Flags{}, value.Flags{"f0", "f8"}),
		one("echo-large", value.Flags{}, value.Flags{"g0", "g15", "g31"}),
		{
			{function: "echo-many", args: many, want: value.Tuple(many)},
			{function: "nothing"},
		},
	}
	var all []row
	for _, l := range list {
		all = append(all, l...)
	}
	return all
}

var shapes = []value.Value{
	value.Variant{Case: "nothing"},
	value.Variant{Case: "byte", Payload: value.U8(255)},
	value.Variant{Case: "single", Payload: value.F32(-1.25)},
	value.Variant{Case: "double", Payload: value.F64(1e300)},
	value.Variant{Case: "long", Payload: value.S64(-1 << 40)},
	value.Variant{Case: "text", Payload: value.String("text")},
	value.Variant{Case: "at", Payload: point},
	value.Variant{Case: "many", Payload: value.List{value.U64(0), value.U64(1 << 50)}},
}

func TestEveryValueTypeRoundTrips(t *testing.T) {
	ctx := context.Background()
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(ctx) })
	for _, engine := range guest.Engines {
		t.Run(engine, func(all *testing.T) {
			component := load(ctx, all, rt, engine)
			// A failed call ends its instance; the next one outlives the row.
			in, served := start(ctx, all, component)
			for i, r := range rows() {
				all.Run(fmt.Sprintf("%02d-%s", i, r.function), func(t *testing.T) {
					want := r.want
					if want == nil && len(r.args) > 0 {
						want = r.args[0]
					}
					before := *served
					got, err := in.Call(ctx, echo+"#"+r.function, r.args...)
					calls := *served - before
					equal := err == nil && (want == nil && got == nil || want != nil && got != nil && value.Equal(got, want))
					reason, expected := r.differs[engine]
					switch {
					case equal && expected:
						t.Errorf("the value came back, though it is listed as impossible: %s", reason)
					case !equal && !expected:
						t.Errorf("got %v, %v; want %v", got, err, want)
					case !expected && calls != 1:
						t.Errorf("the guest called the host %d times, want once", calls)
					}
					if err != nil {
						in, served = start(ctx, all, component)
					}
				})
			}
		})
	}
}

func load(ctx context.Context, t *testing.T, rt *hostruntime.Runtime, engine string) *hostruntime.Component {
	t.Helper()
	file := "sandbox/guest.js"
	if engine == guest.Python {
		file = "sandbox/guest.py"
	}
	component, err := rt.LoadFile(ctx, guest.Build(t, guest.Spec{WIT: "wit", World: "types", Engine: engine, File: file}))
	if err != nil {
		t.Fatal(err)
	}
	return component
}

// start instantiates a component whose host returns what it is given.
func start(ctx context.Context, t *testing.T, component *hostruntime.Component) (in *hostruntime.Instance, served *int) {
	t.Helper()
	served = new(int)
	var imports hostruntime.Imports
	for _, f := range component.Imports() {
		if f.Interface != echo {
			continue
		}
		imports = append(imports, hostruntime.HostFunc(f.Interface, f.Name,
			func(_ context.Context, args []value.Value) (value.Value, error) {
				*served++
				switch len(args) {
				case 0:
					return nil, nil
				case 1:
					return args[0], nil
				}
				return value.Tuple(args), nil
			}))
	}
	in, err := component.Instantiate(ctx, hostruntime.Policy{}, imports)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(ctx) })
	return in, served
}
