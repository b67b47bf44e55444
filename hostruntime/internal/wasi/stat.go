package wasi

import (
	"crypto/sha256"
	"encoding/binary"
	"io/fs"
	"os"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A fileStat is what the operating system tells beyond fs.FileInfo.
type fileStat struct {
	links uint64
	// device and inode identify the file; both are 0 where they don't exist.
	device, inode uint64
	// stored is how many bytes of storage the file takes, the most possible
	// where that isn't known.
	stored uint64
	// accessed and changed are zero where they don't exist.
	accessed, changed time.Time
}

func statMethods(i *Interface) {
	descriptorMethod(i, "stat", fileStatType, func(_ *call, d *descriptor) (value.Value, error) {
		info, err := d.info()
		if err != nil {
			return nil, err
		}
		return statRecord(info), nil
	})
	descriptorMethod(i, "stat-at", fileStatType, func(c *call, d *descriptor) (value.Value, error) {
		info, err := d.infoAt(c)
		if err != nil {
			return nil, err
		}
		return statRecord(info), nil
	}, pathFlagsParam, pathParam)
	descriptorMethod(i, "get-type", fileType, func(_ *call, d *descriptor) (value.Value, error) {
		info, err := d.info()
		if err != nil {
			return nil, err
		}
		return typeOf(info.Mode()), nil
	})
	descriptorMethod(i, "get-flags", fileFlagsType, func(_ *call, d *descriptor) (value.Value, error) {
		var flags value.Flags
		if d.read || d.root != nil {
			flags = append(flags, "read")
		}
		if d.write {
			flags = append(flags, "write")
		}
		if d.root != nil && !d.grant.ReadOnly {
			flags = append(flags, "mutate-directory")
		}
		return flags, nil
	})
	descriptorMethod(i, "metadata-hash", fileHashType, func(_ *call, d *descriptor) (value.Value, error) {
		info, err := d.info()
		if err != nil {
			return nil, err
		}
		return hashOf(info), nil
	})
	descriptorMethod(i, "metadata-hash-at", fileHashType, func(c *call, d *descriptor) (value.Value, error) {
		info, err := d.infoAt(c)
		if err != nil {
			return nil, err
		}
		return hashOf(info), nil
	}, pathFlagsParam, pathParam)
	method(i, descriptorResource, "is-same-object", fn(boolType, param("other", borrow(descriptorResource))), func(c *call, d *descriptor) (value.Value, error) {
		a, err := d.info()
		if err != nil {
			return value.Bool(false), nil
		}
		b, err := argRep[*descriptor](c, 1).info()
		return value.Bool(err == nil && os.SameFile(a, b)), nil
	})
	accessed := param("data-access-timestamp", newTimestampType)
	modified := param("data-modification-timestamp", newTimestampType)
	descriptorMethod(i, "set-times", nil, func(c *call, d *descriptor) (value.Value, error) {
		return nil, d.setTimes(c)
	}, accessed, modified)
	descriptorMethod(i, "set-times-at", nil, setTimesAt, pathFlagsParam, pathParam, accessed, modified)
}

// infoAt returns what the flags and the path in arguments 1 and 2 name.
func (d *descriptor) infoAt(c *call) (fs.FileInfo, error) {
	root, path, err := d.at(c, 2)
	if err != nil {
		return nil, err
	}
	return lookup(root, arg[value.Flags](c, 1), path)
}

// typeOf returns the descriptor-type of a mode.
func typeOf(mode fs.FileMode) value.Enum {
	switch mode.Type() {
	case 0:
		return "regular-file"
	case fs.ModeDir:
		return "directory"
	case fs.ModeSymlink:
		return "symbolic-link"
	case fs.ModeNamedPipe:
		return "fifo"
	case fs.ModeSocket:
		return "socket"
	case fs.ModeDevice:
		return "block-device"
	case fs.ModeDevice | fs.ModeCharDevice:
		return "character-device"
	}
	return "unknown"
}

func statRecord(info fs.FileInfo) value.Value {
	s := statOf(info)
	timestamp := func(t time.Time) value.Value {
		if t.IsZero() {
			return value.Option{}
		}
		return value.Option{Some: datetime(t)}
	}
	return value.Record{
		{Name: "type", Value: typeOf(info.Mode())},
		{Name: "link-count", Value: value.U64(s.links)},
		{Name: "size", Value: value.U64(max(0, info.Size()))},
		{Name: "data-access-timestamp", Value: timestamp(s.accessed)},
		{Name: "data-modification-timestamp", Value: timestamp(info.ModTime())},
		{Name: "status-change-timestamp", Value: timestamp(s.changed)},
	}
}

// hashOf returns a hash that names of one file share. Guests use it as inode
// number; the host's own one is not told.
func hashOf(info fs.FileInfo) value.Value {
	s := statOf(info)
	key := binary.LittleEndian.AppendUint64(nil, s.device)
	key = binary.LittleEndian.AppendUint64(key, s.inode)
	if s.inode == 0 {
		key = append(key, info.Name()...)
		key = binary.LittleEndian.AppendUint64(key, uint64(info.ModTime().UnixNano()))
	}
	sum := sha256.Sum256(key)
	return value.Record{
		{Name: "lower", Value: value.U64(binary.LittleEndian.Uint64(sum[:]))},
		{Name: "upper", Value: value.U64(binary.LittleEndian.Uint64(sum[8:]))},
	}
}

// setTimes sets the times in arguments 1 and 2. A file's are set by its path,
// for which it must still be where it was opened.
func (d *descriptor) setTimes(c *call) error {
	accessed, modified, err := d.times(c, 1)
	if err != nil {
		return err
	}
	if d.root != nil {
		return d.root.Chtimes(".", accessed, modified)
	}
	then, err := d.file.Stat()
	if err != nil {
		return err
	}
	if now, err := d.grant.Root.Stat(d.path); err != nil || !os.SameFile(now, then) {
		return fileError("unsupported")
	}
	return d.grant.Root.Chtimes(d.path, accessed, modified)
}

func setTimesAt(c *call, d *descriptor) (value.Value, error) {
	root, path, err := d.change(c, 2)
	if err != nil {
		return nil, err
	}
	accessed, modified, err := d.times(c, 3)
	if err != nil {
		return nil, err
	}
	info, err := lookup(root, arg[value.Flags](c, 1), path)
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		return nil, fileError("unsupported")
	}
	return nil, root.Chtimes(path, accessed, modified)
}

// times returns the times in arguments n and n+1, zero for no change.
func (d *descriptor) times(c *call, n int) (accessed, modified time.Time, err error) {
	if err = d.mutable(); err != nil {
		return
	}
	if accessed, err = newTime(c, arg[value.Variant](c, n)); err != nil {
		return
	}
	modified, err = newTime(c, arg[value.Variant](c, n+1))
	return
}

// maxSeconds is the last second whose nanoseconds since 1970 are an int64,
// which is how Go hands times to the operating system.
const maxSeconds = 1<<63/1_000_000_000 - 1

func newTime(c *call, v value.Variant) (time.Time, error) {
	switch v.Case {
	case "no-change":
		return time.Time{}, nil
	case "now":
		return c.config.Now(), nil
	}
	date := v.Payload.(value.Record)
	seconds, nanos := date[0].Value.(value.U64), date[1].Value.(value.U32)
	if nanos >= 1_000_000_000 {
		return time.Time{}, fileError("invalid")
	}
	if seconds > maxSeconds {
		return time.Time{}, fileError("overflow")
	}
	return time.Unix(int64(seconds), int64(nanos)), nil
}
