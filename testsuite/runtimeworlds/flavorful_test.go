package runtimeworlds

import (
	"context"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/values"
)

type (
	aliasTuple   = values.Tuple2[[]byte, []string]
	variantTuple = values.Tuple3[[]bool, []unitResult, []values.Errno]
)

var (
	givenAliases  = aliasTuple{F0: []byte("typedef3"), F1: []string{"typedef4"}}
	takenVariants = variantTuple{F0: []bool{true, false}, F1: []unitResult{{}, {IsErr: true}}, F2: []values.Errno{values.ErrnoSuccess, values.ErrnoA}}
	givenVariants = variantTuple{F0: []bool{false, true}, F1: []unitResult{{IsErr: true}, {}}, F2: []values.Errno{values.ErrnoA, values.ErrnoB}}
)

func driveFlavorful(c *check, v values.Imports) {
	f := v.Flavorful
	c.done(f.Take(c.ctx, values.Taken{A: "taken"}))
	want(c, values.Given{A: "given"})(f.Give(c.ctx))
	want(c, values.Changed{A: "changed output"})(f.Change(c.ctx, values.Changed{A: "changed input"}))
	want(c, values.Changed{A: "result4"})(f.ChangeRenamed(c.ctx, values.Renamed{A: "input4"}))
	c.done(f.TakeVariants(c.ctx, new("foo"), hostruntime.Result[hostruntime.Unit, string]{IsErr: true, Err: "bar"}))
	want(c, new("variant"))(f.GiveVariant(c.ctx))
	want(c, new("output3"))(f.ChangeVariant(c.ctx, new("input3")))
	fails[hostruntime.Unit](c, values.ErrnoB)(hostruntime.Unit{}, f.Once(c.ctx))
	c.done(f.Once(c.ctx))
	want(c, givenAliases)(f.Aliases(c.ctx, "typedef1", []string{"typedef2"}))
	want(c, givenVariants)(f.ListVariants(c.ctx, takenVariants.F0, takenVariants.F1, takenVariants.F2))
}

func driveSixteen(c *check, v values.Imports) {
	c.done(v.Arguments.Sixteen(c.ctx, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16))
}

// One more than is passed without memory.
func driveSeventeen(c *check, v values.Imports) {
	want[uint32](c, 153)(v.Arguments.Seventeen(c.ctx, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17))
}

func driveCommon(c *check, v values.Imports) {
	want(c, values.Whole{Number: 4, Bits: values.BitsA})(v.Common.Wrap(c.ctx, values.BitsA))
	want(c, values.Either(values.EitherNumber{Value: 5}))(v.Common.Choose(c.ctx))
}

func driveSameNames(c *check, v values.Imports) {
	want(c, "first")(v.First.Name(c.ctx))
	want(c, "second")(v.Second.Name(c.ctx))
}

func driveShadows(c *check, v values.Imports) {
	fails[hostruntime.Unit](c, (*bool)(nil))(hostruntime.Unit{}, v.Shadows.Shadowed(c.ctx, false, true))
	fails[hostruntime.Unit](c, new(true))(hostruntime.Unit{}, v.Shadows.Shadowed(c.ctx, true, true))
	c.done(v.Shadows.Shadowed(c.ctx, true, false))
}

// The function behind a feature is not there to be called.
func driveGated(c *check, v values.Imports) {
	if _, ok := v.Gated.(interface{ Hidden(context.Context) error }); ok {
		c.failf("a function behind a feature was generated")
	}
	want[uint8](c, 7)(v.Gated.Shown(c.ctx))
}

type hostFlavorful struct {
	*counter
	called bool
}

func (h *hostFlavorful) Take(_ context.Context, x values.Taken) error {
	h.count()
	return unexpected(x, values.Taken{A: "taken"})
}

func (h *hostFlavorful) Give(context.Context) (values.Given, error) {
	h.count()
	return values.Given{A: "given"}, nil
}

func (h *hostFlavorful) Change(_ context.Context, x values.Changed) (values.Changed, error) {
	h.count()
	return values.Changed{A: "changed output"}, unexpected(x, values.Changed{A: "changed input"})
}

func (h *hostFlavorful) ChangeRenamed(_ context.Context, x values.Renamed) (values.Renamed, error) {
	h.count()
	return values.Renamed{A: "result4"}, unexpected(x, values.Changed{A: "input4"})
}

func (h *hostFlavorful) TakeVariants(_ context.Context, a *string, b hostruntime.Result[hostruntime.Unit, string]) error {
	h.count()
	return unexpected([]any{a, b}, []any{new("foo"), hostruntime.Result[hostruntime.Unit, string]{IsErr: true, Err: "bar"}})
}

func (h *hostFlavorful) GiveVariant(context.Context) (*string, error) {
	h.count()
	return new("variant"), nil
}

func (h *hostFlavorful) ChangeVariant(_ context.Context, x *string) (*string, error) {
	h.count()
	return new("output3"), unexpected(x, new("input3"))
}

// Once fails the first time.
func (h *hostFlavorful) Once(context.Context) error {
	h.count()
	if !h.called {
		h.called = true
		return &values.OnceError{Value: values.ErrnoB}
	}
	return nil
}

func (h *hostFlavorful) Aliases(_ context.Context, a string, b []string) (aliasTuple, error) {
	h.count()
	return givenAliases, unexpected([]any{a, b}, []any{"typedef1", []string{"typedef2"}})
}

func (h *hostFlavorful) ListVariants(_ context.Context, a []bool, b []unitResult, c []values.Errno) (variantTuple, error) {
	h.count()
	return givenVariants, unexpected(variantTuple{F0: a, F1: b, F2: c}, takenVariants)
}

type hostArguments struct{ *counter }

func (h *hostArguments) Sixteen(_ context.Context, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16 uint64) error {
	h.count()
	return unexpected([]uint64{a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16},
		[]uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
}

func (h *hostArguments) Seventeen(_ context.Context, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17 uint32) (uint32, error) {
	h.count()
	return 153, unexpected([]uint32{a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17},
		[]uint32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17})
}

type hostCommon struct{ *counter }

func (h *hostCommon) Wrap(_ context.Context, x values.Bits) (values.Whole, error) {
	h.count()
	return values.Whole{Number: 4, Bits: x}, nil
}

func (h *hostCommon) Choose(context.Context) (values.OneOf, error) {
	h.count()
	return values.EitherNumber{Value: 5}, nil
}

type hostFirst struct{ *counter }

func (h *hostFirst) Name(context.Context) (string, error) { h.count(); return "first", nil }

type hostSecond struct{ *counter }

func (h *hostSecond) Name(context.Context) (string, error) { h.count(); return "second", nil }

type hostShadows struct{ *counter }

func (h *hostShadows) Shadowed(_ context.Context, a values.Result, b values.Option) error {
	h.count()
	switch {
	case !b:
		return nil
	case a:
		return &values.ShadowedError{Value: new(true)}
	}
	return &values.ShadowedError{}
}

type hostGated struct{ *counter }

func (h *hostGated) Shown(context.Context) (uint8, error) { h.count(); return 7, nil }
