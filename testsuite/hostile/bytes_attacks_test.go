package hostile

import "fmt"

// Bytes that lie about what follows, or nest and multiply what does.
var attacksByBytes = append([]attack{
	{name: "nothing", made: func() []byte { return nil }, want: refused("")},
	{name: "a core module", made: func() []byte { return simple() }, want: refused("")},
	{name: "a section longer than the file", made: func() []byte { return component([]byte{7, 0xff, 0xff, 0xff, 0xff, 0x0f}) }, want: refused("")},
	{name: "an endless number", made: func() []byte { return component(cat([]byte{7}, repeat([]byte{0x80}, 1<<20))) }, want: refused("")},
	{name: "3,000 nested components", made: func() []byte {
		c := component()
		for range 3_000 {
			c = component(componentSec(c))
		}
		return c
	}, want: refused("nested")},
	{name: "100,000 nested lists", made: func() []byte {
		types := [][]byte{{0x70, stringType}}
		for i := range 99_000 {
			types = append(types, cat([]byte{0x70}, signed(i)))
		}
		return component(typeSec(types))
	}, want: refused("nested")},
	{name: "1,000 nested instance types", made: func() []byte {
		t := []byte{0x42, 0}
		for range 1_000 {
			t = cat([]byte{0x42, 1, 1}, t)
		}
		return component(typeSec(t))
	}, want: refused("nested")},
	{name: "a tuple of 2^60 strings", made: func() []byte {
		types := [][]byte{{0x6f, 2, stringType, stringType}}
		for i := range 60 {
			types = append(types, cat([]byte{0x6f, 2}, signed(i), signed(i)))
		}
		return component(typeSec(types))
	}, want: refused("too")},
	{name: "a fixed-length list of four billion", made: func() []byte {
		return component(typeSec([]byte{0x67, u32Type, 0xff, 0xff, 0xff, 0xff, 0x0f}))
	}, want: refused("")},
	{name: "lists of lists of fixed lengths", made: func() []byte {
		types := [][]byte{cat([]byte{0x67, u32Type}, u(1000))}
		for i := range 30 {
			types = append(types, cat([]byte{0x67}, signed(i), u(1000)))
		}
		return component(typeSec(types))
	}, want: refused("")},
	{name: "a name of four billion bytes", made: func() []byte {
		return component(sec(10, cat([]byte{1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}, []byte("x"))))
	}, want: refused("")},
	{name: "a name of 10 MB", made: func() []byte {
		name := string(repeat([]byte{'x'}, 10<<20))
		return component(typeSec([]byte{0x40, 0, 1, 0}), sec(10, cat([]byte{1, 0}, str(name), []byte{1, 0})))
	}, want: refused("name")},
	{name: "an alias of a component that isn't around", made: func() []byte {
		return component(aliasSec([][]byte{cat([]byte{sortType, 2}, u(1<<31), u(1<<31))}))
	}, want: refused("")},
	{name: "100,000 aliases", made: func() []byte {
		return component(
			typeSec([]byte{u32Type}),
			instanceSec(inlineExports(1, sortType, 0)),
			aliasSec(times(99_000, cat([]byte{sortType, 0}, u(0), str(exportName(0))))))
	}, want: ending{calling, "error", "run"}},
	{name: "the same export twice", made: func() []byte {
		return component(typeSec([]byte{u32Type}), sec(11, vec(times(2, cat([]byte{0}, str("x"), []byte{sortType, 0, 0})))))
	}, want: refused("")},
	{name: "an export that isn't there", made: func() []byte {
		return component(sec(11, cat([]byte{1, 0}, str("x"), []byte{1}, u(7), []byte{0})))
	}, want: refused("")},
	{name: "an instance that is its own argument", made: func() []byte {
		return component(
			componentSec(component()),
			instanceSec(cat([]byte{0, 0, 1}, str("x"), []byte{sortInstance, 0})))
	}, want: refused("")},
	{name: "a function lifted with a wrong type", made: func() []byte {
		module := coreModule(
			coreSec(1, []byte{1, 0x60, 1, 0x7e, 0}), coreSec(3, []byte{1, 0}),
			coreSec(7, cat([]byte{1}, str("run"), []byte{0, 0})), coreSec(10, []byte{1, 2, 0, 0x0b}))
		return runnable(1, module)
	}, want: refused("")},
	{name: "a core export of another kind", made: func() []byte {
		return runnable(1, coreModule(coreSec(5, []byte{1, 0, 1}), coreSec(7, cat([]byte{1}, str("run"), []byte{2, 0}))))
	}, want: refused("")},
	{name: "code that isn't valid", made: func() []byte { return withBody([]byte{0}, []byte{0x6a}) }, want: refused("")},
	{name: "code for a type that isn't there", made: func() []byte { return withBody([]byte{0}, []byte{0x41, 0, 0x11, 0x7f, 0}) }, want: refused("")},
	{name: "code that ends early", made: func() []byte {
		return runnable(1, coreModule(
			coreSec(1, []byte{1, 0x60, 0, 0}), coreSec(3, []byte{1, 0}),
			coreSec(7, cat([]byte{1}, str("run"), []byte{0, 0})), coreSec(10, []byte{1, 0xff, 0xff, 0x03, 0})))
	}, want: refused("")},
	{name: "an opcode that isn't one", made: func() []byte { return withBody([]byte{0}, []byte{0xff}) }, want: unsupported("opcode 0xff")},
	{name: "tail calls", file: "tail-calls", want: unsupported("tail calls")},
}, claims()...)

// claims is an attack for each section of a component and of a core module that
// says it has four billion items.
func claims() []attack {
	var attacks []attack
	for id := 2; id <= 12; id++ {
		if id == 4 {
			continue // a nested component
		}
		attacks = append(attacks, attack{
			name: fmt.Sprintf("four billion items in section %d", id),
			made: func() []byte { return component(sec(byte(id), []byte{0xff, 0xff, 0xff, 0xff, 0x0f})) },
			want: refused(""),
		})
	}
	for id := 1; id <= 11; id++ {
		if id == 8 {
			continue // the start function
		}
		attacks = append(attacks, attack{
			name: fmt.Sprintf("four billion items in core section %d", id),
			made: func() []byte {
				return component(coreModuleSec(coreModule(coreSec(byte(id), []byte{0xff, 0xff, 0xff, 0xff, 0x0f}))))
			},
			want: refused(""),
		})
	}
	return attacks
}

// signed is a type index, which shares its numbers with primitive types.
func signed(i int) []byte {
	var b []byte
	for ; i >= 0x40; i >>= 7 {
		b = append(b, byte(i)|0x80)
	}
	return append(b, byte(i))
}
