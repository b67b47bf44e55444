package bind

import (
	"strconv"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
)

// The methods below put the path to a value that doesn't fit together, from
// the inside out and only once something failed: `quakes[3].id`.

// Param names the argument that was lowered last: a failure since then gets
// its name, one from before keeps what it has.
func (c *Call) Param(name string) {
	if c.err != nil {
		c.name(name)
	}
}

// Field is Param for a field of the record that is being lowered. Code that
// uses it starts only while nothing has failed, and ends with EndFields.
func (c *Call) Field(name string) {
	if c.err != nil {
		c.name("." + name)
	}
}

// EndFields ends a record that used Field, so that what contains the record
// can name it.
func (c *Call) EndFields() { c.named = nil }

// Elem says that the failure lies in the element with index i of a list.
func (c *Call) Elem(i int) {
	if c.err != nil {
		c.err = canon.Under("["+strconv.Itoa(i)+"]", c.err)
	}
}

// Entry is Elem for the entry of a map with the given key, as Go writes it.
func (c *Call) Entry(key string) {
	if c.err != nil {
		c.err = canon.Under("["+key+"]", c.err)
	}
}

// name puts step in front of the failure's path, unless a step of the same
// level was put there already.
func (c *Call) name(step string) {
	if c.named != c.err {
		c.err = canon.Under(step, c.err)
		c.named = c.err
	}
}
