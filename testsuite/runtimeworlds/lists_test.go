package runtimeworlds

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/values"
)

type (
	octetTuple  = values.Tuple3[uint8, uint32, uint8]
	headerTuple = values.Tuple2[string, []byte]
)

var (
	listWords  = []string{"foo", "bar", "baz"}
	listNested = [][]string{{"foo", "bar"}, {"baz"}}
	listTuples = []octetTuple{{F0: 1, F1: 2, F2: 3}, {F0: 4, F1: 5, F2: 6}}
)

func driveLists(c *check, v values.Imports) {
	l := v.Lists
	c.done(l.TakeNone(c.ctx, nil, ""))
	if got := is[[]byte](c)(l.None(c.ctx)); len(got) != 0 {
		c.failf("none: %v", got)
	}
	c.done(l.TakeBytes(c.ctx, []byte{1, 2, 3, 4}))
	c.done(l.TakeWords(c.ctx, listWords))
	c.done(l.TakeNested(c.ctx, listNested))
	c.done(l.TakeTuples(c.ctx, listTuples))
	c.done(l.TakeMany(c.ctx, slices.Repeat([]string{"string"}, 1000)))
	want(c, []byte{1, 2, 3, 4, 5})(l.Bytes(c.ctx))
	want(c, []string{"hello,", "world!"})(l.Words(c.ctx))
	for _, x := range []string{"x", "hello", "hello ⚑ world"} {
		want(c, []byte(x))(l.EchoBytes(c.ctx, []byte(x)))
	}
	headers := []headerTuple{{F0: "Content-Type", F1: []byte("text/plain")}, {F0: "Content-Length", F1: []byte("9")}}
	want(c, headers)(l.EchoHeaders(c.ctx, headers))
	c.done(l.TakeOctets(c.ctx, []byte("hello")))
	want(c, []byte("world"))(l.SomeOctets(c.ctx))
}

func driveListLimits(c *check, v values.Imports) {
	l := v.Lists
	a8, b8 := []byte{0, math.MaxUint8}, []int8{math.MinInt8, math.MaxInt8}
	want(c, values.Tuple2[[]byte, []int8]{F0: a8, F1: b8})(l.Echo8(c.ctx, a8, b8))
	a16, b16 := []uint16{0, math.MaxUint16}, []int16{math.MinInt16, math.MaxInt16}
	want(c, values.Tuple2[[]uint16, []int16]{F0: a16, F1: b16})(l.Echo16(c.ctx, a16, b16))
	a32, b32 := []uint32{0, math.MaxUint32}, []int32{math.MinInt32, math.MaxInt32}
	want(c, values.Tuple2[[]uint32, []int32]{F0: a32, F1: b32})(l.Echo32(c.ctx, a32, b32))
	singles := []float32{-math.MaxFloat32, math.MaxFloat32, float32(math.Inf(-1)), float32(math.Inf(1))}
	doubles := []float64{-math.MaxFloat64, math.MaxFloat64, math.Inf(-1), math.Inf(1)}
	want(c, values.Tuple2[[]float32, []float64]{F0: singles, F1: doubles})(l.EchoFloat(c.ctx, singles, doubles))
}

type hostLists struct{ *counter }

func (h *hostLists) TakeNone(_ context.Context, x []byte, y string) error {
	h.count()
	if len(x) > 0 || y != "" {
		return fmt.Errorf("the host was given %v and %q", x, y)
	}
	return nil
}
func (h *hostLists) None(context.Context) ([]byte, error) { h.count(); return nil, nil }
func (h *hostLists) TakeBytes(_ context.Context, x []byte) error {
	h.count()
	return unexpected(x, []byte{1, 2, 3, 4})
}
func (h *hostLists) TakeWords(_ context.Context, x []string) error {
	h.count()
	return unexpected(x, listWords)
}
func (h *hostLists) TakeNested(_ context.Context, x [][]string) error {
	h.count()
	return unexpected(x, listNested)
}
func (h *hostLists) TakeTuples(_ context.Context, x []octetTuple) error {
	h.count()
	return unexpected(x, listTuples)
}
func (h *hostLists) TakeMany(_ context.Context, x []string) error {
	h.count()
	return unexpected(x, slices.Repeat([]string{"string"}, 1000))
}
func (h *hostLists) Bytes(context.Context) ([]byte, error) {
	h.count()
	return []byte{1, 2, 3, 4, 5}, nil
}
func (h *hostLists) Words(context.Context) ([]string, error) {
	h.count()
	return []string{"hello,", "world!"}, nil
}
func (h *hostLists) Echo8(_ context.Context, a []byte, b []int8) (values.Tuple2[[]byte, []int8], error) {
	h.count()
	return values.Tuple2[[]byte, []int8]{F0: a, F1: b}, nil
}
func (h *hostLists) Echo16(_ context.Context, a []uint16, b []int16) (values.Tuple2[[]uint16, []int16], error) {
	h.count()
	return values.Tuple2[[]uint16, []int16]{F0: a, F1: b}, nil
}
func (h *hostLists) Echo32(_ context.Context, a []uint32, b []int32) (values.Tuple2[[]uint32, []int32], error) {
	h.count()
	return values.Tuple2[[]uint32, []int32]{F0: a, F1: b}, nil
}
func (h *hostLists) EchoFloat(_ context.Context, a []float32, b []float64) (values.Tuple2[[]float32, []float64], error) {
	h.count()
	return values.Tuple2[[]float32, []float64]{F0: a, F1: b}, nil
}
func (h *hostLists) EchoBytes(_ context.Context, x []byte) ([]byte, error) { h.count(); return x, nil }
func (h *hostLists) EchoHeaders(_ context.Context, x []headerTuple) ([]headerTuple, error) {
	h.count()
	return x, nil
}
func (h *hostLists) TakeOctets(_ context.Context, x []byte) error {
	h.count()
	return unexpected(x, []byte("hello"))
}
func (h *hostLists) SomeOctets(context.Context) ([]byte, error) {
	h.count()
	return []byte("world"), nil
}
