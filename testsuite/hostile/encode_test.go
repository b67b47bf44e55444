package hostile

import (
	"bytes"
	"encoding/binary"
	"strconv"
)

// The functions of this file encode components that are too large or too
// regular to be written as text.

const (
	stringType   = 0x73
	u32Type      = 0x79
	sortType     = 0x03
	sortInstance = 0x05
)

func cat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func u(n int) []byte { return binary.AppendUvarint(nil, uint64(n)) }

func str(s string) []byte { return append(u(len(s)), s...) }

func vec(items [][]byte) []byte { return append(u(len(items)), cat(items...)...) }

func times(n int, item []byte) [][]byte {
	items := make([][]byte, n)
	for i := range items {
		items[i] = item
	}
	return items
}

func sec(id byte, body []byte) []byte { return cat([]byte{id}, u(len(body)), body) }

func component(sections ...[]byte) []byte {
	return cat([]byte("\x00asm\x0d\x00\x01\x00"), cat(sections...))
}

func coreModuleSec(module []byte) []byte        { return sec(1, module) }
func coreInstanceSec(instances [][]byte) []byte { return sec(2, vec(instances)) }
func componentSec(component []byte) []byte      { return sec(4, component) }
func aliasSec(aliases [][]byte) []byte          { return sec(6, vec(aliases)) }
func typeSec(types ...any) []byte               { return sec(7, vec(flatten(types))) }
func instanceSec(instances ...any) []byte       { return sec(5, vec(flatten(instances))) }
func instantiate(component int) []byte          { return cat([]byte{0}, u(component), u(0)) }
func coreInstantiate(module int) []byte         { return cat([]byte{0}, u(module), u(0)) }
func aliasInstance(from int, name string) []byte {
	return cat([]byte{sortInstance, 0}, u(from), str(name))
}
func coreModule(sections ...[]byte) []byte {
	return cat([]byte("\x00asm\x01\x00\x00\x00"), cat(sections...))
}

// runnable is a component whose export "run" is that of core instance 0 of the
// given module, which is instantiated n times.
func runnable(n int, module []byte) []byte {
	const sortCoreFunc, lift, sortFunc = 0x00, 0x00, 0x01
	return component(
		coreModuleSec(module),
		coreInstanceSec(times(n, coreInstantiate(0))),
		aliasSec([][]byte{cat([]byte{0, sortCoreFunc, 1, 0}, str("run"))}),
		typeSec([]byte{0x40, 0, 1, 0}),
		sec(8, []byte{1, lift, 0, 0, 0, 0}),
		sec(11, cat([]byte{1, 0}, str("run"), []byte{sortFunc, 0, 0})))
}

func coreSec(id byte, body []byte) []byte { return sec(id, body) }

// inlineExports is an instance of n exports, all of the same definition.
func inlineExports(n int, sort byte, index int) []byte {
	exports := make([][]byte, n)
	for i := range exports {
		exports[i] = cat([]byte{0}, str(exportName(i)), []byte{sort}, u(index))
	}
	return cat([]byte{1}, vec(exports))
}

func exportName(i int) string { return "e" + strconv.Itoa(i) }

// flatten accepts single items and lists of them.
func flatten(items []any) [][]byte {
	var flat [][]byte
	for _, item := range items {
		switch item := item.(type) {
		case []byte:
			flat = append(flat, item)
		case [][]byte:
			flat = append(flat, item...)
		}
	}
	return flat
}
