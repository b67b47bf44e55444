package hostile

// Small or regular bytes that stand for a large program: what is accepted must
// compile in bounded memory.
var attacksBySize = []attack{
	{name: "four billion locals", made: func() []byte {
		return withBody([]byte{1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7e}, nil)
	}, want: refused("locals")},
	{name: "locals whose sum overflows", made: func() []byte {
		half := []byte{0xff, 0xff, 0xff, 0xff, 0x07, 0x7e}
		return withBody(cat([]byte{3}, half, half, half), nil)
	}, want: refused("locals")},
	{name: "50,000 locals in each of 2,000 functions", made: func() []byte {
		body := []byte{1, 0xd0, 0x86, 0x03, 0x7e, 0x0b}
		return manyFunctions(2_000, body)
	}, want: refused("locals")},
	{name: "50,000 locals in a function with 1,000 loops", made: func() []byte {
		return withBody([]byte{1, 0xd0, 0x86, 0x03, 0x7e}, repeat([]byte{0x03, 0x40, 0x0b}, 1_000))
	}, want: refused("locals times loops")},
	{name: "a function of 8 MB", made: func() []byte {
		return withBody([]byte{0}, repeat([]byte{0x01}, 8<<20))
	}, want: refused("function")},
	{name: "100,000 nested blocks", made: func() []byte {
		return withBody([]byte{0}, cat(repeat([]byte{0x02, 0x40}, 100_000), repeat([]byte{0x0b}, 100_000)))
	}, want: refused("blocks")},
	{name: "a br_table that claims four billion labels", made: func() []byte {
		return withBody([]byte{0}, []byte{0x41, 0, 0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f, 0})
	}, want: refused("label")},
	{name: "100 br_tables of 60,000 labels", made: func() []byte {
		one := cat([]byte{0x41, 0, 0x0e}, u(60_000), make([]byte, 60_001))
		return withBody([]byte{0}, repeat(cat([]byte{0x02, 0x40}, one, []byte{0x0b}), 100))
	}, want: refused("6000200 blocks, or what costs as much")},
	{name: "a type of 1,000,000 parameters", made: func() []byte {
		return runnable(1, coreModule(coreSec(1, cat([]byte{1, 0x60}, u(1_000_000), repeat([]byte{0x7e}, 1_000_000), []byte{0}))))
	}, want: refused("")},
	{name: "1,000 functions that call with 1,000 parameters", made: func() []byte {
		code := cat(repeat([]byte{0x42, 0}, 1_000), []byte{0x10, 0})
		body := cat([]byte{0}, code, []byte{0x0b})
		empty := []byte{0, 0x0b}
		bodies := [][]byte{cat(u(len(empty)), empty)}
		for range 1_000 {
			bodies = append(bodies, cat(u(len(body)), body))
		}
		return runnable(1, coreModule(
			coreSec(1, cat([]byte{2, 0x60}, u(1_000), repeat([]byte{0x7e}, 1_000), []byte{0, 0x60, 0, 0})),
			coreSec(3, cat(u(1_001), []byte{0}, repeat([]byte{1}, 1_000))),
			coreSec(7, cat([]byte{1}, str("run"), []byte{0, 1})),
			coreSec(10, vec(bodies))))
	}, want: survives},
	{name: "100,000 data segments", made: func() []byte {
		module := coreModule(
			coreSec(1, []byte{1, 0x60, 0, 0}), coreSec(3, []byte{1, 0}), coreSec(5, []byte{1, 0, 1}),
			coreSec(7, cat([]byte{1}, str("run"), []byte{0, 0})), coreSec(10, []byte{1, 2, 0, 0x0b}),
			coreSec(11, vec(times(100_000, []byte{0, 0x41, 0, 0x0b, 1, 0xff}))))
		return runnable(1, module)
	}, want: survives},
	{name: "data segments that claim four billion", made: func() []byte {
		return runnable(1, coreModule(coreSec(5, []byte{1, 0, 1}), coreSec(11, []byte{0xff, 0xff, 0xff, 0xff, 0x0f})))
	}, want: refused("")},
	{name: "an element segment that claims four billion", made: func() []byte {
		return runnable(1, coreModule(coreSec(9, []byte{1, 1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})))
	}, want: refused("")},
	{name: "100,000 globals", made: func() []byte {
		return runnable(1, simple(coreSec(6, vec(times(100_000, []byte{0x7e, 1, 0x42, 0, 0x0b})))))
	}, want: survives},
	{name: "a million globals", made: func() []byte {
		return runnable(1, simple(coreSec(6, vec(times(1_000_000, []byte{0x7e, 1, 0x42, 0, 0x0b})))))
	}, want: refused("globals")},
	{name: "100,000 branches in one function", made: func() []byte {
		return withBody([]byte{0}, repeat([]byte{0x41, 0, 0x0d, 0}, 100_000))
	}, want: refused("blocks, or what costs as much")},
	{name: "100,000 bulk operations in one function", made: func() []byte {
		return withBody([]byte{0}, repeat([]byte{0xfc, 13, 0}, 100_000))
	}, want: refused("")},
	{name: "50,000 functions that do nothing", made: func() []byte { return manyFunctions(50_000, []byte{0, 0x0b}) }, heap: 1000, want: survives},
	{name: "name section that claims four billion names", made: func() []byte {
		return runnable(1, cat(simple(), sec(0, cat(str("name"), []byte{1, 6, 0xff, 0xff, 0xff, 0xff, 0x0f, 0}))))
	}, want: survives},
	{name: "name section with a name of 4 MB for each of 1,000", made: func() []byte {
		// Subsections that overlap can't be: each name is bytes of its own.
		names := make([][]byte, 1_000)
		for i := range names {
			names[i] = cat(u(i), u(4<<10), repeat([]byte{'x'}, 4<<10))
		}
		body := vec(names)
		return runnable(1, cat(simple(), sec(0, cat(str("name"), []byte{1}, u(len(body)), body))))
	}, want: survives},
	{name: "100,000 custom sections", made: func() []byte {
		return cat(runnable(1, simple()), repeat(sec(0, str("x")), 100_000))
	}, want: survives},
	{name: "100,000 custom sections in a core module", made: func() []byte {
		return runnable(1, cat(simple(), repeat(sec(0, str("x")), 100_000)))
	}, want: survives},
	{name: "custom section of 32 MB", made: func() []byte {
		return cat(runnable(1, simple()), sec(0, cat(str("x"), make([]byte, 32<<20))))
	}, want: survives},
}

func manyFunctions(n int, body []byte) []byte {
	return runnable(1, coreModule(
		coreSec(1, []byte{1, 0x60, 0, 0}),
		coreSec(3, vec(times(n, []byte{0}))),
		coreSec(7, cat([]byte{1}, str("run"), []byte{0, 0})),
		coreSec(10, vec(times(n, cat(u(len(body)), body))))))
}
