package rewrite

import (
	"context"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// Whatever the bytes, nothing panics; and what wazero accepts before the
// rewriting, it accepts after.
func FuzzRewrite(f *testing.F) {
	f.Add(everything())
	f.Add(guest(true))
	f.Add(baking().bytes())
	for _, s := range shapes {
		var m asm
		s.build(&m)
		f.Add(m.bytes())
	}
	for seed := range uint64(20) {
		f.Add(newProgram(seed).bytes())
	}
	ctx := context.Background()
	// The interpreter validates as the compiler does, and is quicker.
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().
		WithCoreFeatures(api.CoreFeaturesV2|experimental.CoreFeaturesExtendedConst))
	f.Cleanup(func() { r.Close(ctx) })
	f.Fuzz(func(t *testing.T, src []byte) {
		m, err := Parse(src)
		if err != nil {
			return
		}
		bake := map[int]uint64{}
		for i := range m.Imports {
			if m.CanBake(i) {
				bake[i] = uint64(i)
			}
		}
		m.FuncName(0)
		orig, err := r.CompileModule(ctx, src)
		if err != nil {
			bake = nil // still rewritten, for panics
		} else {
			defer orig.Close(ctx)
		}
		for _, opts := range []Options{{}, {Meter: true}, {Meter: true, Bake: bake, Name: "k"}} {
			opts.Imports = sameTargets(m)
			o, rerr := m.Rewrite(opts)
			if rerr != nil {
				t.Fatal(rerr)
			}
			if _, perr := Parse(o.Bytes); perr != nil {
				t.Errorf("the result is refused: %v", perr)
			}
			c, cerr := r.CompileModule(ctx, o.Bytes)
			if cerr == nil {
				c.Close(ctx)
			} else if err == nil {
				t.Errorf("wazero accepts the original, but not the result: %v", cerr)
			}
		}
	})
}
