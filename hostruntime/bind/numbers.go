package bind

import (
	"encoding/binary"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
)

// A Number is the Go form of WIT's integers and floats but u8, whose lists are
// bytes. Lists of numbers move in one piece: checked once, then copied in a
// loop without calls.
type Number interface {
	int8 | int16 | int32 | int64 | uint16 | uint32 | uint64 | float32 | float64
}

// LiftNumbers copies a list of numbers out of guest memory. ptr and n are the
// flat pair; every NaN becomes the canonical one. The copy is charged before
// it is made.
func LiftNumbers[T Number](c *Call, ptr, n uint64) []T {
	size := sizeOf[T]()
	base, count := c.LiftList(ptr, n, size, size, size)
	src := c.at(base, uint32(count)*size)
	list := make([]T, count)
	switch list := any(list).(type) {
	case []int8:
		for i := range list {
			list[i] = int8(src[i])
		}
	case []int16:
		load16(list, src)
	case []uint16:
		load16(list, src)
	case []int32:
		load32(list, src)
	case []uint32:
		load32(list, src)
	case []int64:
		load64(list, src)
	case []uint64:
		load64(list, src)
	case []float32:
		for i := range list {
			list[i] = canon.LiftF32(uint64(binary.LittleEndian.Uint32(src[4*i:])))
		}
	case []float64:
		for i := range list {
			list[i] = canon.LiftF64(binary.LittleEndian.Uint64(src[8*i:]))
		}
	}
	return list
}

// LoadNumbers copies the list whose pointer and length are at ptr.
func LoadNumbers[T Number](c *Call, ptr uint32) []T {
	return LiftNumbers[T](c, uint64(c.U32(ptr)), uint64(c.U32(ptr+4)))
}

// LowerNumbers copies v into memory that the guest allocates and returns the
// flat pair; every NaN becomes the canonical one.
func LowerNumbers[T Number](c *Call, v []T) (ptr, n uint64) {
	size := sizeOf[T]()
	base := c.LowerList(len(v), size, size)
	if c.err != nil {
		return 0, 0
	}
	dst := c.at(base, uint32(len(v))*size)
	switch v := any(v).(type) {
	case []int8:
		for i, x := range v {
			dst[i] = byte(x)
		}
	case []int16:
		store16(dst, v)
	case []uint16:
		store16(dst, v)
	case []int32:
		store32(dst, v)
	case []uint32:
		store32(dst, v)
	case []int64:
		store64(dst, v)
	case []uint64:
		store64(dst, v)
	case []float32:
		for i, x := range v {
			binary.LittleEndian.PutUint32(dst[4*i:], uint32(canon.LowerF32(x)))
		}
	case []float64:
		for i, x := range v {
			binary.LittleEndian.PutUint64(dst[8*i:], canon.LowerF64(x))
		}
	}
	return uint64(base), uint64(len(v))
}

// StoreNumbers lowers v and stores the pair at ptr.
func StoreNumbers[T Number](c *Call, ptr uint32, v []T) {
	p, n := LowerNumbers(c, v)
	c.PutU32(ptr, uint32(p))
	c.PutU32(ptr+4, uint32(n))
}

// sizeOf returns what a T takes in bytes, in guest memory and in Go, which is
// its alignment too.
func sizeOf[T Number]() uint32 {
	switch any(T(0)).(type) {
	case int8:
		return 1
	case int16, uint16:
		return 2
	case int32, uint32, float32:
		return 4
	}
	return 8
}

func load16[T int16 | uint16](list []T, src []byte) {
	for i := range list {
		list[i] = T(binary.LittleEndian.Uint16(src[2*i:]))
	}
}

func load32[T int32 | uint32](list []T, src []byte) {
	for i := range list {
		list[i] = T(binary.LittleEndian.Uint32(src[4*i:]))
	}
}

func load64[T int64 | uint64](list []T, src []byte) {
	for i := range list {
		list[i] = T(binary.LittleEndian.Uint64(src[8*i:]))
	}
}

func store16[T int16 | uint16](dst []byte, v []T) {
	for i, x := range v {
		binary.LittleEndian.PutUint16(dst[2*i:], uint16(x))
	}
}

func store32[T int32 | uint32](dst []byte, v []T) {
	for i, x := range v {
		binary.LittleEndian.PutUint32(dst[4*i:], uint32(x))
	}
}

func store64[T int64 | uint64](dst []byte, v []T) {
	for i, x := range v {
		binary.LittleEndian.PutUint64(dst[8*i:], uint64(x))
	}
}
