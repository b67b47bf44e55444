// Package config reads capsule.toml, which lists the tasks of a project.
//
//	[task.review]
//	wit     = "wit"               # folder of .wit files
//	world   = "review"
//	guest   = "sandbox/review.py" # the only sandboxed source
//	engine  = "python"            # python, quickjs or starlingmonkey
//	go      = "host/review"       # folder of the Go package to generate
//	limits  = { wall-time = "2s", memory = "64MiB" }
//	grants  = { dirs = ["data::/data"] } # see policyfile; none by default
//
// Above the tasks, interfaces = "host/wit" names a folder in which each WIT
// interface gets a Go package of its own, which the packages of all tasks use.
//
// A task is a table under its name, rather than one element of a list, because
// TOML itself then refuses two tasks of one name, and a task reads the same
// wherever it stands. All paths are relative to the file's folder, with
// forward slashes.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
	"github.com/capsule-kit/capsule/hostruntime/policyfile"
	"github.com/capsule-kit/capsule/internal/tomlkeys"
)

// FileName is the name of the file.
const FileName = "capsule.toml"

// A Config is one capsule.toml, checked.
type Config struct {
	// Path is the file's, and Dir its folder.
	Path, Dir string
	// Tasks are in the order of the file.
	Tasks []*Task
	// Policies is the part of the file that says what guests may do.
	Policies *policyfile.File
}

// A Task is one guest with the world it implements. Its paths start at
// Config.Dir and have the system's separators.
type Task struct {
	// Task has the name, the line in the file, and what the guest may do.
	policyfile.Task
	WIT    string
	World  string
	Guest  string
	Engine toolchain.Engine
	// Output is the component that build writes: by default NAME.wasm beside
	// the guest.
	Output string
	// Go, Python and JS are the folders that generate fills; empty means that
	// the output isn't wanted. Where the file has no such key, the stub of the
	// guest's language goes beside the guest, and nothing else is made.
	Go, Python, JS string
	// Interfaces is the folder of the Go packages of interfaces, which all
	// tasks share; empty where each task's package has everything.
	Interfaces string
	// file is the path of the file that lists the task, and lines those of its
	// keys.
	file  string
	lines map[string]int
}

// Mistake returns an error about what a key of the task gives, with the key's
// place.
func (t *Task) Mistake(key, message string) error {
	line := t.Line
	if at, ok := t.lines[key]; ok {
		line = at
	}
	return &Error{Path: t.file, Line: line, Message: "task " + t.Name + ": " + key + ": " + message}
}

// An Error is a mistake in capsule.toml.
type Error = policyfile.Error

// ErrNotFound says that there is no capsule.toml in the folder or above it.
var ErrNotFound = errors.New("no " + FileName + " in this folder or above it")

// Find returns the path of the nearest capsule.toml, in dir or above it.
func Find(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(dir, FileName)
		switch info, err := os.Stat(path); {
		case err == nil && info.Mode().IsRegular():
			return path, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ErrNotFound
		}
		dir = parent
	}
}

