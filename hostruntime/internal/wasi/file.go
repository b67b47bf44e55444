package wasi

import (
	"io"
	"math"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

func fileMethods(i *Interface) {
	size, offset := u64Type, param("offset", u64Type)
	descriptorMethod(i, "read", abi.NewTuple(bytesType, boolType), fileRead, param("length", size), offset)
	descriptorMethod(i, "write", size, fileWrite, param("buffer", bytesType), offset)
	descriptorMethod(i, "read-via-stream", own(inputStreamResource), func(c *call, d *descriptor) (value.Value, error) {
		f, err := d.readable()
		if err != nil {
			return nil, err
		}
		f.users.Add(1)
		s := &inputStream{src: &fileSource{f, uint64(arg[value.U64](c, 1))}}
		s.end = f.end
		return c.Host.open(inputStreamResource, s, nil)
	}, offset)
	descriptorMethod(i, "write-via-stream", own(outputStreamResource), func(c *call, d *descriptor) (value.Value, error) {
		return d.writeStream(c, &fileSink{at: uint64(arg[value.U64](c, 1))})
	}, offset)
	descriptorMethod(i, "append-via-stream", own(outputStreamResource), func(c *call, d *descriptor) (value.Value, error) {
		return d.writeStream(c, &fileSink{appends: true})
	})
	descriptorMethod(i, "set-size", nil, func(c *call, d *descriptor) (value.Value, error) {
		f, err := d.writable()
		if err != nil {
			return nil, err
		}
		return nil, f.setSize(uint64(arg[value.U64](c, 1)))
	}, param("size", size))
	// Advice is taken and not acted upon.
	descriptorMethod(i, "advise", nil, func(_ *call, d *descriptor) (value.Value, error) {
		_, err := d.regular()
		return nil, err
	}, offset, param("length", size), param("advice", adviceType))
	sync := func(_ *call, d *descriptor) (value.Value, error) {
		// A folder's entries are the operating system's to write back.
		if d.file == nil {
			return nil, nil
		}
		return nil, d.file.Sync()
	}
	descriptorMethod(i, "sync", nil, sync)
	descriptorMethod(i, "sync-data", nil, sync)
}

// readable returns the file if it was opened for reading.
func (d *descriptor) readable() (*sharedFile, error) {
	f, err := d.regular()
	if err == nil && !d.read {
		err = fileError("bad-descriptor")
	}
	return f, err
}

// writable returns the file if it was opened for writing.
func (d *descriptor) writable() (*sharedFile, error) {
	f, err := d.regular()
	if err == nil && !d.write {
		err = fileError("bad-descriptor")
	}
	return f, err
}

func fileRead(c *call, d *descriptor) (value.Value, error) {
	f, err := d.readable()
	if err != nil {
		return nil, err
	}
	length, offset := uint64(arg[value.U64](c, 1)), uint64(arg[value.U64](c, 2))
	if length == 0 {
		return value.Tuple{value.Bytes(nil), value.Bool(false)}, nil
	}
	data, err := f.readAt(length, offset)
	if err != nil && err != io.EOF {
		return nil, err
	}
	return value.Tuple{value.Bytes(data), value.Bool(err == io.EOF)}, nil
}

// readAt returns up to n bytes from offset, at most MaxRead, and io.EOF if
// that reached the end.
func (f *sharedFile) readAt(n, offset uint64) ([]byte, error) {
	if offset > math.MaxInt64 {
		return nil, io.EOF
	}
	n = min(n, MaxRead)
	// A large request is no reason for a large buffer where the file is small.
	// The byte more is what tells that the end was reached.
	if info, err := f.Stat(); err == nil {
		left := uint64(max(0, info.Size()-int64(offset)))
		n = min(n, left+1)
	}
	data := make([]byte, n)
	got, err := f.ReadAt(data, int64(offset))
	return data[:got], err
}

func fileWrite(c *call, d *descriptor) (value.Value, error) {
	f, err := d.writable()
	if err != nil {
		return nil, err
	}
	data, offset := arg[value.Bytes](c, 1), uint64(arg[value.U64](c, 2))
	n, err := f.writeAt(data, offset)
	if err != nil && n == 0 {
		return nil, err
	}
	return value.U64(n), nil
}

// A fileSource reads a file from an offset on. Files never make a guest wait.
type fileSource struct {
	file *sharedFile
	at   uint64
}

func (s *fileSource) ready() bool { return true }

func (s *fileSource) read(n int) ([]byte, error) {
	if n == 0 {
		return nil, nil
	}
	data, err := s.file.readAt(uint64(n), s.at)
	s.at += uint64(len(data))
	if len(data) > 0 {
		// An error comes again with the next read.
		return data, nil
	}
	return nil, err
}

// A fileSink writes a file from an offset on, or at its end.
type fileSink struct {
	file    *sharedFile
	at      uint64
	appends bool
}

func (d *descriptor) writeStream(c *call, to *fileSink) (value.Value, error) {
	f, err := d.writable()
	if err != nil {
		return nil, err
	}
	f.users.Add(1)
	to.file = f
	s := newOutputStream(to)
	s.end = f.end
	return c.open(outputStreamResource, s, nil)
}

func (s *fileSink) write(data []byte) error {
	if s.appends {
		return s.file.appendAll(data)
	}
	n, err := s.file.writeAt(data, s.at)
	s.at += uint64(n)
	return err
}

func (s *fileSink) flush() error { return nil }
