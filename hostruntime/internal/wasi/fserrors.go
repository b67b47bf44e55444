package wasi

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/capsule-kit/capsule/wit/abi"
)

var fileErrorType = abi.NewEnum("access", "would-block", "already", "bad-descriptor", "busy", "deadlock", "quota",
	"exist", "file-too-large", "illegal-byte-sequence", "in-progress", "interrupted", "invalid", "io",
	"is-directory", "loop", "too-many-links", "message-size", "name-too-long", "no-device", "no-entry",
	"no-lock", "insufficient-memory", "insufficient-space", "not-directory", "not-empty", "not-recoverable",
	"unsupported", "no-tty", "no-such-device", "overflow", "not-permitted", "pipe", "read-only",
	"invalid-seek", "text-file-busy", "cross-device")

// A fileError is an error of ours that is a wasi:filesystem error code.
type fileError string

func (e fileError) Error() string { return string(e) }

// fileErrors names the system errors that a guest is told apart.
var fileErrors = []struct {
	is   error
	code string
}{
	{syscall.ENOTEMPTY, "not-empty"}, // is fs.ErrExist too
	{syscall.EPERM, "not-permitted"}, // is fs.ErrPermission too
	{fs.ErrNotExist, "no-entry"},
	{fs.ErrExist, "exist"},
	{os.ErrClosed, "bad-descriptor"},
	{syscall.ENOTDIR, "not-directory"},
	{syscall.EISDIR, "is-directory"},
	{syscall.ELOOP, "loop"},
	{syscall.ENAMETOOLONG, "name-too-long"},
	{syscall.ENOSPC, "insufficient-space"},
	{syscall.EDQUOT, "quota"},
	{syscall.EROFS, "read-only"},
	{syscall.EXDEV, "cross-device"},
	{syscall.EMLINK, "too-many-links"},
	{syscall.EFBIG, "file-too-large"},
	{syscall.EBUSY, "busy"},
	{syscall.ETXTBSY, "text-file-busy"},
	{fs.ErrPermission, "access"},
	{syscall.EINVAL, "invalid"},
	{syscall.EPIPE, "pipe"},
	{errors.ErrUnsupported, "unsupported"},
}

// errorCode returns the wasi:filesystem error code for err, "" for nil.
func errorCode(err error) string {
	if err == nil {
		return ""
	}
	if own := fileError(""); errors.As(err, &own) {
		return string(own)
	}
	for _, e := range fileErrors {
		if errors.Is(err, e.is) {
			return e.code
		}
	}
	// os.Root refuses paths that leave it with an error that has no name and
	// no errno.
	errno := syscall.Errno(0)
	path := (*fs.PathError)(nil)
	link := (*os.LinkError)(nil)
	if (errors.As(err, &path) || errors.As(err, &link)) && !errors.As(err, &errno) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "not-permitted"
	}
	return "io"
}
