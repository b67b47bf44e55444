//go:build unix

package regularfile

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestRead(t *testing.T) {
	t.Chdir(t.TempDir()) // a socket's path must be short
	if err := os.WriteFile("file", []byte("four"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	socket, err := net.Listen("unix", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for link, to := range map[string]string{"link": "file", "piped": "pipe"} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"file", "link"} {
		if data, err := Read(name, 4); err != nil || string(data) != "four" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	if _, err := Read("file", 3); err == nil || err.Error() != "read file: larger than 3 bytes" {
		t.Errorf("a file above the bound: %v", err)
	}
	for name, want := range map[string]string{
		"pipe": "a pipe", "piped": "a pipe", ".": "a folder", "socket": "a socket", "/dev/zero": "a device",
	} {
		_, err := Read(name, 4)
		if !errors.Is(err, ErrIrregular) || !strings.Contains(err.Error(), want+", not a regular file") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(filepath.Join("none", "file")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// TestOpenSwapped has a pipe take the place of the file between the look at it
// and its opening: opening must not wait.
func TestOpenSwapped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		t.Fatal(err)
	}
	file.Close()
}
