package hostruntime

import (
	"context"
	"testing"

	"github.com/tetratelabs/wazero"
)

// The size is read from a field of wazero's: a version that renames it must
// not pass unnoticed.
func TestStackBytesFindsTheStackOfAFunction(t *testing.T) {
	ctx := context.Background()
	rt := wazero.NewRuntime(ctx)
	defer rt.Close(ctx)
	// (module (func (export "f") (param i32)
	//   (if (local.get 0) (then (call 0 (i32.sub (local.get 0) (i32.const 1)))))))
	m, err := rt.Instantiate(ctx, []byte("\x00asm\x01\x00\x00\x00\x01\x05\x01\x60\x01\x7f\x00\x03\x02\x01\x00\x07\x05\x01\x01f\x00\x00"+
		"\x0a\x10\x01\x0e\x00\x20\x00\x04\x40\x20\x00\x41\x01\x6b\x10\x00\x0b\x0b"))
	if err != nil {
		t.Fatal(err)
	}
	f := m.ExportedFunction("f")
	before := stackBytes(f)
	if _, err := f.Call(ctx, 100_000); err != nil {
		t.Fatal(err)
	}
	if after := stackBytes(f); before == 0 || after < 1<<20 {
		t.Errorf("%d bytes before and %d after 100,000 calls inside each other; want some, and more than a MiB", before, after)
	}
}
