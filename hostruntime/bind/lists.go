package bind

// LiftString copies a string out of guest memory. ptr and n are the flat
// pair, in the encoding of the crossing.
func (c *Call) LiftString(ptr, n uint64) string {
	if c.err != nil {
		return ""
	}
	s, err := c.cx.LoadString(uint32(ptr), uint32(n))
	if err != nil {
		c.Fail(err)
	}
	return s
}

// LoadString copies the string whose pointer and length are at ptr.
func (c *Call) LoadString(ptr uint32) string {
	return c.LiftString(uint64(c.U32(ptr)), uint64(c.U32(ptr+4)))
}

// LowerString copies s into memory that the guest allocates and returns the
// flat pair.
func (c *Call) LowerString(s string) (ptr, n uint64) {
	if c.err != nil {
		return 0, 0
	}
	p, units, err := c.cx.StoreString(s)
	if err != nil {
		c.Fail(err)
	}
	return uint64(p), uint64(units)
}

// StoreString lowers s and stores the pair at ptr.
func (c *Call) StoreString(ptr uint32, s string) {
	p, n := c.LowerString(s)
	c.PutU32(ptr, uint32(p))
	c.PutU32(ptr+4, uint32(n))
}

// LiftBytes copies a list<u8> out of guest memory; never nil.
func (c *Call) LiftBytes(ptr, n uint64) []byte {
	if c.err != nil {
		return nil
	}
	b, err := c.cx.LoadBytes(uint32(ptr), uint32(n))
	if err != nil {
		c.Fail(err)
	}
	return b
}

// LoadBytes copies the list<u8> whose pointer and length are at ptr.
func (c *Call) LoadBytes(ptr uint32) []byte {
	return c.LiftBytes(uint64(c.U32(ptr)), uint64(c.U32(ptr+4)))
}

// LowerBytes copies b into memory that the guest allocates.
func (c *Call) LowerBytes(b []byte) (ptr, n uint64) {
	if c.err != nil {
		return 0, 0
	}
	p, n32, err := c.cx.StoreBytes(b)
	if err != nil {
		c.Fail(err)
	}
	return uint64(p), uint64(n32)
}

// StoreBytes lowers b and stores the pair at ptr.
func (c *Call) StoreBytes(ptr uint32, b []byte) {
	p, n := c.LowerBytes(b)
	c.PutU32(ptr, uint32(p))
	c.PutU32(ptr+4, uint32(n))
}

// LiftList checks the flat pair of a list whose elements take elemSize bytes
// in guest memory and goSize in Go, and charges for the latter. It returns
// where the elements start and how many there are; 0 when the call failed.
func (c *Call) LiftList(ptr, n uint64, elemSize, align, goSize uint32) (base uint32, count int) {
	if c.err != nil {
		return 0, 0
	}
	base, elems := uint32(ptr), uint32(n)
	if err := c.cx.CheckList(base, elems, elemSize, align); err != nil {
		c.Fail(err)
		return 0, 0
	}
	if err := c.cx.Budget.ChargeList(elems, goSize); err != nil {
		c.Fail(err)
		return 0, 0
	}
	return base, int(elems)
}

// LowerList has the guest allocate n elements and returns where.
func (c *Call) LowerList(n int, elemSize, align uint32) (base uint32) {
	if c.err != nil {
		return 0
	}
	base, err := c.cx.AllocList(n, elemSize, align)
	if err != nil {
		c.Fail(err)
	}
	return base
}

// Alloc has the guest allocate byteLen bytes, for arguments and results that
// travel in memory.
func (c *Call) Alloc(byteLen, align uint32) uint32 {
	if c.err != nil {
		return 0
	}
	ptr, err := c.cx.Allocate(align, byteLen)
	if err != nil {
		c.Fail(err)
	}
	return ptr
}

// Range checks a pointer that the guest gave for byteLen bytes of values.
func (c *Call) Range(ptr uint64, byteLen, align uint32) uint32 {
	p := uint32(ptr)
	if c.err == nil {
		if err := c.cx.CheckRange(p, byteLen, align); err != nil {
			c.Fail(err)
			return 0
		}
	}
	return p
}

// Charge counts n bytes that the host holds for the guest's values, for
// pointers and payloads that lists and strings don't account for.
func (c *Call) Charge(n uint32) {
	if c.err == nil {
		if err := c.cx.Budget.Charge(uint64(n)); err != nil {
			c.Fail(err)
		}
	}
}
