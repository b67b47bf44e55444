package runtimeworlds

import (
	"context"
	"fmt"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/runtimeworlds/values"
)

type twiceResult = hostruntime.Result[hostruntime.Unit, string]

func driveResults(c *check, v values.Imports) {
	r := v.Results
	fails[float32](c, "zero")(r.OrString(c.ctx, 0))
	want[float32](c, 1)(r.OrString(c.ctx, 1))
	fails[float32](c, values.KindA)(r.OrKind(c.ctx, 0))
	want[float32](c, 1)(r.OrKind(c.ctx, 1))
	fails[float32](c, values.Place{Line: 420})(r.OrPlace(c.ctx, 0))
	fails[float32](c, values.Place{Line: 77, Column: 2})(r.OrPlace(c.ctx, 1))
	want[float32](c, 2)(r.OrPlace(c.ctx, 2))
	fails[float32](c, values.Cause(values.CausePlace{Value: values.Place{Line: 420}}))(r.OrCause(c.ctx, 0))
	fails[float32](c, values.Cause(values.CauseKind{Value: values.KindB}))(r.OrCause(c.ctx, 1))
	fails[float32](c, values.Cause(values.CauseKind{Value: values.KindC}))(r.OrCause(c.ctx, 2))
	want[float32](c, 3)(r.OrCause(c.ctx, 3))
	fails[uint32](c, hostruntime.Unit{})(r.OrNothing(c.ctx, 0))
	want[uint32](c, 42)(r.OrNothing(c.ctx, 1))
	want[uint32](c, 2)(r.OrNothing(c.ctx, 2))
	want(c, twiceResult{})(r.Twice(c.ctx, 0))
	want(c, twiceResult{IsErr: true, Err: "one"})(r.Twice(c.ctx, 1))
	fails[twiceResult](c, "two")(r.Twice(c.ctx, 2))
}

func driveNested(c *check, v values.Imports) {
	n := v.Nested
	hello := []string{"hello", "world"}
	want(c, "hello,world")(n.InOption(c.ctx, &hello))
	want(c, "none")(n.InOption(c.ctx, nil))
	want(c, "foo,bar,baz")(n.InVariant(c.ctx, values.LoadWords{Value: []string{"foo", "bar", "baz"}}))
	want(c, "empty")(n.InVariant(c.ctx, values.LoadEmpty{}))
	want(c, "a,b,c")(n.InResult(c.ctx, hostruntime.Result[[]string, string]{OK: []string{"a", "b", "c"}}))
	want(c, "err:oops")(n.InResult(c.ctx, hostruntime.Result[[]string, string]{IsErr: true, Err: "oops"}))
	want(c, values.Summary{Count: 2, Label: "hello,world"})(n.Summarize(c.ctx, &hello))
	want(c, values.Summary{Label: "none"})(n.Summarize(c.ctx, nil))
	want(c, "x,y,z")(n.Join(c.ctx, []string{"x", "y", "z"}))
}

type hostResults struct{ *counter }

func (h *hostResults) OrString(_ context.Context, x float32) (float32, error) {
	h.count()
	if x == 0 {
		return 0, &values.OrStringError{Value: "zero"}
	}
	return x, nil
}

func (h *hostResults) OrKind(_ context.Context, x float32) (float32, error) {
	h.count()
	if x == 0 {
		return 0, &values.OrKindError{Value: values.KindA}
	}
	return x, nil
}

func (h *hostResults) OrPlace(_ context.Context, x float32) (float32, error) {
	h.count()
	switch x {
	case 0:
		return 0, &values.OrPlaceError{Value: values.Place{Line: 420}}
	case 1:
		return 0, &values.OrPlaceError{Value: values.Place{Line: 77, Column: 2}}
	}
	return x, nil
}

func (h *hostResults) OrCause(_ context.Context, x float32) (float32, error) {
	h.count()
	switch x {
	case 0:
		return 0, &values.OrCauseError{Value: values.CausePlace{Value: values.Place{Line: 420}}}
	case 1:
		return 0, &values.OrCauseError{Value: values.CauseKind{Value: values.KindB}}
	case 2:
		return 0, &values.OrCauseError{Value: values.CauseKind{Value: values.KindC}}
	}
	return x, nil
}

func (h *hostResults) OrNothing(_ context.Context, x uint32) (uint32, error) {
	h.count()
	switch x {
	case 0:
		return 0, &values.OrNothingError{}
	case 1:
		return 42, nil
	}
	return x, nil
}

func (h *hostResults) Twice(_ context.Context, x uint32) (twiceResult, error) {
	h.count()
	switch x {
	case 0:
		return twiceResult{}, nil
	case 1:
		return twiceResult{IsErr: true, Err: "one"}, nil
	}
	return twiceResult{}, &values.TwiceError{Value: "two"}
}

type hostNested struct{ *counter }

func joined(x *[]string) string {
	if x == nil {
		return "none"
	}
	return strings.Join(*x, ",")
}

func (h *hostNested) InOption(_ context.Context, x *[]string) (string, error) {
	h.count()
	return joined(x), nil
}

func (h *hostNested) InVariant(_ context.Context, x values.Load) (string, error) {
	h.count()
	switch x := x.(type) {
	case values.LoadEmpty:
		return "empty", nil
	case values.LoadWords:
		return joined(&x.Value), nil
	}
	return "", fmt.Errorf("the host was given %#v", x)
}

func (h *hostNested) InResult(_ context.Context, x hostruntime.Result[[]string, string]) (string, error) {
	h.count()
	if x.IsErr {
		return "err:" + x.Err, nil
	}
	return joined(&x.OK), nil
}

func (h *hostNested) Summarize(_ context.Context, x *[]string) (values.Summary, error) {
	h.count()
	s := values.Summary{Label: joined(x)}
	if x != nil {
		s.Count = uint32(len(*x))
	}
	return s, nil
}

func (h *hostNested) Join(_ context.Context, x []string) (string, error) {
	h.count()
	return joined(&x), nil
}
