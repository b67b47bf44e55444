package hostruntime

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/capsule-kit/capsule/internal/ownedir"
)

// codeDir returns the directory for compiled code: what lies in it is machine
// code that will run in this process, so it is checked.
func codeDir(dir string) (string, error) {
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("hostruntime: no directory for compiled code: %w; set Config.CacheDir, or Config.NoCache", err)
		}
		dir = filepath.Join(base, "capsule", "code")
	}
	dir, err := ownedir.OpenCode(dir)
	if err != nil {
		return "", fmt.Errorf("hostruntime: directory for compiled code: %w", err)
	}
	return dir, nil
}
