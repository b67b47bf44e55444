package python_test

import (
	"testing"

	"github.com/capsule-kit/capsule/codegen/internal/file"
	"github.com/capsule-kit/capsule/codegen/internal/guest/guesttest"
	"github.com/capsule-kit/capsule/codegen/python"
	"github.com/capsule-kit/capsule/wit"
)

func generate(w *wit.World) ([]file.File, error) {
	return python.Generate(w, python.Options{})
}

func TestGolden(t *testing.T) {
	guesttest.Run(t, map[string]guesttest.Generator{"python": generate})
}
