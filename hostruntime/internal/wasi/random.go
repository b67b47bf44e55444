package wasi

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// MaxRandom is the most random bytes of one call. The interface must return
// as many bytes as were asked for, so that more is a trap.
const MaxRandom = 1 << 20

// random returns n bytes of Config.Random.
func (c *call) random(n uint64) ([]byte, error) {
	if n > MaxRandom {
		return nil, &LimitError{What: "random bytes in one call", Limit: MaxRandom, Attempt: n}
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(c.config.Random, data); err != nil {
		return nil, fmt.Errorf("wasi: reading random bytes: %w", err)
	}
	return data, nil
}

func randomBytes(c *call) (value.Value, error) {
	data, err := c.random(uint64(arg[value.U64](c, 0)))
	if err != nil {
		return nil, err
	}
	return value.Bytes(data), nil
}

func randomU64(c *call) (value.Value, error) {
	data, err := c.random(8)
	if err != nil {
		return nil, err
	}
	return value.U64(binary.LittleEndian.Uint64(data)), nil
}

// randomRandom returns wasi:random/random.
func randomRandom() *Interface {
	i := newInterface("wasi:random/random")
	i.define("get-random-bytes", fn(bytesType, param("len", u64Type)), randomBytes)
	i.define("get-random-u64", fn(u64Type), randomU64)
	return i
}

// randomInsecure returns wasi:random/insecure, which is as good as random.
func randomInsecure() *Interface {
	i := newInterface("wasi:random/insecure")
	i.define("get-insecure-random-bytes", fn(bytesType, param("len", u64Type)), randomBytes)
	i.define("get-insecure-random-u64", fn(u64Type), randomU64)
	return i
}

// randomInsecureSeed returns wasi:random/insecure-seed.
func randomInsecureSeed() *Interface {
	i := newInterface("wasi:random/insecure-seed")
	i.define("insecure-seed", fn(abi.NewTuple(u64Type, u64Type)), func(c *call) (value.Value, error) {
		data, err := c.random(16)
		if err != nil {
			return nil, err
		}
		return value.Tuple{
			value.U64(binary.LittleEndian.Uint64(data)),
			value.U64(binary.LittleEndian.Uint64(data[8:])),
		}, nil
	})
	return i
}
