package hostruntime

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultCacheBytes is the default of Config.CacheBytes.
const DefaultCacheBytes = 4 << 30

// A codeCache keeps the directory for compiled code within its size.
//
// wazero names a file by a hash of its own, so which file a load reads isn't
// known here: the files that were written first go, used or not. One that was
// still of use is written again by the next load that wants it.
type codeCache struct {
	dir  string
	most uint64
	// loaded counts the bytes of core modules since the last look.
	loaded  atomic.Uint64
	looking sync.Mutex
}

// add hears of a core module of so many bytes that was compiled, or found in the
// directory. Machine code is five to seven times as large, so that the directory
// outgrows its size by a tenth or so until the next look.
func (c *codeCache) add(byteLen int) {
	if c.loaded.Add(uint64(byteLen)) < c.most/64 || !c.looking.TryLock() {
		return
	}
	defer c.looking.Unlock()
	c.loaded.Store(0)
	c.prune(time.Now())
}

// codeFile are wazero's names for machine code, and for what it hasn't finished
// writing.
var codeFile = regexp.MustCompile(`^[0-9a-f]{64}(\.[0-9]+\.tmp)?$`)

// unfinishedFor is how long a file may be written to before it counts as left
// behind by a process that died.
const unfinishedFor = time.Hour

// prune removes what was written first, of any version of wazero, until the rest
// fits, and unfinished files that nobody writes any more. Other files than
// wazero's stay. Other processes may use the directory meanwhile: who reads a
// file goes on reading it, and who comes later compiles.
//
// What can't be looked at or removed stays, and is no reason not to run.
func (c *codeCache) prune(now time.Time) {
	type file struct {
		path    string
		size    uint64
		written time.Time
	}
	var files []file
	total := uint64(0)
	versions, _ := os.ReadDir(c.dir)
	for _, version := range versions {
		if !version.IsDir() || !strings.HasPrefix(version.Name(), "wazero-") {
			continue
		}
		entries, _ := os.ReadDir(filepath.Join(c.dir, version.Name()))
		for _, entry := range entries {
			if !entry.Type().IsRegular() || !codeFile.MatchString(entry.Name()) {
				continue
			}
			info, err := entry.Info()
			if err != nil {
				continue
			}
			f := file{filepath.Join(c.dir, version.Name(), entry.Name()), uint64(info.Size()), info.ModTime()}
			if filepath.Ext(f.path) == ".tmp" {
				if now.Sub(f.written) > unfinishedFor {
					_ = os.Remove(f.path)
				}
				continue
			}
			files, total = append(files, f), total+f.size
		}
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Or(a.written.Compare(b.written), strings.Compare(a.path, b.path)) })
	for _, f := range files {
		if total <= c.most {
			return
		}
		if err := os.Remove(f.path); err == nil || errors.Is(err, fs.ErrNotExist) {
			total -= f.size
		}
	}
}
