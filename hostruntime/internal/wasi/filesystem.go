package wasi

import (
	"errors"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

const filesystemTypesName = "wasi:filesystem/types"

var (
	descriptorResource     = newResource[*descriptor](filesystemTypesName, "descriptor")
	directoryEntryResource = newResource[*directoryEntries](filesystemTypesName, "directory-entry-stream")

	fileType = abi.NewEnum("unknown", "block-device", "character-device", "directory", "fifo", "symbolic-link",
		"regular-file", "socket")
	fileFlagsType = abi.NewFlags("read", "write", "file-integrity-sync", "data-integrity-sync",
		"requested-write-sync", "mutate-directory")
	fileStatType = abi.NewRecord(field("type", fileType), field("link-count", u64Type), field("size", u64Type),
		field("data-access-timestamp", abi.NewOption(datetimeType)),
		field("data-modification-timestamp", abi.NewOption(datetimeType)),
		field("status-change-timestamp", abi.NewOption(datetimeType)))
	fileHashType       = abi.NewRecord(field("lower", u64Type), field("upper", u64Type))
	newTimestampType   = abi.NewVariant(one("no-change", nil), one("now", nil), one("timestamp", datetimeType))
	adviceType         = abi.NewEnum("normal", "sequential", "random", "will-need", "dont-need", "no-reuse")
	directoryEntryType = abi.NewRecord(field("type", fileType), field("name", stringType))
)

// Parameters that several functions have.
var (
	pathFlagsParam = param("path-flags", abi.NewFlags("symlink-follow"))
	pathParam      = param("path", stringType)
	openFlagsParam = param("open-flags", abi.NewFlags("create", "directory", "exclusive", "truncate"))
)

// filesystemPreopens returns wasi:filesystem/preopens.
func filesystemPreopens() *Interface {
	i := newInterface("wasi:filesystem/preopens")
	i.uses(descriptorResource)
	i.define("get-directories", fn(abi.NewList(abi.NewTuple(own(descriptorResource), stringType))), func(c *call) (value.Value, error) {
		var list value.List
		for _, grant := range c.grants {
			handle, err := c.open(descriptorResource, &descriptor{grant: grant, root: grant.Root, path: "."}, nil)
			if err != nil {
				return nil, err
			}
			list = append(list, value.Tuple{handle, text(grant.Guest)})
		}
		return list, nil
	})
	return i
}

// filesystemTypes returns wasi:filesystem/types.
func filesystemTypes() *Interface {
	i := newInterface(filesystemTypesName)
	i.uses(descriptorResource, directoryEntryResource, inputStreamResource, outputStreamResource, errorResource)
	i.define("filesystem-error-code", fn(abi.NewOption(fileErrorType), param("err", borrow(errorResource))), func(c *call) (value.Value, error) {
		if code := argRep[*ioErr](c, 0).code; code != "" {
			return value.Option{Some: value.Enum(code)}, nil
		}
		return value.Option{}, nil
	})
	fileMethods(i)
	openMethods(i)
	directoryMethods(i)
	statMethods(i)
	return i
}

// fileMethod adds a method of r that returns result<result, error-code>. An
// error of run is that error code, unless it is one that traps.
func fileMethod[T rep](i *Interface, r *Resource, name string, result *abi.Type, params []abi.Param, run func(*call, T) (value.Value, error)) {
	method(i, r, name, fn(abi.NewResult(result, fileErrorType), params...), func(c *call, self T) (value.Value, error) {
		v, err := run(c, self)
		limit := (*LimitError)(nil)
		switch {
		case errors.As(err, &limit) || errors.Is(err, ErrClosed):
			return nil, err
		case err != nil:
			return fail(value.Enum(errorCode(err))), nil
		}
		return ok(v), nil
	})
}

// descriptorMethod is fileMethod for a descriptor.
func descriptorMethod(i *Interface, name string, result *abi.Type, run func(*call, *descriptor) (value.Value, error), params ...abi.Param) {
	fileMethod(i, descriptorResource, name, result, params, run)
}
