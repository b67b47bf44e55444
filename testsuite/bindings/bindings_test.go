package bindings

import (
	"context"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/bindings/types"
	"github.com/capsule-kit/capsule/wit/abi"
)

const echo = "test:types/echo@0.1.0"

// A row is one value: as Go, as WAVE, and the typed call that returns it.
type row struct {
	function string
	wave     string
	goValue  any
	call     func(ctx context.Context, e *types.EchoExports) (any, error)
}

// same is a row of a function that returns its argument as it is.
func same[T any](function, wave string, v T, method func(*types.EchoExports, context.Context, T) (T, error)) row {
	return row{function, wave, v, func(ctx context.Context, e *types.EchoExports) (any, error) { return method(e, ctx, v) }}
}

// result is a row of a function whose result is the argument's two cases.
func result[T, E any](function, wave string, v hostruntime.Result[T, E], method func(*types.EchoExports, context.Context, hostruntime.Result[T, E]) (T, error)) row {
	return row{function, wave, v, func(ctx context.Context, e *types.EchoExports) (any, error) {
		ok, err := method(e, ctx, v)
		if refused, is := errors.AsType[*hostruntime.ResultError[E]](err); is {
			return hostruntime.Result[T, E]{IsErr: true, Err: refused.Value}, nil
		}
		return hostruntime.Result[T, E]{OK: ok}, err
	}}
}

// resultUnit is result for a function without an ok payload.
func resultUnit[E any](function, wave string, v hostruntime.Result[hostruntime.Unit, E], method func(*types.EchoExports, context.Context, hostruntime.Result[hostruntime.Unit, E]) error) row {
	return result(function, wave, v, func(e *types.EchoExports, ctx context.Context, v hostruntime.Result[hostruntime.Unit, E]) (hostruntime.Unit, error) {
		return hostruntime.Unit{}, method(e, ctx, v)
	})
}

var (
	point  = types.Point{X: 1.5, Y: -0.1, Label: "où 🌍", Near: []uint16{0, math.MaxUint16}}
	nested = types.Nested{
		Point: point, Path: []types.Point{{Near: []uint16{}}, point}, Choice: types.ShapeMany{Value: []uint64{1, math.MaxUint64}},
		Maybe: new(new("")), Flagged: types.SmallRead | types.SmallRun,
	}
	pointWave  = `{x: 1.5, y: -0.1, label: "où 🌍", near: [0, 65535]}`
	nestedWave = `{point: ` + pointWave + `, path: [{x: 0, y: 0, label: "", near: []}, ` + pointWave +
		`], choice: many([1, 18446744073709551615]), maybe: some(some("")), flagged: {read, run}}`
	manyValue = many{
		F0: 255, F1: -32768, F2: math.MaxUint32, F3: math.MinInt64, F4: 0.25, F5: math.Pi, F6: 0x10ffff, F7: true, F8: "ninth",
		F9: 0, F10: 32767, F11: 1, F12: math.MaxInt64, F13: float32(math.Inf(-1)), F14: math.Inf(1), F15: 0xfffd, F16: "",
	}
)

type (
	shapeErr = hostruntime.Result[hostruntime.Unit, types.Shape]
	numbers  = hostruntime.Result[uint32, string]
	pointOK  = hostruntime.Result[types.Point, hostruntime.Unit]
	empty    = hostruntime.Result[hostruntime.Unit, hostruntime.Unit]
)

