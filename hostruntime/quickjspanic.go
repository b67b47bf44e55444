package hostruntime

import (
	"regexp"
	"strings"
)

var (
	// quickJSPanic finds where componentize-qjs's own code tells why it gave up;
	// what it says follows.
	quickJSPanic = regexp.MustCompile(`(?m)^thread '[^'\n]*' \([0-9]+\) panicked at crates/runtime/src/[a-z_]+\.rs:[0-9]+:[0-9]+:\n`)
	// quickJSType is a value that it can't turn into one of the WIT's types.
	quickJSType = regexp.MustCompile(`^expected ([a-z]+): FromJs \{ from: "([a-z_]+)"`)
	// quickJSThrown is a value that was thrown and is no Error.
	quickJSThrown = regexp.MustCompile(`^Failed to call '[^'\n]*': Value\(([A-Za-z]+)(?:\((?:Ok\("((?:[^"\\]|\\.)*)"\)|([^()"\n]*))\))?`)
)

// quickJSMet is how the types of JavaScript that componentize-qjs names are
// called in a sentence.
var quickJSMet = map[string]string{
	"bool": "a boolean", "int": "a number", "float": "a number", "number": "a number",
	"string": "a string", "symbol": "a symbol", "array": "an array", "object": "an object",
	"constructor": "a class", "function": "a function", "exception": "an Error", "big_int": "a bigint",
	"promise": "a Promise, which nothing awaits", "null": "null", "undefined": "undefined",
}

// quickJSReason returns why a guest on QuickJS gave up; empty if stderr doesn't
// tell. The engine says neither whether a value of the wrong type was a result
// or an argument, nor of what.
func quickJSReason(stderr string) string {
	places := quickJSPanic.FindAllStringIndex(stderr, -1)
	if places == nil {
		return ""
	}
	text := stderr[places[len(places)-1][1]:]
	if m := quickJSException.FindStringSubmatch(text); m != nil {
		if m[1] == "" {
			return "an Error without a message"
		}
		return unquoteRust(m[1])
	}
	if m := quickJSThrown.FindStringSubmatch(text); m != nil {
		return thrown(m[1], m[2], m[3])
	}
	const where = ", as a result or for an import"
	if m := quickJSType.FindStringSubmatch(text); m != nil {
		return "expected " + inSentence(m[1]) + ", got " + inSentence(m[2]) + where
	}
	line, _, _ := strings.Cut(text, "\n")
	kind, isType := strings.CutPrefix(line, "expected ")
	if _, ok := quickJSMet[kind]; isType && ok {
		return "expected " + inSentence(kind) + ", got something else" + where
	}
	return line
}

func inSentence(kind string) string {
	if text, ok := quickJSMet[kind]; ok {
		return text
	}
	return kind
}

// thrown describes a value that was thrown: text is a string's, and other what
// the debug form of another one holds.
func thrown(kind, text, other string) string {
	switch kind {
	case "String":
		return unquoteRust(text)
	case "Int", "Float", "Bool", "BigInt":
		return other + " was thrown"
	case "Null", "Undefined":
		return strings.ToLower(kind) + " was thrown"
	}
	return "something was thrown that is no Error"
}
