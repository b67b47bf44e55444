package javascript_test

import (
	"testing"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/codegen/internal/guest/guesttest"
	"github.com/capsule-kit/capsule/codegen/javascript"
	"github.com/capsule-kit/capsule/wit"
)

// engine returns the generator for one engine.
func engine(name string) guesttest.Generator {
	return func(w *wit.World) ([]file.File, error) {
		return javascript.Generate(w, javascript.Options{Engine: name})
	}
}

func TestGolden(t *testing.T) {
	guesttest.Run(t, map[string]guesttest.Generator{
		javascript.QuickJS:        engine(javascript.QuickJS),
		javascript.StarlingMonkey: engine(javascript.StarlingMonkey),
	})
}
