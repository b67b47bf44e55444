//go:build unix

package bundler

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The bundler's own settings are files, and not what never ends.
func TestReadsNoPipesAndDevices(t *testing.T) {
	for _, name := range append([]string{"node_modules/x/package.json"}, settings...) {
		folder := write(t, map[string]string{"a.ts": "import 'x';\nexport const a = 1;\n", "node_modules/x/index.js": ""})
		path := filepath.Join(folder, filepath.FromSlash(name))
		refused := func(kind string) {
			t.Helper()
			if _, err := Run(t.Context(), Bundle{Folder: folder, Entry: "a.ts", Out: "a.js"}); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s that is %s: %v", name, kind, err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Skip(err)
		}
		refused("a pipe")
		if err := os.Symlink("/dev/zero", path); err != nil {
			t.Skip(err)
		}
		refused("a device")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, maxSettingsBytes+1); err != nil {
			t.Fatal(err)
		}
		refused("too large")
	}
}
