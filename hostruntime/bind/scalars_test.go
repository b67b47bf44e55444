package bind_test

import (
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/bind"
)

// What a call can't load or store is a trap that says where; what follows does
// nothing.
func TestScalarsOutsideOfMemory(t *testing.T) {
	for name, use := range map[string]func(c *bind.Call){
		"load at the end":        func(c *bind.Call) { c.U32(125) },
		"load far away":          func(c *bind.Call) { c.U8(1<<32 - 1) },
		"store at the end":       func(c *bind.Call) { c.PutF64(121, 1) },
		"range wraps in 32 bits": func(c *bind.Call) { c.U64(1<<32 - 4) },
	} {
		t.Run(name, func(t *testing.T) {
			c, cx := newCall(128)
			use(c)
			if err := c.Err(); err == nil || !strings.Contains(err.Error(), "memory has 128") {
				t.Fatalf("got %v, want a trap", err)
			}
			c.PutU8(0, 1)
			if cx.Mem[0] != 0 {
				t.Error("a failed call stored")
			}
		})
	}
}

func TestScalarsDoNotAllocate(t *testing.T) {
	c, _ := newCall(128)
	got := testing.AllocsPerRun(100, func() {
		c.PutF64(64, c.F64(72))
		c.PutF32(80, c.F32(84))
		c.PutBool(88, c.Bool(89))
		c.PutChar(92, c.Char(96))
		c.PutU16(100, uint16(c.Case(uint32(c.U16(102)), 3)))
	})
	if got != 0 || c.Failed() {
		t.Errorf("%v allocations, %v", got, c.Err())
	}
}
