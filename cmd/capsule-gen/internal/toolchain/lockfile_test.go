package toolchain

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

func TestCheckLocked(t *testing.T) {
	for _, row := range []struct {
		engine Engine
		here   platform
		want   string
	}{
		{QuickJS, platform{"linux", "x64", "glibc"}, ""},
		{QuickJS, platform{"linux", "x64", "musl"}, ""},
		{QuickJS, platform{"linux", "arm64", "glibc"}, ""},
		{QuickJS, platform{"linux", "arm64", "musl"}, "isn't pinned for linux on arm64"},
		{QuickJS, platform{"darwin", "arm64", ""}, ""},
		{QuickJS, platform{"win32", "x64", ""}, "isn't pinned for win32 on x64"},
		{StarlingMonkey, platform{"linux", "x64", "glibc"}, ""},
		{StarlingMonkey, platform{"darwin", "arm64", ""}, ""},
		{StarlingMonkey, platform{"win32", "x64", ""}, ""},
	} {
		err := checkLocked(row.engine.manifest(), row.here)
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s on %+v: got %v, want %q", row.engine, row.here, err, row.want)
		}
	}
}

// TestManifestsArePinned shows that no manifest says where packages come from,
// and that all versions are exact.
func TestManifestsArePinned(t *testing.T) {
	address := regexp.MustCompile(`"resolved"|registry\.|https?://[^"]*\.(?:tgz|whl|tar\.gz)`)
	for _, e := range Engines {
		err := fs.WalkDir(e.manifest(), ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := fs.ReadFile(e.manifest(), path)
			if found := address.Find(data); found != nil {
				t.Errorf("%s: %s names %q", e, path, found)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		_, version, _ := strings.Cut(e.Compiler(), " ")
		name := map[Engine]string{Python: "requirements.txt"}[e]
		if name == "" {
			name = "package.json"
		}
		manifest, err := fs.ReadFile(e.manifest(), name)
		if err != nil || !strings.Contains(string(manifest), version) {
			t.Errorf("%s: %s doesn't pin version %s (%v)", e, name, version, err)
		}
	}
}