func rows() []row {
	type e = types.EchoExports
	rows := []row{
		same("echo-bool", "true", true, (*e).EchoBool),
		same("echo-bool", "false", false, (*e).EchoBool),
		same("echo-s8", "-128", int8(-128), (*e).EchoS8),
		same("echo-u8", "255", uint8(255), (*e).EchoU8),
		same("echo-s16", "-32768", int16(-32768), (*e).EchoS16),
		same("echo-u16", "65535", uint16(65535), (*e).EchoU16),
		same("echo-s32", "-2147483648", int32(math.MinInt32), (*e).EchoS32),
		same("echo-u32", "4294967295", uint32(math.MaxUint32), (*e).EchoU32),
		same("echo-s64", "-9223372036854775808", int64(math.MinInt64), (*e).EchoS64),
		same("echo-u64", "18446744073709551615", uint64(math.MaxUint64), (*e).EchoU64),
		same("echo-f32", "-0.1", float32(-0.1), (*e).EchoF32),
		same("echo-f32", "inf", float32(math.Inf(1)), (*e).EchoF32),
		same("echo-f64", "5e-324", 5e-324, (*e).EchoF64),
		same("echo-f64", "-inf", math.Inf(-1), (*e).EchoF64),
		same("echo-char", `'\u{d7ff}'`, rune(0xd7ff), (*e).EchoChar),
		same("echo-char", `'\u{e000}'`, rune(0xe000), (*e).EchoChar),
		same("echo-string", `""`, "", (*e).EchoString),
		same("echo-string", `"a\u{0}é🌍"`, "a\x00é🌍", (*e).EchoString),
		same("echo-bytes", "[]", []byte{}, (*e).EchoBytes),
		same("echo-bytes", "[0, 127, 255]", []byte{0, 127, 255}, (*e).EchoBytes),
		same("echo-strings", `["", "b"]`, []string{"", "b"}, (*e).EchoStrings),
		same("echo-lists", "[[], [1], [2, 4294967295]]", [][]uint32{{}, {1}, {2, math.MaxUint32}}, (*e).EchoLists),
		same("echo-floats", "[0, -1.5]", []float64{0, -1.5}, (*e).EchoFloats),
		same("echo-chars", "['a', '🌍']", []rune{'a', '🌍'}, (*e).EchoChars),
		same("echo-point", pointWave, point, (*e).EchoPoint),
		same("echo-nested", nestedWave, nested, (*e).EchoNested),
		same("echo-tuple", `(1, "two", -3)`, types.Tuple3[uint8, string, int64]{F0: 1, F1: "two", F2: -3}, (*e).EchoTuple),
		same("echo-shape", "nothing", types.Shape(types.ShapeNothing{}), (*e).EchoShape),
		same("echo-shape", "byte(255)", types.Shape(types.ShapeByte{Value: 255}), (*e).EchoShape),
		same("echo-shape", "single(-0.5)", types.Shape(types.ShapeSingle{Value: -0.5}), (*e).EchoShape),
		same("echo-shape", "double(-0.1)", types.Shape(types.ShapeDouble{Value: -0.1}), (*e).EchoShape),
		same("echo-shape", "long(-2)", types.Shape(types.ShapeLong{Value: -2}), (*e).EchoShape),
		same("echo-shape", `text("x")`, types.Shape(types.ShapeText{Value: "x"}), (*e).EchoShape),
		same("echo-shape", "at("+pointWave+")", types.Shape(types.ShapeAt{Value: point}), (*e).EchoShape),
		same("echo-shape", "many([])", types.Shape(types.ShapeMany{Value: []uint64{}}), (*e).EchoShape),
		same("echo-shapes", `[nothing, text("y"), single(2)]`, []types.Shape{types.ShapeNothing{}, types.ShapeText{Value: "y"}, types.ShapeSingle{Value: 2}}, (*e).EchoShapes),
		same("echo-color", "dark-green", types.ColorDarkGreen, (*e).EchoColor),
		same("echo-option", "none", (*uint32)(nil), (*e).EchoOption),
		same("echo-option", "some(0)", new(uint32(0)), (*e).EchoOption),
		same("echo-option-string", `some("")`, new(""), (*e).EchoOptionString),
		same("echo-option-option", "none", (**uint32)(nil), (*e).EchoOptionOption),
		same("echo-option-option", "some(none)", new((*uint32)(nil)), (*e).EchoOptionOption),
		same("echo-option-option", "some(some(7))", new(new(uint32(7))), (*e).EchoOptionOption),
		same("echo-results", `[ok(1), err("no")]`, []numbers{{OK: 1}, {IsErr: true, Err: "no"}}, (*e).EchoResults),
		same("echo-small", "{read, run}", types.SmallRead|types.SmallRun, (*e).EchoSmall),
		same("echo-medium", "{f8}", types.MediumF8, (*e).EchoMedium),
		same("echo-large", "{g0, g31}", types.LargeG0|types.LargeG31, (*e).EchoLarge),
		result("echo-result", "ok(9)", numbers{OK: 9}, (*e).EchoResult),
		result("echo-result", `err("no")`, numbers{IsErr: true, Err: "no"}, (*e).EchoResult),
		result("echo-result-ok", "ok("+pointWave+")", pointOK{OK: point}, (*e).EchoResultOK),
		result("echo-result-ok", "err", pointOK{IsErr: true}, (*e).EchoResultOK),
		resultUnit("echo-result-empty", "ok", empty{}, (*e).EchoResultEmpty),
		resultUnit("echo-result-empty", "err", empty{IsErr: true}, (*e).EchoResultEmpty),
		resultUnit("echo-result-err", "ok", shapeErr{}, (*e).EchoResultErr),
		resultUnit("echo-result-err", "err(long(-1))", shapeErr{IsErr: true, Err: types.ShapeLong{Value: -1}}, (*e).EchoResultErr),
	}
	m := manyValue
	return append(rows, row{
		function: "echo-many",
		wave:     `255, -32768, 4294967295, -9223372036854775808, 0.25, 3.141592653589793, '\u{10ffff}', true, "ninth", 0, 32767, 1, 9223372036854775807, -inf, inf, '\u{fffd}', ""`,
		goValue:  m,
		call: func(ctx context.Context, e *types.EchoExports) (any, error) {
			return e.EchoMany(ctx, m.F0, m.F1, m.F2, m.F3, m.F4, m.F5, m.F6, m.F7, m.F8, m.F9, m.F10, m.F11, m.F12, m.F13, m.F14, m.F15, m.F16)
		},
	})
}

