package hostruntime

import (
	"errors"
	"fmt"
	"os"

	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// openDirs opens the granted folders. On error none stays open.
func (in *Instance) openDirs(dirs []Dir) ([]wasi.Dir, error) {
	var opened []wasi.Dir
	for _, d := range dirs {
		root, err := os.OpenRoot(d.Host)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("hostruntime: granting %s as %s: %w", d.Host, d.Guest, err), in.closeDirs())
		}
		in.roots = append(in.roots, root)
		opened = append(opened, wasi.Dir{Guest: d.Guest, Root: root, ReadOnly: !d.Writable})
	}
	return opened, nil
}

func (in *Instance) closeDirs() error {
	var errs []error
	for _, root := range in.roots {
		errs = append(errs, root.Close())
	}
	in.roots = nil
	return errors.Join(errs...)
}
