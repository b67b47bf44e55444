package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/policyfile"
)

const good = `
# Two guests of one world share its bindings.
[task.review]
wit    = "wit"
world  = "review"
guest  = "sandbox/review.py"
go     = "host/review"

[task.review-js]
wit    = "wit"
world  = "review"
guest  = "sandbox/review.js"
engine = "starlingmonkey"
output = "out/js.wasm"
go     = "host/review"
js     = "stubs"
python = "py-types"

[task.plain]
wit    = "wit"
world  = "review"
guest  = "sandbox/review.js"
js     = "" # no stub

[task.review-js.limits]
wall-time = "2s"
memory    = "64MiB"
output    = "1KiB"
`

func named(name string, line int) policyfile.Task {
	return policyfile.Task{Name: name, Line: line, Policy: hostruntime.Policy{Name: name}}
}

func TestParse(t *testing.T) {
	c, err := Parse(filepath.Join("dir", "capsule.toml"), []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	at := func(path string) string { return filepath.Join("dir", filepath.FromSlash(path)) }
	want := []Task{{
		Task: named("review", 3), WIT: at("wit"), World: "review", Guest: at("sandbox/review.py"),
		Engine: toolchain.Python, Output: at("sandbox/review.wasm"), Go: at("host/review"), Python: at("sandbox"),
	}, {
		Task: named("review-js", 9), WIT: at("wit"), World: "review", Guest: at("sandbox/review.js"),
		Engine: toolchain.StarlingMonkey, Output: at("out/js.wasm"), Go: at("host/review"), JS: at("stubs"), Python: at("py-types"),
	}, {
		Task: named("plain", 19), WIT: at("wit"), World: "review", Guest: at("sandbox/review.js"),
		Engine: toolchain.QuickJS, Output: at("sandbox/plain.wasm"),
	}}
	want[1].Policy.Limits = hostruntime.Limits{WallTime: 2 * time.Second, MemoryBytes: 64 << 20, OutputBytes: 1 << 10}
	if len(c.Tasks) != len(want) {
		t.Fatalf("got %d tasks, want %d", len(c.Tasks), len(want))
	}
	for i, w := range want {
		w.file, w.lines = c.Tasks[i].file, c.Tasks[i].lines // which errors show
		if !reflect.DeepEqual(*c.Tasks[i], w) {
			t.Errorf("task %d:\n got %+v\nwant %+v", i, *c.Tasks[i], w)
		}
	}
}

func TestParseErrors(t *testing.T) {
	const whole = "[task.a]\nwit = \"wit\"\nworld = \"w\"\nguest = \"a.py\"\n"
	for _, row := range []struct{ name, text, want string }{
		{"syntax", "[task.a\n", "capsule.toml:1:8: expected ']' to close table name"},
		{"unknown key", whole + "wrold = 1\n", "capsule.toml:5:1: unknown key \"wrold\" (did you mean \"world\"?)"},
		{"unknown table", whole + "[tool]\nx = 1\n", "capsule.toml:5:2: unknown key \"tool\" (want one of interfaces, task)"},
		{"fuel", whole + "limits = { fuel = \"little\" }\n", `capsule.toml:5: task a: limits.fuel: "little" isn't an amount of fuel (want a whole number above 0, low, medium or high)`},
		{"wrong type", "[task.a]\nwit = 3\n", "capsule.toml:2:7: want a string, not a TOML integer"},
		{"not a table", "[task]\na = 1\n", "capsule.toml:2:5: want a table, not a TOML integer"},
		{"task twice", whole + "[task.a]\n", "capsule.toml:5:2: table a already exists"},
		{"task name", "[task.A]\n", `capsule.toml:1: "A" can't be a task's name (want lower-case words joined by hyphens, like review or review-js)`},
		{"missing key", "\n[task.a]\nwit = \"wit\"\n", "capsule.toml:2: task a: world is missing"},
		{"absolute path", "[task.a]\nwit = \"/wit\"\nworld = \"w\"\nguest = \"a.py\"\n", `capsule.toml:2: task a: wit must be a path relative to capsule.toml with forward slashes, not "/wit"`},
		{"engine", whole + "engine = \"cpython\"\n", `capsule.toml:5: task a: unknown engine "cpython" (want python, quickjs or starlingmonkey)`},
		{"engine of another language", whole + "engine = \"quickjs\"\n", `capsule.toml:5: task a: engine quickjs doesn't run "a.py"`},
		{"guest of no engine", "[task.a]\nwit = \"wit\"\nworld = \"w\"\nguest = \"a.rb\"\n", `capsule.toml:4: task a: no engine runs "a.rb": a guest's file name ends in .py, .js, .mjs, .ts or .mts`},
		{"output", whole + "output = \"a.bin\"\n", `capsule.toml:5: task a: output must end in .wasm, not "a.bin"`},
		{"folder", whole + "grants = { dirs = [\"data\"] }\n", `capsule.toml:5: task a: grants.dirs: want HOST::GUEST, HOST::GUEST:ro or HOST::GUEST:rw with a GUEST that begins with /, not "data"`},
		{"variable", whole + "grants = { env = [\"=x\"] }\n", `capsule.toml:5: task a: grants.env: want K=V, not "=x"`},
		{"size", whole + "limits = { memory = \"64MB\" }\n", `capsule.toml:5: task a: limits.memory: "64MB" isn't a size (want a whole number above 0 with KiB, MiB or GiB, such as 64MiB)`},
		{"huge size", whole + "limits = { memory = \"9999999999GiB\" }\n", `capsule.toml:5: task a: limits.memory: "9999999999GiB" is too large`},
		{"time", whole + "[task.a.limits]\n\nwall-time = \"-1s\"\n", `capsule.toml:7: task a: limits.wall-time: "-1s" isn't a time (want a number above 0 with ms, s or m, such as 2s)`},
		{"same output", whole + "[task.b]\nwit = \"wit\"\nworld = \"w\"\nguest = \"b.js\"\noutput = \"a.wasm\"\n", "capsule.toml:9: task b: task a has the same output"},
		{"same Go package", whole + "go = \"g\"\n[task.b]\nwit = \"wit\"\nworld = \"x\"\nguest = \"b.js\"\ngo = \"g\"\n", "capsule.toml:10: task b: go is the folder of another world's bindings"},
		{"control characters", "[task.\"a\\u001b[31m\"]\n", `capsule.toml:1: "a\x1b[31m" can't be a task's name (want lower-case words joined by hyphens, like review or review-js)`},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Parse("capsule.toml", []byte(row.text))
			if err == nil {
				t.Fatal("no error")
			}
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("got a %T", err)
			}
			if err.Error() != row.want {
				t.Errorf("\n got %s\nwant %s", err, row.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, FileName)
	if err := os.WriteFile(file, []byte(good), 0o644); err != nil {
		t.Fatal(err)
	}
	// A folder of that name isn't the file.
	if err := os.Mkdir(filepath.Join(root, "a", FileName), 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := Find(deep); got != file || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, file)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("capsule.toml", data)
		if err == nil {
			for _, task := range c.Tasks {
				if task.Line == 0 || ValidName(task.Name) != nil {
					t.Errorf("task %q has no place in the file", task.Name)
				}
			}
			return
		}
		if _, ok := errors.AsType[*Error](err); !ok {
			t.Errorf("got a %T: %v", err, err)
		}
	})
}
