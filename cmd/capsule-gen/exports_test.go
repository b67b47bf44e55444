package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/capsule-kit/capsule/wit"
)

func TestFailsWithoutError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.wit")
	const text = `package a:b;
world w {
  record fields { message: string }
  variant choice { a }
  type named = result<u32, string>;
  export yes-string: func() -> result<u32, string>;
  export yes-choice: func() -> result<_, choice>;
  export yes-named: func() -> named;
  export no-fields: func() -> result<u32, fields>;
  export no-error: func() -> result<u32>;
  export no-number: func() -> result<_, u32>;
  export no-result: func() -> string;
  export no-nothing: func();
}
`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	resolved, err := wit.Load(t.Context(), path, wit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	world, err := resolved.World("w")
	if err != nil {
		t.Fatal(err)
	}
	exports := listExports(world)
	if len(exports) != 8 {
		t.Errorf("%d exports", len(exports))
	}
	for _, e := range exports {
		if want := e.Func[:3] == "yes"; e.NoError != want {
			t.Errorf("%s: %v", e.Func, e.NoError)
		}
	}
}
