package runtimeworlds

import (
	"context"
	"math"

	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/values"
)

const rocketText = "🚀🚀🚀 𠈄𓀀"

func driveNumbers(c *check, v values.Imports) {
	n := v.Numbers
	for _, x := range []uint8{1, 0, math.MaxUint8} {
		want(c, x)(n.EchoU8(c.ctx, x))
	}
	for _, x := range []int8{1, math.MinInt8, math.MaxInt8} {
		want(c, x)(n.EchoS8(c.ctx, x))
	}
	for _, x := range []uint16{1, 0, math.MaxUint16} {
		want(c, x)(n.EchoU16(c.ctx, x))
	}
	for _, x := range []int16{1, math.MinInt16, math.MaxInt16} {
		want(c, x)(n.EchoS16(c.ctx, x))
	}
	for _, x := range []uint32{1, 0, math.MaxInt32} {
		want(c, x)(n.EchoU32(c.ctx, x))
	}
	for _, x := range []int32{1, math.MinInt32, math.MaxInt32} {
		want(c, x)(n.EchoS32(c.ctx, x))
	}
	for _, x := range []float64{1, math.Inf(1), math.Inf(-1)} {
		want(c, float32(x))(n.EchoF32(c.ctx, float32(x)))
		want(c, x)(n.EchoF64(c.ctx, x))
	}
	if got := is[float32](c)(n.EchoF32(c.ctx, float32(math.NaN()))); got == got {
		c.failf("NaN came back as %v", got)
	}
	if got := is[float64](c)(n.EchoF64(c.ctx, math.NaN())); got == got {
		c.failf("NaN came back as %v", got)
	}
	for _, x := range "a 🚩" {
		want(c, x)(n.EchoChar(c.ctx, x))
	}
	for _, x := range []uint32{2, 4} {
		c.done(n.Keep(c.ctx, x))
		want(c, x)(n.Kept(c.ctx))
	}
}

func driveHighBit(c *check, v values.Imports) {
	for _, x := range []uint32{1 << 31, math.MaxUint32 - 1, math.MaxUint32} {
		want(c, x)(v.Numbers.EchoU32(c.ctx, x))
	}
}

// The ends of what a JavaScript number holds exactly.
func driveWide(c *check, v values.Imports) {
	const exact = 1 << 53
	for _, x := range []uint64{0, 1, exact - 1} {
		want(c, x)(v.Wide.EchoU64(c.ctx, x))
	}
	for _, x := range []int64{1, exact - 1} {
		want(c, x)(v.Wide.EchoS64(c.ctx, x))
	}
}

func driveNegative(c *check, v values.Imports) {
	for _, x := range []int64{-1, 1 - 1<<53} {
		want(c, x)(v.Wide.EchoS64(c.ctx, x))
	}
}

func driveWidest(c *check, v values.Imports) {
	want(c, uint64(math.MaxUint64))(v.Wide.EchoU64(c.ctx, math.MaxUint64))
	for _, x := range []int64{math.MinInt64, math.MaxInt64} {
		want(c, x)(v.Wide.EchoS64(c.ctx, x))
	}
}

func driveWideLists(c *check, v values.Imports) {
	a, b := []uint64{0, math.MaxUint64}, []int64{math.MinInt64, math.MaxInt64}
	want(c, values.Tuple2[[]uint64, []int64]{F0: a, F1: b})(v.Wide.EchoLists(c.ctx, a, b))
}

func driveStrings(c *check, v values.Imports) {
	s := v.Strings
	c.done(s.Take(c.ctx, "latin utf16"))
	want(c, rocketText)(s.Rockets(c.ctx))
	want(c, "")(s.Nothing(c.ctx))
	want(c, rocketText)(s.Echo(c.ctx, rocketText))
	c.done(s.TakeText(c.ctx, "hello"))
	want(c, "world")(s.AText(c.ctx))
}

type hostNumbers struct {
	*counter
	kept uint32
}

func (h *hostNumbers) EchoU8(_ context.Context, x uint8) (uint8, error)    { h.count(); return x, nil }
func (h *hostNumbers) EchoS8(_ context.Context, x int8) (int8, error)      { h.count(); return x, nil }
func (h *hostNumbers) EchoU16(_ context.Context, x uint16) (uint16, error) { h.count(); return x, nil }
func (h *hostNumbers) EchoS16(_ context.Context, x int16) (int16, error)   { h.count(); return x, nil }
func (h *hostNumbers) EchoU32(_ context.Context, x uint32) (uint32, error) { h.count(); return x, nil }
func (h *hostNumbers) EchoS32(_ context.Context, x int32) (int32, error)   { h.count(); return x, nil }
func (h *hostNumbers) EchoF32(_ context.Context, x float32) (float32, error) {
	h.count()
	return x, nil
}
func (h *hostNumbers) EchoF64(_ context.Context, x float64) (float64, error) {
	h.count()
	return x, nil
}
func (h *hostNumbers) EchoChar(_ context.Context, x rune) (rune, error) { h.count(); return x, nil }
func (h *hostNumbers) Keep(_ context.Context, x uint32) error           { h.count(); h.kept = x; return nil }
func (h *hostNumbers) Kept(context.Context) (uint32, error)             { h.count(); return h.kept, nil }

type hostWide struct{ *counter }

func (h *hostWide) EchoU64(_ context.Context, x uint64) (uint64, error) { h.count(); return x, nil }
func (h *hostWide) EchoS64(_ context.Context, x int64) (int64, error)   { h.count(); return x, nil }
func (h *hostWide) EchoLists(_ context.Context, a []uint64, b []int64) (values.Tuple2[[]uint64, []int64], error) {
	h.count()
	return values.Tuple2[[]uint64, []int64]{F0: a, F1: b}, nil
}

type hostStrings struct{ *counter }

func (h *hostStrings) Take(_ context.Context, x string) error {
	h.count()
	return unexpected(x, "latin utf16")
}
func (h *hostStrings) Rockets(context.Context) (string, error)          { h.count(); return rocketText, nil }
func (h *hostStrings) Nothing(context.Context) (string, error)          { h.count(); return "", nil }
func (h *hostStrings) Echo(_ context.Context, x string) (string, error) { h.count(); return x, nil }
func (h *hostStrings) TakeText(_ context.Context, x string) error {
	h.count()
	return unexpected(x, "hello")
}
func (h *hostStrings) AText(context.Context) (string, error) { h.count(); return "world", nil }
