//go:build guests

// Package agent holds the agent example to what it promises: an answer with
// tools that are tasks, whatever the model says; a key that nobody but the
// model's host ever sees; and a run that can be repeated without it.
package agent

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/testsuite/internal/guest"
	"github.com/capsule-kit/capsule/wit/packages"
)

const (
	folder = "../../separate-file-examples/agent"
	key    = "sk-nobody-sees-this-one"
)

// An example is a folder as the example's own, and the host program built.
type example struct{ dir, host string }

func newExample(t *testing.T) example {
	t.Helper()
	e := example{t.TempDir(), filepath.Join(t.TempDir(), "host")}
	if err := os.CopyFS(filepath.Join(e.dir, "data"), os.DirFS(folder+"/data")); err != nil {
		t.Fatal(err)
	}
	copyFile(t, folder+"/capsule.toml", filepath.Join(e.dir, "capsule.toml"))
	for _, task := range []struct{ name, world, engine, file string }{
		{"agent", "agent", guest.Python, "agent/agent.py"},
		{"python", "python-tool", guest.Python, "python/evaluator.py"},
		{"table", "table-tool", guest.QuickJS, "table/table.js"},
	} {
		built := guest.Build(t, guest.Spec{WIT: folder + "/wit", World: task.world, Engine: task.engine, File: folder + "/sandbox/" + task.file})
		copyFile(t, built, filepath.Join(e.dir, "build", task.name+".wasm"))
	}
	cmd := exec.Command("go", "build", "-o", e.host, "./host")
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return e
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// run returns what the host program prints, which never has the key.
func (e example) run(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.Command(e.host, args...)
	cmd.Dir = e.dir
	cmd.Env = append(os.Environ(), "MODEL_API_KEY="+key)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	for _, text := range []string{out.String(), errs.String()} {
		if strings.Contains(text, key) {
			t.Errorf("the key is printed:\n%s", text)
		}
	}
	return out.String(), errs.String(), err
}

// report is the part of a report's JSON form that is looked at.
type report struct {
	Outcome string
	Fuel    uint64
	Tasks   struct {
		Reports []struct {
			Export, Outcome string
			Fuel            uint64
		}
	}
	Network struct {
		Requests, Denied uint64
		Records          []struct{ Host, Denied string }
	}
}

// The stand-in's conversation: its model turns against its user, and what it
// asks for is refused, ended or worthless; then it answers, with what the tools
// really computed.
func TestTheScriptedConversation(t *testing.T) {
	e := newExample(t)
	stdout, stderr, err := e.run(t, "-record", "run.journal", "-report", "report.json")
	if err != nil {
		t.Fatalf("%v\n%s%s", err, stdout, stderr)
	}
	for _, want := range []string{
		"the model is a stand-in",
		"dict(os.environ)\"}\n  -> {}\n",
		"-> error: FileNotFoundError",
		`"key": "{{the-model-key}}"}`,
		"?key={{the-model-key}}: HttpRequestDenied",
		"while True: pass\"}\n  -> ended (fuel): ",
		"-> error: there is no column profit",
		`-> [{"name": "north", "count": 4, "sum": 4443.0, "min": 402.6, "max": 1850.0}, {"name": "west", "count": 3, `,
		"\nanswer: Most was sold by north with 4443.00, 41.0% of 10831.60\n",
		"the key that came with your request: {{the-model-key}}",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("it doesn't print %q", want)
		}
	}

	checkREADME(t, stdout)

	var used report
	text := e.read(t, "report.json")
	if err := json.Unmarshal(text, &used); err != nil {
		t.Fatal(err)
	}
	var tasks []string
	var fuel uint64
	for _, task := range used.Tasks.Reports {
		tasks = append(tasks, task.Export+" "+task.Outcome)
		fuel += task.Fuel
	}
	const python, table = "demo:agent/evaluator@0.1.0#evaluate ", "demo:agent/table@0.1.0#summarize "
	want := []string{python + "ok", python + "guest-error", python + "fuel", table + "guest-error", table + "ok", python + "ok"}
	if !slices.Equal(tasks, want) {
		t.Errorf("tasks %q, want %q", tasks, want)
	}
	if used.Outcome != "ok" || used.Fuel <= fuel {
		t.Errorf("outcome %s with %d units, %d of them by tasks", used.Outcome, used.Fuel, fuel)
	}
	if used.Network.Requests != 6 || used.Network.Denied != 1 {
		t.Errorf("%d requests, %d denied", used.Network.Requests, used.Network.Denied)
	}
	for _, r := range used.Network.Records {
		if (r.Host != "127.0.0.1") != (r.Denied != "") {
			t.Errorf("request to %s: denied %q", r.Host, r.Denied)
		}
	}

	journal := e.read(t, "run.journal")
	if bytes.Contains(journal, []byte(key)) || bytes.Contains(text, []byte(key)) {
		t.Error("the journal or the report has the key")
	}
	if !bytes.Contains(journal, []byte("{{the-model-key}}")) {
		t.Error("the journal has no placeholder: was anything recorded?")
	}

	// Model, table and tools are gone, and all is as it was.
	for _, gone := range []string{"data", "build/python.wasm", "build/table.wasm"} {
		if err := os.RemoveAll(filepath.Join(e.dir, gone)); err != nil {
			t.Fatal(err)
		}
	}
	again, stderr, err := e.run(t, "-replay", "run.journal")
	_, run, _ := strings.Cut(stdout, "\n") // the first line is about the stand-in
	if err != nil || again != run {
		t.Errorf("the replay: %v\n%s%s\nwant:\n%s", err, again, stderr, run)
	}
}

func (e example) read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(e.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The packages of WIT are those that the project ships.
func TestWITPackages(t *testing.T) {
	shipped := map[string]string{"tasks.wit": packages.Tasks}
	for _, name := range []string{"clocks.wit", "http.wit", "io.wit"} {
		text, err := os.ReadFile("../../cmd/capsule-gen/template/http/deps/" + name)
		if err != nil {
			t.Fatal(err)
		}
		shipped[name] = string(text)
	}
	for name, want := range shipped {
		if text, err := os.ReadFile(folder + "/wit/deps/" + name); err != nil || string(text) != want {
			t.Errorf("%s differs: %v", name, err)
		}
	}
}

// What the README shows is what is printed.
func checkREADME(t *testing.T, stdout string) {
	text, err := os.ReadFile(folder + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(text), "```text\n")
	block, _, ended := strings.Cut(block, "\n```")
	if !found || !ended {
		t.Fatal("the README shows nothing")
	}
	lines := strings.Split(stdout, "\n")
	for line := range strings.Lines(block) {
		if line = strings.TrimSuffix(line, "\n"); !slices.Contains(lines, line) {
			t.Errorf("the README has %q, which isn't printed", line)
		}
	}
}
