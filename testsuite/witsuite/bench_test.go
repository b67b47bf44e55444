//go:build guests

package witsuite

import (
	"testing"

	"github.com/capsule-kit/capsule/testsuite/internal/crates"
	"github.com/capsule-kit/capsule/wit"
)

// BenchmarkLoad reads wasi:http with all it depends on, some 250 KB of text.
func BenchmarkLoad(b *testing.B) {
	root, err := crates.Folder(b.Context(), "wit-bindgen-cli")
	if err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		if _, err := wit.Load(b.Context(), root+"/tests/codegen/wasi-http/wit", wit.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
