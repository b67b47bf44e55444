package wasi

import (
	"math/bits"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

var datetimeType = abi.NewRecord(field("seconds", u64Type), field("nanoseconds", u32Type))

// datetime returns t as a wasi:clocks datetime, which cannot be before 1970.
func datetime(t time.Time) value.Value {
	if t.Unix() < 0 {
		t = time.Unix(0, 0)
	}
	return value.Record{
		{Name: "seconds", Value: value.U64(t.Unix())},
		{Name: "nanoseconds", Value: value.U32(t.Nanosecond())},
	}
}

// clocksWallClock returns wasi:clocks/wall-clock.
func clocksWallClock() *Interface {
	i := newInterface("wasi:clocks/wall-clock")
	i.define("now", fn(datetimeType),
		func(c *call) (value.Value, error) { return datetime(c.config.Now()), nil })
	i.define("resolution", fn(datetimeType),
		func(*call) (value.Value, error) { return datetime(time.Unix(0, 1)), nil })
	return i
}

// clocksMonotonicClock returns wasi:clocks/monotonic-clock.
func clocksMonotonicClock() *Interface {
	i := newInterface("wasi:clocks/monotonic-clock")
	i.uses(pollableResource)
	i.define("now", fn(u64Type),
		func(c *call) (value.Value, error) { return value.U64(c.monotonic()), nil })
	i.define("resolution", fn(u64Type),
		func(*call) (value.Value, error) { return value.U64(1), nil })
	when := param("when", u64Type)
	i.define("subscribe-instant", fn(own(pollableResource), when), func(c *call) (value.Value, error) {
		return c.open(pollableResource, &pollable{at: uint64(arg[value.U64](c, 0))}, nil)
	})
	i.define("subscribe-duration", fn(own(pollableResource), when), func(c *call) (value.Value, error) {
		at, over := bits.Add64(c.monotonic(), uint64(arg[value.U64](c, 0)), 0)
		if over != 0 {
			at = 1<<64 - 1
		}
		return c.open(pollableResource, &pollable{at: at}, nil)
	})
	return i
}