// load loads the component that passes calls on.
func load(t testing.TB) *hostruntime.Component {
	t.Helper()
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	comp, err := rt.Load(t.Context(), passthrough(t))
	if err != nil {
		t.Fatal(err)
	}
	return comp
}

func exportType(t *testing.T, comp *hostruntime.Component, name string) *abi.Func {
	t.Helper()
	for _, f := range comp.Exports() {
		if f.Name == name {
			return f.Type
		}
	}
	t.Fatalf("the component has no function %s", name)
	return nil
}

// Typed calls lower and lift what dynamic host functions see and return.
func TestTypedCalls(t *testing.T) {
	comp := load(t)
	var seen []value.Value
	dynamic := hostruntime.Imports{}
	for _, f := range comp.Imports() {
		dynamic = append(dynamic, hostruntime.HostFunc(f.Interface, f.Name, func(_ context.Context, args []value.Value) (value.Value, error) {
			seen = args
			switch {
			case len(args) == 0:
				return nil, nil
			case len(args) > 1:
				return value.Tuple(args), nil
			}
			return args[0], nil
		}))
	}
	in, err := comp.Instantiate(t.Context(), hostruntime.Policy{}, dynamic)
	if err != nil {
		t.Fatal(err)
	}
	task := bound(t, in)
	for _, r := range rows() {
		got, err := r.call(t.Context(), task)
		if err != nil {
			t.Errorf("%s(%s): %v", r.function, r.wave, err)
			continue
		}
		if text := waves(seen); text != parsed(t, comp, r) {
			t.Errorf("%s: the guest got %s, want %s", r.function, text, r.wave)
		}
		if !reflect.DeepEqual(got, r.goValue) {
			t.Errorf("%s(%s) returned %#v", r.function, r.wave, got)
		}
	}
}

// bound binds the exports of an instance that was made without the generated
// Instantiate.
func bound(t *testing.T, in *hostruntime.Instance) *types.EchoExports {
	t.Helper()
	task, err := types.Bind(in)
	if err != nil {
		t.Fatal(err)
	}
	return &task.Echo
}

// waves writes arguments as WAVE.
func waves(args []value.Value) string {
	list := make([]string, len(args))
	for i, v := range args {
		list[i] = value.Format(v)
	}
	return strings.Join(list, ", ")
}

// parsed returns a row's arguments in the one form that WAVE is written in.
func parsed(t *testing.T, comp *hostruntime.Component, r row) string {
	t.Helper()
	return waves(arguments(t, comp, r))
}

func arguments(t *testing.T, comp *hostruntime.Component, r row) []value.Value {
	t.Helper()
	call, err := value.ParseCall(r.function + "(" + r.wave + ")")
	if err != nil {
		t.Fatal(err)
	}
	args, err := call.Args(exportType(t, comp, r.function).Params)
	if err != nil {
		t.Fatalf("%s(%s): %v", r.function, r.wave, err)
	}
	return args
}

