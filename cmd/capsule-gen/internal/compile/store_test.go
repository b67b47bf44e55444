package compile

import (
	"os"
	"path/filepath"
	"testing"
)

func TestStore(t *testing.T) {
	s := store{dir: t.TempDir()}
	if got, err := s.load("k"); got != nil || err != nil {
		t.Fatalf("an empty store gave %q, %v", got, err)
	}
	if got, err := s.save("k", []byte("first")); string(got) != "first" || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
	// Whoever comes second takes what the first has saved.
	if got, err := s.save("k", []byte("second")); string(got) != "first" || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
	// A file that isn't what was saved is as good as none.
	path := filepath.Join(s.dir, fileName("k", []byte("first")))
	if err := os.WriteFile(path, []byte("fir"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := s.load("k"); got != nil || err != nil {
		t.Fatalf("a damaged file gave %q, %v", got, err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the damaged file is still there (%v)", err)
	}
}
