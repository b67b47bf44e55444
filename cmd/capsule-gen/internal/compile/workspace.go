package compile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/atomicfile"
)

// folders are the parts of the temporary folder that a toolchain works in.
type folders struct {
	wit, guests string // copies of the inputs
	home, temp  string // what $HOME and $TMPDIR point at
	packages    string // see toolchain.Job
	out         string // the component
}

func workspace(root string) folders {
	in := func(name string) string { return filepath.Join(root, name) }
	return folders{
		wit: in("wit"), guests: in("guest"), home: in("home"), temp: in("tmp"),
		packages: in("packages"), out: in("out.wasm"),
	}
}

// write creates the folders, extra among them, and copies the inputs.
func (in *inputs) write(dirs folders, extra string) error {
	for _, dir := range []string{dirs.wit, dirs.guests, dirs.home, dirs.temp, extra} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	for dir, files := range map[string]map[string][]byte{dirs.wit: in.wit, dirs.guests: in.guests} {
		for path, data := range files {
			path = filepath.Join(dir, filepath.FromSlash(path))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				return err
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeNew adds a file that the guest's author must not have.
func writeNew(dir, name, content string) error {
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Close())
}

// setWritable makes dir and all folders in it writable, or not, so that a
// guest's top level can't fill the disk with new files in the copy it sees. It
// doesn't bind an administrator.
func setWritable(dir string, writable bool) error {
	mode := fs.FileMode(0o500)
	if writable {
		mode = 0o700
	}
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		return os.Chmod(path, mode)
	})
}

func writeOutput(path string, component []byte) (changed bool, err error) {
	return atomicfile.Write(path, component)
}
