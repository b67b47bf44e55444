package runtimeworlds

import (
	"context"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/values"
)

type unitResult = hostruntime.Result[hostruntime.Unit, hostruntime.Unit]

func driveRecords(c *check, v values.Imports) {
	r := v.Records
	want(c, values.Tuple2[uint8, uint16]{F0: 4, F1: 5})(r.Pair(c.ctx))
	want(c, values.Tuple2[uint32, uint8]{F0: 2, F1: 1})(r.Swap(c.ctx, values.Tuple2[uint8, uint32]{F0: 1, F1: 2}))
	for _, x := range []values.Two{values.TwoOne, 0, values.TwoOther, values.TwoOne | values.TwoOther} {
		want(c, x)(r.EchoTwo(c.ctx, x))
	}
	for _, x := range []values.Three{values.ThreeFirst, 0, values.ThreeSecond, values.ThreeFirst | values.ThreeThird} {
		want(c, x)(r.EchoThree(c.ctx, x))
	}
	for _, x := range []values.Both{{Number: 8}, {Bits: values.TwoOne | values.TwoOther}} {
		want(c, x)(r.EchoBoth(c.ctx, x))
	}
	want(c, values.Tuple1[uint8]{F0: 1})(r.EchoSingle(c.ctx, values.Tuple1[uint8]{F0: 1}))
	wider := values.Tuple3[values.Eight, values.Sixteen, values.ThirtyTwo]{F0: values.EightB0, F1: values.SixteenB1, F2: values.ThirtyTwoB2}
	want(c, wider)(r.EchoWider(c.ctx, wider.F0, wider.F1, wider.F2))
}

// The last flag of as many as there are bits.
func driveLastFlags(c *check, v values.Imports) {
	last := values.Tuple3[values.Eight, values.Sixteen, values.ThirtyTwo]{F0: values.EightB7, F1: values.SixteenB15, F2: values.ThirtyTwoB31}
	want(c, last)(v.Records.EchoWider(c.ctx, last.F0, last.F1, last.F2))
}

func driveVariants(c *check, v values.Imports) {
	r := v.Variants
	one, two := float32(1), float32(2)
	want(c, new(uint8(1)))(r.Cut(c.ctx, &one))
	want(c, (*uint8)(nil))(r.Cut(c.ctx, nil))
	want(c, new(uint8(2)))(r.Cut(c.ctx, &two))
	want(c, 2.0)(r.CutEither(c.ctx, hostruntime.Result[uint32, float32]{OK: 2}))
	want(c, 4.0)(r.CutEither(c.ctx, hostruntime.Result[uint32, float32]{OK: 4}))
	fails[float64](c, uint8(5))(r.CutEither(c.ctx, hostruntime.Result[uint32, float32]{IsErr: true, Err: 5.3}))
	want(c, values.LetterA)(r.EchoLetter(c.ctx, values.LetterA))
	want(c, values.LetterB)(r.EchoLetter(c.ctx, values.LetterB))
	want(c, false)(r.Negate(c.ctx, true))
	want(c, true)(r.Negate(c.ctx, false))
	c.done(r.TakeAliases(c.ctx, nil, false, values.Outcome{IsErr: true}))
	for _, x := range []values.Tuple3[bool, unitResult, values.Failure]{
		{F0: true, F2: values.FailureSuccess},
		{F1: unitResult{IsErr: true}, F2: values.FailureSecond},
	} {
		want(c, x)(r.EchoEnums(c.ctx, x.F0, x.F1, x.F2))
	}
	want(c, values.Data(values.DataBytes{Value: []byte{1, 2}}))(r.Pick(c.ctx, 0))
	want(c, values.Data(values.DataNumber{Value: 7}))(r.Pick(c.ctx, 1))
	want(c, values.Data(values.DataText{Value: "text"}))(r.Pick(c.ctx, 2))
	for _, x := range []values.Maybes{
		{F0: values.MaybeIntNothing{}, F1: values.MaybeLongNothing{}, F2: values.MaybeFloatNothing{}, F3: values.MaybeDoubleNothing{}},
		{F0: values.MaybeIntSome{Value: 1}, F1: values.MaybeLongSome{Value: 2}, F2: values.MaybeFloatSome{Value: 3}, F3: values.MaybeDoubleSome{Value: 4}},
	} {
		want(c, x)(r.EchoMaybes(c.ctx, x))
	}
}

// Cases whose payloads are of different types, and share their place.
func driveJoined(c *check, v values.Imports) {
	for _, x := range []values.Joined{
		{
			F0: values.IntsA{Value: 1}, F1: values.IntFloatA{Value: 2}, F2: values.IntDoubleA{Value: 3},
			F3: values.LongFloatA{Value: 4}, F4: values.LongDoubleA{Value: 5}, F5: values.FloatsA{Value: 6},
		},
		{
			F0: values.IntsB{Value: 1}, F1: values.IntFloatB{Value: 2}, F2: values.IntDoubleB{Value: 3},
			F3: values.LongFloatB{Value: 4}, F4: values.LongDoubleB{Value: 5}, F5: values.FloatsB{Value: 6},
		},
	} {
		want(c, x)(v.Variants.EchoJoined(c.ctx, x))
	}
}

