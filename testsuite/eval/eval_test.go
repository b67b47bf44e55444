//go:build guests

// Package eval holds the eval example to what it promises: a value, an error
// with its traceback, or what ended the program, each told apart.
package eval

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

const folder = "../../separate-file-examples/eval"

// A program is source and what the example prints for it.
type program struct {
	name, source string
	// outcome begins the line on standard error.
	outcome string
	// stdout is all of it; stderr is a regular expression that a part of it
	// matches.
	stdout, stderr string
}

var programs = map[string][]program{
	guest.Python: {
		{"value", "[i * i for i in range(4)]", "ok", "=> [0, 1, 4, 9]\n", ""},
		{"output and value", "print('a', end='-')\nprint('b')\n'c'", "ok", "a-b\n=> \"c\"\n", ""},
		{"no value", "x = 1", "ok", "", ""},
		{"what JSON can't hold", "{1, 2} - {2}", "ok", "=> {1}\n", ""},
		{"library", "import statistics, json\nstatistics.median([3, 1, 2])", "ok", "=> 2\n", ""},
		{"exception", "def f(x):\n    return 1 / x\nf(0)", "guest-error", "", `(?s)line 3, in <module>.*line 2, in f\n    return 1 / x\n.*ZeroDivisionError: division by zero`},
		{"syntax", "x = (", "guest-error", "", `SyntaxError: '\(' was never closed`},
		{"exit", "import sys\nsys.exit(3)", "guest-error", "", "SystemExit: 3"},
		{"module that isn't there", "import numpy", "guest-error", "", "ModuleNotFoundError: No module named 'numpy'"},
		{"recursion", "f = lambda: f()\nf()", "guest-error", "", "RecursionError"},
		{"memory", "x = [0] * 10**9", "guest-error", "", "MemoryError"},
		{"endless", "while True: pass", "fuel", "", "fuel limit of 100000000"},
		{"file", "open('/etc/passwd')", "guest-error", "", "FileNotFoundError"},
		{"terminal codes", "print('\\x1b[2J')", "ok", "\\x1b[2J\n", ""},
	},
	guest.QuickJS: {
		{"value", "[0, 1, 2].map(i => i * i)", "ok", "=> [0,1,4]\n", ""},
		{"output and value", "console.log('a', {b: 1}, [2]); 'c'", "ok", "a {\"b\":1} [2]\n=> \"c\"\n", ""},
		{"no value", "let x = 1", "ok", "", ""},
		{"what JSON can't hold", "10n ** 20n", "ok", "=> 100000000000000000000\n", ""},
		{"exception", "function f(x) {\n  return x.y.z;\n}\nf({})", "guest-error", "", `(?s)TypeError: cannot read property 'z' of undefined.*f \(<input>:2.*<input>:4`},
		{"not an Error", "throw {a: 1}", "guest-error", "", `uncaught {"a":1}`},
		{"syntax", "let x = (", "guest-error", "", "SyntaxError"},
		{"recursion", "const f = () => f(); f()", "trap", "", "crashed: .*memory access"},
		{"memory", "const a = []; for (;;) a.push(new Array(10000).fill(0))", "guest-error", "", "out of memory"},
		{"endless", "for (;;);", "fuel", "", "fuel limit of 100000000"},
		{"output flood", "for (let i = 0; i < 3000; i++) console.log('x'.repeat(99))", "ok", strings.Repeat(strings.Repeat("x", 99)+"\n", 655) + strings.Repeat("x", 36) + "\n[more output is dropped]\n", ""},
	},
}

func TestPrograms(t *testing.T) {
	host := buildHost(t)
	for engine, list := range programs {
		lang, file := "python", "runner.py"
		if engine == guest.QuickJS {
			lang, file = "javascript", "runner.js"
		}
		t.Run(lang, func(t *testing.T) {
			dir := t.TempDir()
			component := guest.Build(t, guest.Spec{WIT: folder + "/wit", World: "sandbox", Engine: engine, File: folder + "/sandbox/" + file})
			if err := os.Mkdir(filepath.Join(dir, "build"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(component, filepath.Join(dir, "build", lang+".wasm")); err != nil {
				t.Fatal(err)
			}
			for _, p := range list {
				t.Run(p.name, func(t *testing.T) { p.check(t, host, dir, lang) })
			}
		})
	}
}

// check runs the program, given as standard input.
func (p program) check(t *testing.T, host, dir, lang string) {
	cmd := exec.Command(host, "-lang", lang, "-fuel", "100000000", "-memory", "64")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(p.source)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if (err == nil) != (p.outcome == "ok") {
		t.Errorf("exit: %v", err)
	}
	if !strings.HasPrefix(stderr.String(), p.outcome+": ") {
		t.Errorf("got outcome %q, want %s", stderr.String(), p.outcome)
	}
	if got := stdout.String(); got != p.stdout {
		t.Errorf("printed %.2000q, want %.2000q", got, p.stdout)
	}
	if !regexp.MustCompile(p.stderr).MatchString(stderr.String()) {
		t.Errorf("said %q, want a match of %q", stderr.String(), p.stderr)
	}
}

func buildHost(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "host")
	cmd := exec.Command("go", "build", "-o", path, "./host")
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}