// Typed host functions lift and lower what dynamic calls pass and get.
func TestTypedHostFunctions(t *testing.T) {
	comp := load(t)
	host := &mirror{}
	task, err := types.Instantiate(t.Context(), comp, hostruntime.Policy{}, types.Imports{Echo: host})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows() {
		args := arguments(t, comp, r)
		got, err := task.Instance().Call(t.Context(), echo+"#"+r.function, args...)
		if err != nil {
			t.Errorf("%s(%s): %v", r.function, r.wave, err)
			continue
		}
		if !reflect.DeepEqual(host.seen, r.goValue) {
			t.Errorf("%s(%s): the host got %#v", r.function, r.wave, host.seen)
		}
		want := args[0]
		if len(args) > 1 {
			want = value.Tuple(args)
		}
		if !value.Equal(got, want) {
			t.Errorf("%s(%s) returned %s", r.function, r.wave, value.Format(got))
		}
	}
	if err := task.Echo.Nothing(t.Context()); err != nil {
		t.Error(err)
	}
}

// Every NaN that crosses is the canonical one.
func TestNaN(t *testing.T) {
	task, err := types.Instantiate(t.Context(), load(t), hostruntime.Policy{}, types.Imports{Echo: &mirror{}})
	if err != nil {
		t.Fatal(err)
	}
	f32, err := task.Echo.EchoF32(t.Context(), math.Float32frombits(0xffc12345))
	if err != nil || math.Float32bits(f32) != abi.CanonicalNaN32 {
		t.Errorf("got %#x, %v", math.Float32bits(f32), err)
	}
	f64, err := task.Echo.EchoF64(t.Context(), math.Float64frombits(0xfff8000000012345))
	if err != nil || math.Float64bits(f64) != abi.CanonicalNaN64 {
		t.Errorf("got %#x, %v", math.Float64bits(f64), err)
	}
}