func driveOptions(c *check, v values.Imports) {
	o := v.Options
	foo := "foo"
	c.done(o.TakeNone(c.ctx, nil))
	c.done(o.TakeSome(c.ctx, &foo))
	want(c, (*string)(nil))(o.None(c.ctx))
	want(c, &foo)(o.Some(c.ctx))
	want(c, &foo)(o.Echo(c.ctx, &foo))
	for _, x := range []**uint32{new(new(uint32(42))), new((*uint32)(nil)), nil} {
		want(c, x)(o.EchoNested(c.ctx, x))
	}
}

type hostRecords struct{ *counter }

func (h *hostRecords) Pair(context.Context) (values.Tuple2[uint8, uint16], error) {
	h.count()
	return values.Tuple2[uint8, uint16]{F0: 4, F1: 5}, nil
}
func (h *hostRecords) Swap(_ context.Context, x values.Tuple2[uint8, uint32]) (values.Tuple2[uint32, uint8], error) {
	h.count()
	return values.Tuple2[uint32, uint8]{F0: x.F1, F1: x.F0}, nil
}
func (h *hostRecords) EchoTwo(_ context.Context, x values.Two) (values.Two, error) {
	h.count()
	return x, nil
}
func (h *hostRecords) EchoThree(_ context.Context, x values.Three) (values.Three, error) {
	h.count()
	return x, nil
}
func (h *hostRecords) EchoWider(_ context.Context, a values.Eight, b values.Sixteen, c values.ThirtyTwo) (values.Tuple3[values.Eight, values.Sixteen, values.ThirtyTwo], error) {
	h.count()
	return values.Tuple3[values.Eight, values.Sixteen, values.ThirtyTwo]{F0: a, F1: b, F2: c}, nil
}
func (h *hostRecords) EchoBoth(_ context.Context, x values.Both) (values.Both, error) {
	h.count()
	return x, nil
}
func (h *hostRecords) EchoSingle(_ context.Context, x values.Tuple1[uint8]) (values.Tuple1[uint8], error) {
	h.count()
	return x, nil
}

type hostVariants struct{ *counter }

func (h *hostVariants) Cut(_ context.Context, x *float32) (*uint8, error) {
	h.count()
	if x == nil {
		return nil, nil
	}
	return new(uint8(*x)), nil
}
func (h *hostVariants) CutEither(_ context.Context, x hostruntime.Result[uint32, float32]) (float64, error) {
	h.count()
	if x.IsErr {
		return 0, &values.CutEitherError{Value: uint8(x.Err)}
	}
	return float64(x.OK), nil
}
func (h *hostVariants) EchoLetter(_ context.Context, x values.Letter) (values.Letter, error) {
	h.count()
	return x, nil
}
func (h *hostVariants) Negate(_ context.Context, x bool) (bool, error) { h.count(); return !x, nil }
func (h *hostVariants) EchoJoined(_ context.Context, x values.Joined) (values.Joined, error) {
	h.count()
	return x, nil
}
func (h *hostVariants) EchoMaybes(_ context.Context, x values.Maybes) (values.Maybes, error) {
	h.count()
	return x, nil
}
func (h *hostVariants) TakeAliases(_ context.Context, a values.Perhaps, b values.Yes, c values.Outcome) error {
	h.count()
	return unexpected([]any{a, b, c}, []any{values.Perhaps(nil), false, values.Outcome{IsErr: true}})
}
func (h *hostVariants) EchoEnums(_ context.Context, a bool, b unitResult, c values.Failure) (values.Tuple3[bool, unitResult, values.Failure], error) {
	h.count()
	return values.Tuple3[bool, unitResult, values.Failure]{F0: a, F1: b, F2: c}, nil
}
func (h *hostVariants) Pick(_ context.Context, which uint8) (values.Data, error) {
	h.count()
	return []values.Data{values.DataBytes{Value: []byte{1, 2}}, values.DataNumber{Value: 7}, values.DataText{Value: "text"}}[which], nil
}

type hostOptions struct{ *counter }

func (h *hostOptions) TakeNone(_ context.Context, x *string) error {
	h.count()
	return unexpected(x, (*string)(nil))
}
func (h *hostOptions) TakeSome(_ context.Context, x *string) error {
	h.count()
	return unexpected(x, new("foo"))
}
func (h *hostOptions) None(context.Context) (*string, error)              { h.count(); return nil, nil }
func (h *hostOptions) Some(context.Context) (*string, error)              { h.count(); return new("foo"), nil }
func (h *hostOptions) Echo(_ context.Context, x *string) (*string, error) { h.count(); return x, nil }
func (h *hostOptions) EchoNested(_ context.Context, x **uint32) (**uint32, error) {
	h.count()
	return x, nil
}
