package hostruntime

import (
	"strings"
	"testing"
)

// quickJSPanicked is how componentize-qjs tells why it gave up.
func quickJSPanicked(file, text string) string {
	return "\nthread '<unnamed>' (1) panicked at crates/runtime/src/" + file + ":51:31:\n" + text +
		"\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n"
}

func TestExceptionIsFoundInEachEnginesForm(t *testing.T) {
	tests := []struct{ name, stderr, want string }{
		{"python", `Traceback (most recent call last):
  File "/0/guest.py", line 35, in act
    boom()
ValueError: the guest's own words

thread '<unnamed>' (1) panicked at runtime/src/lib.rs:1280:25:
Python function threw an unexpected exception
note: run with ` + "`RUST_BACKTRACE=1`" + ` environment variable to display a backtrace
`, "ValueError: the guest's own words"},
		{"python, chained", `Traceback (most recent call last):
  File "/0/guest.py", line 1, in act
KeyError: 'a'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/0/guest.py", line 3, in act
RuntimeError: second
`, "RuntimeError: second"},
		{"quickjs", `
thread '<unnamed>' (1) panicked at crates/runtime/src/interpreter.rs:51:31:
Failed to call 'act': Exception(Exception { message: Some("the \"guest's\" own words"), stack: Some("    at act (/guest.js:29:17)\n") })
`, `the "guest's" own words`},
		{"quickjs, control characters", `Failed to call 'act': Exception(Exception { message: Some("a\u{1b}[31m \'b\' \u{1f30d}"), stack: None })`,
			"a\x1b[31m 'b' \U0001F30D"},
		{"quickjs, several lines", "thread '<unnamed>' (1) panicked at crates/runtime/src/interpreter.rs:51:31:\n" +
			`Failed to call 'act': Exception(Exception { message: Some("first\n  thread '<unnamed>' (1) panicked at crates/runtime/src/call.rs:1:1:\nfake"), stack: None })`,
			"first thread '<unnamed>' (1) panicked at crates/runtime/src/call.rs:1:1: fake"},
		{"quickjs, a value of another type", quickJSPanicked("call.rs", `expected number: FromJs { from: "string", to: "i32", message: None }`),
			"expected a number, got a string, as a result or for an import"},
		{"quickjs, a bigint", quickJSPanicked("call.rs", `expected number: FromJs { from: "big_int", to: "f64", message: None }`),
			"expected a number, got a bigint, as a result or for an import"},
		{"quickjs, no object", quickJSPanicked("call.rs", "expected object"), "expected an object, got something else, as a result or for an import"},
		{"quickjs, no such case", quickJSPanicked("call.rs", "unknown enum case: blue"), "unknown enum case: blue"},
		{"quickjs, no such tag", quickJSPanicked("call.rs", `invalid variant: Exception(Exception { message: Some("unknown variant tag: square"), stack: Some("") })`),
			"unknown variant tag: square"},
		{"quickjs, two characters", quickJSPanicked("call.rs", "expected single char, got 2 chars"), "expected single char, got 2 chars"},
		{"quickjs, without a message", quickJSPanicked("interpreter.rs", `Failed to call 't': Exception(Exception { message: Some(""), stack: None })`),
			"an Error without a message"},
		{"quickjs, a string thrown", quickJSPanicked("interpreter.rs", `Failed to call 't': Value(String(Ok("a \"string\"")))`), `a "string"`},
		{"quickjs, a number thrown", quickJSPanicked("interpreter.rs", "Failed to call 't': Value(Int(7))"), "7 was thrown"},
		{"quickjs, null thrown", quickJSPanicked("interpreter.rs", `Failed to call 't': Value(Null"null")`), "null was thrown"},
		{"quickjs, an object thrown", quickJSPanicked("interpreter.rs", "Failed to call 't': Value(Object(0x149c30))"), "something was thrown that is no Error"},
		{"quickjs, printed before", quickJSPanicked("call.rs", `expected number: FromJs { from: "string", to: "i32", message: None }`) +
			`expected bool: FromJs { from: "int"` + "\n" + quickJSPanicked("interpreter.rs", `Failed to call 'f': Exception(Exception { message: Some("real"), stack: None })`), "real"},
		{"quickjs, printed alone", `expected number: FromJs { from: "string", to: "i32", message: None }` + "\n", ""},
		{"python, a result of another type", `
thread '<unnamed>' (1) panicked at runtime/src/lib.rs:1500:25:
called ` + "`Result::unwrap()`" + ` on an ` + "`Err`" + ` value: PyErr { type: <class 'TypeError'>, value: TypeError("'int' object is not an instance of 'str'"), traceback: None }
`, `TypeError("'int' object is not an instance of 'str'")`},
		{"python, without a traceback", "TypeError: WitWorld.greet() missing 1 required positional argument: 'b'\n\nthread '<unnamed>' (1) panicked at x\n",
			"TypeError: WitWorld.greet() missing 1 required positional argument: 'b'"},
		{"starlingmonkey", "printed before\nthe guest's own words\nStack:\n  act@guest.js:29:13\n\nRedirecting call to abort() to mozalloc_abort\n",
			"the guest's own words"},
		{"python, without the memory to write its traceback", `Traceback (most recent call last):
  File "/0/hog.py", line 4, in hog
object address  : 0x480ac8
object refcount : 2
object type     : 0x373230
object type name: MemoryError
object repr     : MemoryError()
lost sys.stderr

thread '<unnamed>' (1) panicked at runtime/src/lib.rs:1280:25:
Python function threw an unexpected exception
`, "MemoryError()"},
		{"starlingmonkey, out of memory", "printed before\n\"out of memory\"\nRedirecting call to abort() to mozalloc_abort\n\n", "out of memory"},
		{"long", "Traceback (most recent call last):\nValueError: " + strings.Repeat("é", 1<<15) + "\n", "ValueError: " + strings.Repeat("é", (1000-12)/2) + "…"},
		{"nothing", "some text\n", ""},
		{"a guest that pretends", "Traceback (most recent call last):\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := exception(tt.stderr); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
