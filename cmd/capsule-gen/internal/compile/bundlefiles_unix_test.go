//go:build unix

package compile

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// The bundler's own settings are files, and not what never ends.
func TestBundlerReadsNoPipesAndDevices(t *testing.T) {
	for _, name := range append([]string{"node_modules/x/package.json"}, settings...) {
		r := project(t, toolchain.QuickJS, "guest/a.ts", map[string]string{
			"wit/w.wit": helloWIT, "guest/a.ts": "import 'x';\nexport const a = 1;\n", "guest/node_modules/x/index.js": "",
		})
		path := filepath.Join(filepath.Dir(r.Guest), filepath.FromSlash(name))
		refused := func(kind string) {
			t.Helper()
			if _, err := readInputs(r); err == nil || !strings.Contains(err.Error(), name) {
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