// A Go value without a form in WIT is an argument error that says where, and
// leaves the instance as it was.
func TestArgumentErrors(t *testing.T) {
	task, err := types.Instantiate(t.Context(), load(t), hostruntime.Policy{}, types.Imports{Echo: &mirror{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, e := t.Context(), &task.Echo
	with := func(change func(*types.Nested)) error {
		v := nested
		change(&v)
		_, err := e.EchoNested(ctx, v)
		return err
	}
	second := func(_ any, err error) error { return err }
	tests := []struct {
		name, path, want string
		err              error
	}{
		{"nil variant", "v", "a case of shape", second(e.EchoShape(ctx, nil))},
		{"pointer to a case", "v", "*types.ShapeNothing", second(e.EchoShape(ctx, &types.ShapeNothing{}))},
		{"nil variant in a list", "v[1]", "<nil>", second(e.EchoShapes(ctx, []types.Shape{types.ShapeNothing{}, nil}))},
		{"enum", "v", "a case of color, got 0x3", second(e.EchoColor(ctx, 3))},
		{"flags", "v", "flags of small, got 0x8", second(e.EchoSmall(ctx, 8))},
		{"char", "v", "Unicode scalar value", second(e.EchoChar(ctx, 0xd800))},
		{"char in a list", "v[2]", "Unicode scalar value", second(e.EchoChars(ctx, []rune{1, 2, -1}))},
		{"string", "v", "UTF-8", second(e.EchoString(ctx, "\xff"))},
		{"string in a tuple", "v.1", "UTF-8", second(e.EchoTuple(ctx, types.Tuple3[uint8, string, int64]{F1: "\xff"}))},
		{"string in a record in a list in a record", "v.path[1].label", "UTF-8", with(func(v *types.Nested) {
			v.Path = []types.Point{point, {Label: "\xff"}, {Label: "\xff"}}
		})},
		{"first of two", "v.point.label", "UTF-8", with(func(v *types.Nested) { v.Point.Label, v.Choice = "\xff", nil })},
		{"variant in a record", "v.choice", "a case of shape", with(func(v *types.Nested) { v.Choice = nil })},
		{"payload", "v.choice.label", "UTF-8", with(func(v *types.Nested) { v.Choice = types.ShapeAt{Value: types.Point{Label: "\xff"}} })},
		{"flags in a record", "v.flagged", "flags of small", with(func(v *types.Nested) { v.Flagged = 0xff })},
		{"ninth of many", "i", "UTF-8", second(e.EchoMany(ctx, 0, 0, 0, 0, 0, 0, 0, false, "\xff", 0, 0, 0, 0, 0, 0, 0, "\xff"))},
	}
	for _, test := range tests {
		argument, ok := errors.AsType[*hostruntime.ArgumentError](test.err)
		if !ok {
			t.Errorf("%s: got %v, want an argument error", test.name, test.err)
			continue
		}
		if argument.Path != test.path || !strings.Contains(argument.Error(), test.want) {
			t.Errorf("%s: got %q, want path %q and %q", test.name, argument, test.path, test.want)
		}
	}
	if v, err := e.EchoU8(ctx, 7); err != nil || v != 7 {
		t.Errorf("the next call returned %d, %v", v, err)
	}
}

// broken returns what no guest may be given, or an error.
type broken struct {
	mirror
	err error
}

func (b *broken) EchoShape(context.Context, types.Shape) (types.Shape, error) { return nil, b.err }

func (b *broken) EchoResult(context.Context, numbers) (uint32, error) { return 0, b.err }

func TestHostErrors(t *testing.T) {
	comp := load(t)
	cause := errors.New("the disk is full")
	tests := []struct {
		name string
		host *broken
		call func(context.Context, *types.EchoExports) error
		want string
	}{
		{"nil variant", &broken{}, func(ctx context.Context, e *types.EchoExports) error {
			_, err := e.EchoShape(ctx, types.ShapeNothing{})
			return err
		}, "a case of shape"},
		{"error", &broken{err: cause}, func(ctx context.Context, e *types.EchoExports) error {
			_, err := e.EchoShape(ctx, types.ShapeNothing{})
			return err
		}, cause.Error()},
		{"error beside a result", &broken{err: cause}, func(ctx context.Context, e *types.EchoExports) error {
			_, err := e.EchoResult(ctx, numbers{})
			return err
		}, cause.Error()},
		{"another function's result error", &broken{err: &types.EchoResultErrError{Value: types.ShapeNothing{}}}, func(ctx context.Context, e *types.EchoExports) error {
			_, err := e.EchoResult(ctx, numbers{})
			return err
		}, "the function returned its error case: types.ShapeNothing{}"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			task, err := types.Instantiate(t.Context(), comp, hostruntime.Policy{}, types.Imports{Echo: test.host})
			if err != nil {
				t.Fatal(err)
			}
			err = test.call(t.Context(), &task.Echo)
			trap, ok := errors.AsType[*hostruntime.Trap](err)
			if !ok || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want a trap with %q", err, test.want)
			}
			if test.host.err != nil && !errors.Is(trap, test.host.err) {
				t.Errorf("the trap's cause is lost: %v", trap)
			}
		})
	}
}

// An import that the host leaves out traps when it is called, by name.
func TestMissingImport(t *testing.T) {
	task, err := types.Instantiate(t.Context(), load(t), hostruntime.Policy{}, types.Imports{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = task.Echo.EchoU8(t.Context(), 1)
	if trap, ok := errors.AsType[*hostruntime.Trap](err); !ok || !strings.Contains(trap.Error(), echo+"#echo-u8") {
		t.Errorf("got %v, want a trap that names the import", err)
	}
}

// What the bindings lift is charged to the call's budget before it is made.
func TestLiftBudget(t *testing.T) {
	policy := hostruntime.Policy{Limits: hostruntime.Limits{LiftedBytes: 1 << 10}}
	for size, fits := range map[int]bool{60: true, 600: false} {
		task, err := types.Instantiate(t.Context(), load(t), policy, types.Imports{Echo: &mirror{}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = task.Echo.EchoFloats(t.Context(), make([]float64, size))
		limit, limited := errors.AsType[*hostruntime.LimitError](err)
		if fits && err != nil || !fits && (!limited || limit.Limit != hostruntime.LimitLifted) {
			t.Errorf("%d floats: %v", size, err)
		}
	}
}

// Bindings refuse a component whose types are others.
func TestBindRefusesOtherTypes(t *testing.T) {
	in, err := load(t).Instantiate(t.Context(), hostruntime.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = in.Bind(bind.Export{Interface: echo, Name: "echo-u8", Type: "func(v: u16) -> u8"})
	if link, ok := errors.AsType[*hostruntime.LinkError](err); !ok || !strings.Contains(link.Error(), "func(v: u8) -> u8") {
		t.Errorf("got %v, want an error that names both types", err)
	}
}
