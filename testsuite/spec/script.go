package spec

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime"
)

// A Script is a .wast file in JSON form.
type Script struct {
	// Source is the name of the .wast file.
	Source   string    `json:"source_filename"`
	Commands []Command `json:"commands"`
	// Features are what a validator's script asks for in its first lines, as a
	// list of names; nil where it says nothing of how it is run.
	Features *string `json:"features"`

	dir string // of the .wasm files
}

// A Command is one directive of a script. Which fields are set follows from
// Type.
type Command struct {
	Type string `json:"type"`
	Line int    `json:"line"`
	// Name names what a module command defines; Instance and Module are the
	// two names of a module_instance command.
	Name     string `json:"name"`
	Instance string `json:"instance"`
	Module   string `json:"module"`
	// Filename is the module's file, and Binary its binary form where the
	// script quotes text that the text parser accepts.
	Filename   string `json:"filename"`
	ModuleType string `json:"module_type"`
	Binary     string `json:"binary_filename"`
	// Text is the message that the script expects.
	Text     string  `json:"text"`
	Action   *Action `json:"action"`
	Expected []Const `json:"expected"`
}

// An Action calls an export of an instance, the latest if Module is empty.
type Action struct {
	Type   string  `json:"type"`
	Module string  `json:"module"`
	Field  string  `json:"field"`
	Args   []Const `json:"args"`
}

// Read reads a script.
func Read(path string) (*Script, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := &Script{dir: filepath.Dir(path)}
	if err := json.Unmarshal(bytes, s); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// validate validates a component with the features that the script asks for.
func (s *Script) validate(bytes []byte) error {
	if s.Features == nil {
		return hostruntime.Validate(bytes)
	}
	names := strings.Split(*s.Features, ",")
	return hostruntime.Features{
		Memory64:    slices.Contains(names, "cm64"),
		NestedNames: slices.Contains(names, "cm-nested-names"),
		MoreAsync:   slices.Contains(names, "cm-more-async-builtins"),
	}.Validate(bytes)
}

// errTextOnly says that there is no binary: the text parser refused it.
var errTextOnly = fmt.Errorf("the text parser refuses it")

// module returns the bytes of a command's module.
func (s *Script) module(c *Command) ([]byte, error) {
	name := c.Filename
	if c.ModuleType == "text" {
		if name = c.Binary; name == "" {
			return nil, errTextOnly
		}
	}
	return os.ReadFile(filepath.Join(s.dir, name))
}
