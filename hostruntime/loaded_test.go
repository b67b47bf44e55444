package hostruntime

import (
	"context"
	"testing"
)

// loaded returns the component in a file, of a runtime that ends with the test.
func loaded(t *testing.T, file string) *Component {
	t.Helper()
	rt, err := New(t.Context(), Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	c, err := rt.LoadFile(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
