package toolchain

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
)

// A platform is what npm chooses packages by, in Node's words.
type platform struct {
	os, cpu string // such as linux and x64
	libc    string // glibc or musl on Linux, otherwise empty
}

// A npmLock is the part of a package-lock.json that says what is verified.
type npmLock struct {
	Packages map[string]struct {
		Version   string   `json:"version"`
		Integrity string   `json:"integrity"`
		OS        []string `json:"os"`
		CPU       []string `json:"cpu"`
		Libc      []string `json:"libc"`
	} `json:"packages"`
}

// checkLocked returns an error if npm would install a package on this platform
// whose content the lock file doesn't pin: npm takes such an entry without a
// word. There are entries like that, because npm insists that a lock file lists
// the packages for all platforms, also those that weren't to be had when it was
// made.
func checkLocked(manifest fs.FS, here platform) error {
	data, err := fs.ReadFile(manifest, "package-lock.json")
	if err != nil {
		return err
	}
	var lock npmLock
	if err := json.Unmarshal(data, &lock); err != nil {
		return fmt.Errorf("package-lock.json: %w", err)
	}
	fits := func(allowed []string, name string) bool {
		return len(allowed) == 0 || slices.Contains(allowed, name)
	}
	for path, p := range lock.Packages {
		if path != "" && p.Integrity == "" && fits(p.OS, here.os) && fits(p.CPU, here.cpu) && fits(p.Libc, here.libc) {
			return fmt.Errorf("it isn't pinned for %s on %s yet (no hash for %s %s)", here.os, here.cpu, path, p.Version)
		}
	}
	return nil
}
