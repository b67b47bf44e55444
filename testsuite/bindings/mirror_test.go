package bindings

import (
	"context"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/bindings/types"
)

// A mirror serves the imports of the world by returning what it is given, and
// keeps it.
type mirror struct{ seen any }

var _ types.Echo = (*mirror)(nil)

func reflected[T any](m *mirror, v T) (T, error) {
	m.seen = v
	return v, nil
}

// split turns a nested result into the form that a function returns.
func split[T, E any](m *mirror, v hostruntime.Result[T, E]) (T, error) {
	m.seen = v
	if v.IsErr {
		var none T
		return none, &hostruntime.ResultError[E]{Value: v.Err}
	}
	return v.OK, nil
}

func (m *mirror) EchoBool(_ context.Context, v bool) (bool, error) {
	return reflected(m, v)
}

func (m *mirror) EchoS8(_ context.Context, v int8) (int8, error) {
	return reflected(m, v)
}

func (m *mirror) EchoU8(_ context.Context, v uint8) (uint8, error) {
	return reflected(m, v)
}

func (m *mirror) EchoS16(_ context.Context, v int16) (int16, error) {
	return reflected(m, v)
}

func (m *mirror) EchoU16(_ context.Context, v uint16) (uint16, error) {
	return reflected(m, v)
}

func (m *mirror) EchoS32(_ context.Context, v int32) (int32, error) {
	return reflected(m, v)
}

func (m *mirror) EchoU32(_ context.Context, v uint32) (uint32, error) {
	return reflected(m, v)
}

func (m *mirror) EchoS64(_ context.Context, v int64) (int64, error) {
	return reflected(m, v)
}

func (m *mirror) EchoU64(_ context.Context, v uint64) (uint64, error) {
	return reflected(m, v)
}

func (m *mirror) EchoF32(_ context.Context, v float32) (float32, error) {
	return reflected(m, v)
}

func (m *mirror) EchoF64(_ context.Context, v float64) (float64, error) {
	return reflected(m, v)
}

func (m *mirror) EchoChar(_ context.Context, v rune) (rune, error) {
	return reflected(m, v)
}

func (m *mirror) EchoString(_ context.Context, v string) (string, error) {
	return reflected(m, v)
}

func (m *mirror) EchoBytes(_ context.Context, v []byte) ([]byte, error) {
	return reflected(m, v)
}

func (m *mirror) EchoStrings(_ context.Context, v []string) ([]string, error) {
	return reflected(m, v)
}

func (m *mirror) EchoLists(_ context.Context, v [][]uint32) ([][]uint32, error) {
	return reflected(m, v)
}

func (m *mirror) EchoFloats(_ context.Context, v []float64) ([]float64, error) {
	return reflected(m, v)
}

func (m *mirror) EchoChars(_ context.Context, v []rune) ([]rune, error) {
	return reflected(m, v)
}

func (m *mirror) EchoPoint(_ context.Context, v types.Point) (types.Point, error) {
	return reflected(m, v)
}

func (m *mirror) EchoNested(_ context.Context, v types.Nested) (types.Nested, error) {
	return reflected(m, v)
}

func (m *mirror) EchoTuple(_ context.Context, v types.Tuple3[uint8, string, int64]) (types.Tuple3[uint8, string, int64], error) {
	return reflected(m, v)
}

func (m *mirror) EchoShape(_ context.Context, v types.Shape) (types.Shape, error) {
	return reflected(m, v)
}

func (m *mirror) EchoShapes(_ context.Context, v []types.Shape) ([]types.Shape, error) {
	return reflected(m, v)
}

func (m *mirror) EchoColor(_ context.Context, v types.Color) (types.Color, error) {
	return reflected(m, v)
}

func (m *mirror) EchoOption(_ context.Context, v *uint32) (*uint32, error) {
	return reflected(m, v)
}

func (m *mirror) EchoOptionString(_ context.Context, v *string) (*string, error) {
	return reflected(m, v)
}

func (m *mirror) EchoOptionOption(_ context.Context, v **uint32) (**uint32, error) {
	return reflected(m, v)
}

func (m *mirror) EchoResult(_ context.Context, v hostruntime.Result[uint32, string]) (uint32, error) {
	return split(m, v)
}

func (m *mirror) EchoResultEmpty(_ context.Context, v hostruntime.Result[hostruntime.Unit, hostruntime.Unit]) error {
	_, err := split(m, v)
	return err
}

func (m *mirror) EchoResultOK(_ context.Context, v hostruntime.Result[types.Point, hostruntime.Unit]) (types.Point, error) {
	return split(m, v)
}

func (m *mirror) EchoResultErr(_ context.Context, v hostruntime.Result[hostruntime.Unit, types.Shape]) error {
	_, err := split(m, v)
	return err
}

func (m *mirror) EchoResults(_ context.Context, v []hostruntime.Result[uint32, string]) ([]hostruntime.Result[uint32, string], error) {
	return reflected(m, v)
}

func (m *mirror) EchoSmall(_ context.Context, v types.Small) (types.Small, error) {
	return reflected(m, v)
}

func (m *mirror) EchoMedium(_ context.Context, v types.Medium) (types.Medium, error) {
	return reflected(m, v)
}

func (m *mirror) EchoLarge(_ context.Context, v types.Large) (types.Large, error) {
	return reflected(m, v)
}

func (mi *mirror) EchoMany(_ context.Context, a uint8, b int16, c uint32, d int64, e float32, f float64, g rune, h bool, i string, j uint8, k int16, l uint32, m int64, n float32, o float64, p rune, q string) (many, error) {
	return reflected(mi, many{F0: a, F1: b, F2: c, F3: d, F4: e, F5: f, F6: g, F7: h, F8: i, F9: j, F10: k, F11: l, F12: m, F13: n, F14: o, F15: p, F16: q})
}

func (m *mirror) Nothing(context.Context) error {
	m.seen = nil
	return nil
}

type many = types.Tuple17[uint8, int16, uint32, int64, float32, float64, rune, bool, string, uint8, int16, uint32, int64, float32, float64, rune, string]
