package bindings

import (
	"context"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/bindings/types"
)

// Each iteration lowers the arguments, lifts them in the host function, lowers
// its result and lifts that: four crossings.
func BenchmarkTypedCall(b *testing.B) {
	// The guest's allocator frees nothing: a new instance now and then keeps
	// its memory below the limit.
	const callsPerInstance = 500
	comp := load(b)
	run := func(name string, byteLen int64, call func(ctx context.Context, e *types.EchoExports) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(byteLen)
			for n := 0; n < b.N; n += callsPerInstance {
				b.StopTimer()
				task, err := types.Instantiate(b.Context(), comp, hostruntime.Policy{}, types.Imports{Echo: &mirror{}})
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				for range min(callsPerInstance, b.N-n) {
					if err := call(b.Context(), &task.Echo); err != nil {
						b.Fatal(err)
					}
				}
				b.StopTimer()
				if err := task.Close(b.Context()); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
	run("u32", 4, func(ctx context.Context, e *types.EchoExports) error {
		_, err := e.EchoU32(ctx, 1)
		return err
	})
	run("nested", 0, func(ctx context.Context, e *types.EchoExports) error {
		_, err := e.EchoNested(ctx, nested)
		return err
	})
	bytes := make([]byte, 64<<10)
	run("list-u8/64KiB", int64(len(bytes)), func(ctx context.Context, e *types.EchoExports) error {
		_, err := e.EchoBytes(ctx, bytes)
		return err
	})
	floats := make([]float64, 8<<10)
	run("list-f64/64KiB", int64(8*len(floats)), func(ctx context.Context, e *types.EchoExports) error {
		_, err := e.EchoFloats(ctx, floats)
		return err
	})
}
