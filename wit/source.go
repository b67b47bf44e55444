package wit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on what is read: WIT is text that people write, and whoever sends
// more than this does not mean well. The model of one byte of hostile text takes
// up to a hundred.
const (
	maxFiles    = 2000
	maxFileSize = 4 << 20
	maxAllSize  = 8 << 20
)

const notUTF8 = "the text is not valid UTF-8"

// A source is the WIT text of one load, read once: what is scanned for
// positions is byte for byte what is parsed.
type source struct {
	shown string // the folder as the caller named it, with forward slashes
	files []sourceFile
	size  int
	// single is set when the caller named one file instead of a folder.
	single bool
}

// A sourceFile is one .wit file.
type sourceFile struct {
	name string // relative to the folder, with forward slashes
	// group tells the packages apart: files of one folder are one package,
	// a file directly in deps/ is one of its own.
	group string
	text  string
}

// readSource reads the .wit files of a folder and of its deps/ folder, or
// the one file that path names.
func readSource(name string) (*source, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Code: CodeNoWIT, Msg: fmt.Sprintf("no WIT file or folder %s", quotePath(name))}
	}
	if err != nil {
		return nil, fmt.Errorf("wit: %w", err)
	}
	if !info.IsDir() {
		src := &source{shown: filepath.ToSlash(filepath.Dir(name)), single: true}
		if !strings.HasSuffix(name, ".wit") {
			return nil, &Error{Code: CodeNoWIT, Msg: fmt.Sprintf("%s is not a .wit file or a folder of them", quotePath(name))}
		}
		return src, src.read(os.DirFS(filepath.Dir(name)), filepath.Base(name), ".")
	}
	src := &source{shown: filepath.ToSlash(filepath.Clean(name))}
	root := os.DirFS(name)
	if err := src.readFolder(root, "."); err != nil {
		return nil, err
	}
	if len(src.files) == 0 {
		return nil, &Error{Code: CodeNoWIT, Msg: fmt.Sprintf("no .wit files in %s", quotePath(name))}
	}
	return src, src.readDeps(root)
}

// readFolder reads the .wit files directly in dir.
func (s *source) readFolder(root fs.FS, dir string) error {
	entries, err := fs.ReadDir(root, dir)
	if err != nil {
		return fmt.Errorf("wit: %w", err)
	}
	for _, entry := range entries {
		if name := path.Join(dir, entry.Name()); strings.HasSuffix(name, ".wit") && !isDir(root, name) {
			if err := s.read(root, name, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// readDeps reads the packages in deps/: one for each folder and each file.
func (s *source) readDeps(root fs.FS) error {
	entries, err := fs.ReadDir(root, "deps")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("wit: %w", err)
	}
	for _, entry := range entries {
		name := path.Join("deps", entry.Name())
		switch ext := path.Ext(name); {
		case isDir(root, name):
			err = s.readFolder(root, name)
		case ext == ".wit":
			err = s.read(root, name, name)
		case ext == ".wasm" || ext == ".wat":
			err = s.errorAt(name, CodeUnsupported, "a package in binary form is not read; put its .wit text in its place")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isDir follows symbolic links, as shared deps/ folders are often linked.
func isDir(root fs.FS, name string) bool {
	info, err := fs.Stat(root, name)
	return err == nil && info.IsDir()
}

func (s *source) read(root fs.FS, name, group string) error {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == '\\' }) {
		return s.errorAt(quotePath(name), CodeUnsupported, "the file's name has characters that messages cannot show")
	}
	if len(s.files) == maxFiles {
		return s.errorAt(name, CodeTooLarge, fmt.Sprintf("more than %d .wit files", maxFiles))
	}
	// Looked at before it is opened: to open a pipe is to wait for its writer.
	if info, err := fs.Stat(root, name); err != nil {
		return fmt.Errorf("wit: %w", err)
	} else if !info.Mode().IsRegular() {
		return s.errorAt(name, CodeNoWIT, "not an ordinary file")
	}
	file, err := root.Open(name)
	if err != nil {
		return fmt.Errorf("wit: %w", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err != nil {
		return fmt.Errorf("wit: %w", err)
	}
	s.size += len(data)
	if len(data) > maxFileSize {
		return s.errorAt(name, CodeTooLarge, fmt.Sprintf("the file is larger than %d MiB", maxFileSize>>20))
	}
	if s.size > maxAllSize {
		return s.errorAt(name, CodeTooLarge, fmt.Sprintf("all files together are larger than %d MiB", maxAllSize>>20))
	}
	if !utf8.Valid(data) {
		return s.errorAt(name, CodeSyntax, notUTF8)
	}
	s.files = append(s.files, sourceFile{name: name, group: group, text: string(data)})
	return nil
}

// show returns a file's name as the caller would write it.
func (s *source) show(name string) string { return path.Join(s.shown, name) }

func (s *source) errorAt(name, code, msg string) *Error {
	return &Error{Pos: Position{File: s.show(name)}, Code: code, Msg: msg}
}

// quotePath quotes a path where printing it as it is could mislead.
func quotePath(name string) string {
	if name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Sprintf("%q", name)
	}
	return name
}
