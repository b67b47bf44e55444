package wasi

import (
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

const filesystemTypesName = "wasi:filesystem/types"

var (
	descriptorResource     = newResource[*descriptor](filesystemTypesName, "descriptor")
	directoryEntryResource = newResource[*directoryEntries](filesystemTypesName, "directory-entry-stream")
)

type descriptor struct{ node }
type directoryEntries struct{ node }

// filesystemTypes returns wasi:filesystem/types.
func filesystemTypes() *Interface {
	i := newInterface(filesystemTypesName)
	i.uses(descriptorResource, directoryEntryResource, inputStreamResource, outputStreamResource, errorResource)
	i.define("filesystem-error-code", fn(abi.NewOption(fileErrorType), param("err", borrow(errorResource))),
		func(c *call) (value.Value, error) {
			if e := argRep[*ioErr](c, 0); e.code != "" {
				return value.Option{Some: value.Enum(e.code)}, nil
			}
			return value.Option{}, nil
		})
	return i
}

// filesystemPreopens returns wasi:filesystem/preopens.
func filesystemPreopens() *Interface {
	i := newInterface("wasi:filesystem/preopens")
	i.uses(descriptorResource)
	i.define("get-directories", fn(abi.NewList(abi.NewTuple(own(descriptorResource), stringType))),
		func(c *call) (value.Value, error) { return value.List(nil), nil })
	return i
}