// Load reads and checks the file at path. All mistakes of the text's form are
// *Error; of several, the first is returned.
func Load(path string) (*Config, error) {
	data, err := policyfile.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// The file as TOML sees it; the rest of it is policyfile's.
type (
	fileText struct {
		Interfaces string              `toml:"interfaces"`
		Task       map[string]taskText `toml:"task"`
	}
	taskText struct {
		WIT    string  `toml:"wit"`
		World  string  `toml:"world"`
		Guest  string  `toml:"guest"`
		Engine string  `toml:"engine"`
		Output string  `toml:"output"`
		Go     string  `toml:"go"`
		Python *string `toml:"python"`
		JS     *string `toml:"js"`
	}
)

// Parse checks the content of the file at path.
func Parse(path string, data []byte) (*Config, error) {
	policies, err := policyfile.Parse(path, data) // which knows all keys
	if err != nil {
		return nil, err
	}
	var text fileText
	if err := toml.Unmarshal(data, &text); err != nil {
		at, message := tomlkeys.Explain(err)
		return nil, &Error{Path: path, Line: at.Line, Column: at.Column, Message: escape.Line(message)}
	}
	where, err := tomlkeys.Locate(data)
	if err != nil {
		return nil, &Error{Path: path, Message: escape.Line(err.Error())}
	}
	c := &Config{Path: path, Dir: filepath.Dir(path), Policies: policies}
	if notLocal(text.Interfaces) {
		return nil, &Error{Path: path, Line: where.Place("interfaces").Line, Message: notLocalMessage("interfaces", text.Interfaces)}
	}
	for _, policy := range policies.Tasks {
		t, err := c.task(policy, text.Task[policy.Name], where)
		if err != nil {
			return nil, err
		}
		if text.Interfaces != "" {
			t.Interfaces = filepath.Join(c.Dir, filepath.FromSlash(text.Interfaces))
		}
		c.Tasks = append(c.Tasks, t)
	}
	return c, c.conflicts(where)
}

var taskName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// maxName is how long a task's name can be: files have it too.
const maxName = 100

// ValidName returns an error unless name can be a task's.
func ValidName(name string) error {
	if len(name) > maxName {
		return fmt.Errorf("%s can't be a task's name: it has more than %d characters", tomlkeys.Quote(name), maxName)
	}
	if !taskName.MatchString(name) {
		return fmt.Errorf("%s can't be a task's name (want lower-case words joined by hyphens, like review or review-js)", tomlkeys.Quote(name))
	}
	return nil
}

// task checks one task.
func (c *Config) task(policy *policyfile.Task, text taskText, where *tomlkeys.Keys) (*Task, error) {
	name := policy.Name
	t := &Task{Task: *policy, World: text.World, file: c.Path, lines: map[string]int{}}
	for _, key := range []string{"wit", "guest"} {
		t.lines[key] = where.Place("task", name, key).Line
	}
	fail := func(key, format string, args ...any) error {
		return &Error{Path: c.Path, Line: where.Place("task", name, key).Line, Message: "task " + name + ": " + fmt.Sprintf(format, args...)}
	}
	if err := ValidName(name); err != nil {
		return nil, &Error{Path: c.Path, Line: t.Line, Message: err.Error()}
	}
	for _, required := range []struct{ key, value string }{
		{"wit", text.WIT}, {"world", text.World}, {"guest", text.Guest},
	} {
		if required.value == "" {
			return nil, fail(required.key, "%s is missing", required.key)
		}
	}
	for _, file := range []struct {
		key, value string
		into       *string
	}{
		{"wit", text.WIT, &t.WIT}, {"guest", text.Guest, &t.Guest}, {"output", text.Output, &t.Output},
		{"go", text.Go, &t.Go}, {"python", or(text.Python), &t.Python}, {"js", or(text.JS), &t.JS},
	} {
		if file.value == "" {
			continue
		}
		if notLocal(file.value) {
			return nil, fail(file.key, "%s", notLocalMessage(file.key, file.value))
		}
		*file.into = filepath.Join(c.Dir, filepath.FromSlash(file.value))
	}
	var err error
	if t.Engine, err = Engine(text.Engine, text.Guest); err != nil {
		key := "engine"
		if text.Engine == "" {
			key = "guest"
		}
		return nil, fail(key, "%v", err)
	}
	if t.Output == "" {
		t.Output = filepath.Join(filepath.Dir(t.Guest), name+".wasm")
	} else if !strings.HasSuffix(t.Output, ".wasm") {
		return nil, fail("output", "output must end in .wasm, not %s", tomlkeys.Quote(text.Output))
	}
	switch isPython := t.Engine == toolchain.Python; {
	case isPython && text.Python == nil:
		t.Python = filepath.Dir(t.Guest)
	case !isPython && text.JS == nil:
		t.JS = filepath.Dir(t.Guest)
	}
	return t, nil
}

// notLocal reports whether a path can't be one that the file gives.
func notLocal(value string) bool {
	return path.IsAbs(value) || filepath.IsAbs(value) || strings.ContainsAny(value, "\\\x00")
}

func notLocalMessage(key, value string) string {
	return fmt.Sprintf("%s must be a path relative to %s with forward slashes, not %s", key, FileName, tomlkeys.Quote(value))
}

// or returns what a key has, or nothing.
func or(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

// Engine returns the engine called name or, for an empty name, the usual one
// for the guest: python for .py, quickjs for .js, .mjs, .ts and .mts.
func Engine(name, guest string) (toolchain.Engine, error) {
	isPython := strings.HasSuffix(guest, ".py")
	if name == "" {
		switch {
		case isPython:
			return toolchain.Python, nil
		case slices.Contains([]string{".js", ".mjs", ".ts", ".mts"}, path.Ext(guest)):
			return toolchain.QuickJS, nil
		}
		return "", fmt.Errorf("no engine runs %s: a guest's file name ends in .py, .js, .mjs, .ts or .mts", tomlkeys.Quote(path.Base(guest)))
	}
	e, err := toolchain.Parse(name)
	if err == nil && (e == toolchain.Python) != isPython {
		err = fmt.Errorf("engine %s doesn't run %s", e, tomlkeys.Quote(path.Base(guest)))
	}
	return e, err
}

// conflicts finds tasks that would write the same file.
func (c *Config) conflicts(where *tomlkeys.Keys) error {
	type bindings struct{ wit, world string }
	outputs, packages := map[string]string{}, map[string]bindings{}
	for _, t := range c.Tasks {
		fail := func(key, format string, args ...any) error {
			return &Error{Path: c.Path, Line: where.Place("task", t.Name, key).Line, Message: "task " + t.Name + ": " + fmt.Sprintf(format, args...)}
		}
		if other, taken := outputs[t.Output]; taken {
			return fail("output", "task %s has the same output", other)
		}
		outputs[t.Output] = t.Name
		// Two guests of one world share its Go package.
		if own := (bindings{t.WIT, t.World}); t.Go != "" {
			if other, taken := packages[t.Go]; taken && other != own {
				return fail("go", "go is the folder of another world's bindings")
			}
			packages[t.Go] = own
		}
	}
	return nil
}

// Task returns the task called name.
func (c *Config) Task(name string) (*Task, error) {
	i := slices.IndexFunc(c.Tasks, func(t *Task) bool { return t.Name == name })
	if i < 0 {
		_, err := c.Policies.Task(name)
		return nil, err
	}
	return c.Tasks[i], nil
}
