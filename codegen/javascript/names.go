package javascript

import (
	"strings"

	"github.com/capsule-kit/capsule/codegen/internal/guest"
)

// reserved are the names that cannot be declared in a module.
var reserved = words(`
	await break case catch class const continue debugger default delete do
	else enum export extends false finally for function if import in
	instanceof new null return super switch this throw true try typeof var
	void while with yield let static implements interface package private
	protected public eval arguments undefined`)

// globals are the classes that a guest expects under their names, so that a
// type from WIT isn't imported under one of them.
var globals = words(`
	Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView
	Date Error Float32Array Float64Array Function Int16Array Int32Array
	Int8Array Iterator JSON Map Math Number Object Partial Pick Promise Proxy
	RangeError Readonly Record Reflect RegExp Required Set String Symbol
	SyntaxError TypeError Uint16Array Uint32Array Uint8Array WeakMap WeakRef
	WeakSet`)

func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// lower returns the lowerCamelCase of a label: what functions, fields and
// parameters are called. It may be a reserved word, which is fine after a dot.
func lower(label string) string { return guest.LowerCamel(label) }

// upper returns the UpperCamelCase of a label: what types and classes are
// called.
func upper(label string) string { return guest.UpperCamel(label) }

// local returns a name that can be declared.
func local(label string) string {
	name := lower(label)
	if reserved[name] {
		return name + "_"
	}
	return name
}

// quote returns a string literal. Names and specifiers consist of letters,
// digits and a little punctuation.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
