package compile

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/proc"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

// TestExplain shows what becomes of outputs as the toolchains print them, in
// the cases that the tests with real toolchains don't reach at all, or only
// slowly.
func TestExplain(t *testing.T) {
	dirs := workspace("/work")
	for _, row := range []struct {
		name         string
		engine       toolchain.Engine
		output, want string
	}{
		{
			"syntax error", toolchain.Python,
			"Traceback (most recent call last):\n  File \"<string>\", line 3, in <module>\n" +
				"AssertionError:   File \"/0/app.py\", line 1\n    def f(:\n          ^\nSyntaxError: invalid syntax\n\n\n" +
				"Caused by:\n    SyntaxError: invalid syntax (app.py, line 1)\n",
			"in/app.py:1: SyntaxError: invalid syntax\n    File \"in/app.py\", line 1\n      def f(:\n            ^\n  SyntaxError: invalid syntax",
		},
		{
			"exception behind the entry module, in an imported file", toolchain.Python,
			"\nAssertionError: Traceback (most recent call last):\n  File \"/0/capsule_entry.py\", line 1, in <module>\n    import app as guest\n" +
				"  File \"/0/app.py\", line 4, in <module>\n    import sub.part\n  File \"/0/sub/part.py\", line 2, in <module>\n    1/0\n    ~^~\n" +
				"ZeroDivisionError: division by zero\n\n\nCaused by:\n    ZeroDivisionError: division by zero\n",
			"in/sub/part.py:2: ZeroDivisionError: division by zero\n  Traceback (most recent call last):\n" +
				"    File \"in/app.py\", line 4, in <module>\n      import sub.part\n    File \"in/sub/part.py\", line 2, in <module>\n      1/0\n      ~^~\n" +
				"  ZeroDivisionError: division by zero",
		},
		{
			"import called at the top level", toolchain.Python,
			"\nAssertionError: \n\nCaused by:\n    0: error while executing at wasm backtrace:\n           0: 0xa05a6e - <unknown>!<wasm function 87>\n    1: called trapping stub: progress\n",
			"in/app.py: the guest's top level, which runs during the build, calls the import progress: imports can be called from exports only",
		},
		{
			"exit at the top level, with a hostile message", toolchain.Python,
			"\nAssertionError: \x1b[2Jevil\u202e\n\nCaused by:\n    0: error while executing at wasm backtrace:\n           0:  0x21da7 - libc.so!exit_exit\n    1: Exited with i32 exit status 1\n",
			"in/app.py: the guest's top level, which runs during the build, ends the program (exit status 1)\n  \\x1b[2Jevil\\u202e",
		},
		{
			"trap", toolchain.Python,
			"\nAssertionError: \n\nCaused by:\n    0: error while executing at wasm backtrace:\n           0:  0x1 - x!y\n    1: wasm trap: call stack exhausted\n",
			"in/app.py: the guest's top level, which runs during the build, was ended: call stack exhausted",
		},
		{
			"out of memory", toolchain.Python,
			"\nAssertionError: Traceback (most recent call last):\n  File \"/0/app.py\", line 1, in <module>\n    x=[0]*10**9\nMemoryError\n\n\nCaused by:\n    MemoryError: \n",
			"in/app.py:1: MemoryError (the build may use 64 MiB of memory; --build-memory changes the limit)\n" +
				"  Traceback (most recent call last):\n    File \"in/app.py\", line 1, in <module>\n      x=[0]*10**9\n  MemoryError",
		},
		{
			"no such import", toolchain.QuickJS,
			"Error: Error resolving module 'a:b/c' from '/app.js': filesystem module not found: failed to resolve",
			`in/app.js: Could not resolve "a:b/c": the world hello imports nothing of that name`,
		},
		{
			"no such import of a bundle", toolchain.StarlingMonkey,
			"ReferenceError: Error loading module \"a:b/c\" (resolved path \"a:b/c\"): No such file or directory",
			`in/app.js: Could not resolve "a:b/c": the world hello imports nothing of that name`,
		},
		{
			"no such module", toolchain.Python,
			"\nAssertionError: Traceback (most recent call last):\n  File \"/0/app.py\", line 1, in <module>\n    import numpy.linalg\n" +
				"ModuleNotFoundError: No module named 'numpy'\n\n\nCaused by:\n    x\n",
			"in/app.py:1: ModuleNotFoundError: No module named 'numpy' (a module of yours goes beside the guest; a package into in/requirements.txt, " +
				"as pip-compile --generate-hashes writes it)\n  Traceback (most recent call last):\n    File \"in/app.py\", line 1, in <module>\n" +
				"      import numpy.linalg\n  ModuleNotFoundError: No module named 'numpy'",
		},
		{
			"no such part of Python", toolchain.Python,
			"\nAssertionError: Traceback (most recent call last):\n  File \"/0/app.py\", line 1, in <module>\n    import ssl\n" +
				"ModuleNotFoundError: No module named '_ssl'\n\n\nCaused by:\n    x\n",
			"in/app.py:1: ModuleNotFoundError: No module named '_ssl' (a part of Python that the sandbox doesn't have)\n" +
				"  Traceback (most recent call last):\n    File \"in/app.py\", line 1, in <module>\n      import ssl\n  ModuleNotFoundError: No module named '_ssl'",
		},
		{
			"name of another module", toolchain.Python,
			"\nAssertionError: Traceback (most recent call last):\n  File \"/0/capsule_entry.py\", line 4, in <module>\nTypeError: capsule-hidden: \n\n\nCaused by:\n    TypeError: capsule-hidden: \n",
			"in/app.py: Python has a module of that name, which is found in the guest's place: give the file another name",
		},
		{
			"missing class", toolchain.Python,
			"\nAssertionError: AttributeError: module 'capsule_entry' has no attribute 'Helper'\n\n\nCaused by:\n    AttributeError: module 'capsule_entry' has no attribute 'Helper'\n",
			"in/app.py: the world asks for an export that the guest lacks: class Helper",
		},
		{
			"missing method", toolchain.Python,
			"\nAssertionError: Traceback (most recent call last):\n  File \"/0/capsule_entry.py\", line 7, in <module>\nTypeError: capsule-missing: class WitWorld has no method greet\n\n\nCaused by:\n    TypeError: capsule-missing: class WitWorld has no method greet\n",
			"in/app.py: the world asks for an export that the guest lacks: class WitWorld has no method greet",
		},
		{
			"syntax error", toolchain.QuickJS,
			"componentize-qjs\n  WIT:    wit\nError: : Failed to evaluate user JavaScript module: Failed to declare JavaScript module: Error: unexpected end of string\n    at /app.js:2:9\n",
			"in/app.js:2:9: unexpected end of string\n      at in/app.js:2:9",
		},
		{
			"exception", toolchain.QuickJS,
			"Error: : Failed to evaluate user JavaScript module: Failed to finish JavaScript module evaluation: Error: boom\n    at f (/lib/a.js:1:26)\n    at <anonymous> (/app.js:2:1)\n    at <anonymous> (/capsule_entry.js:1:1)\n",
			"in/lib/a.js:1:26: boom\n      at f (in/lib/a.js:1:26)\n      at <anonymous> (in/app.js:2:1)",
		},
		{
			"unknown", toolchain.QuickJS, "",
			"in/app.js: the JavaScript compiler failed (exit status 1)",
		},
		{
			"exception", toolchain.StarlingMonkey,
			"Failed to initialize component (wizer (/cache/wizer)):\nException while evaluating top-level script\napp.js:1:22 Error: boom\n" +
				"Additionally, some promises were rejected, but the rejection never handled:\nPromise rejected but never handled: boom\nStack:\n  f@app.js:1:22\n  @app.js:2:1\n  @capsule_entry.js:1:1\n",
			"in/app.js:1:22: Error: boom\n  Stack:\n    f@in/app.js:1:22\n    @in/app.js:2:1",
		},
	} {
		t.Run(string(row.engine)+"/"+row.name, func(t *testing.T) {
			name := "app.js"
			if row.engine == toolchain.Python {
				name = "app.py"
			}
			r := Request{Engine: row.engine, WIT: "wit", World: "hello", Guest: filepath.Join("in", name)}
			err := explain(r, &inputs{}, dirs, Limits{MemoryBytes: 64 << 20}, proc.Result{Output: row.output, Failed: true, State: "exit status 1"})
			if got := err.Error(); got != row.want {
				t.Errorf("\n got %s\nwant %s", got, row.want)
			}
		})
	}
}

// FuzzExplain: what a guest prints can't make the explanation unsafe to show.
func FuzzExplain(f *testing.F) {
	f.Add("\nAssertionError:   File \"/0/app.py\", line 1\n\x1b[31m\n\n\nCaused by:\n")
	f.Add("Error: x\n    at /\x1b:2:9\n")
	f.Add("a\u202e:1:2 Error\nStack:\n f@b:1:2")
	f.Fuzz(func(t *testing.T, output string) {
		for _, e := range toolchain.Engines {
			text := explain(Request{Engine: e, Guest: "a.js"}, &inputs{}, workspace("/work"), Limits{}, proc.Result{Output: output}).Error()
			if strings.ContainsAny(text, "\x1b\u202e\r\x00") {
				t.Errorf("%s: %q", e, text)
			}
		}
	})
}
