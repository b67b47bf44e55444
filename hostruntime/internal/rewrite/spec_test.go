package rewrite

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// The core specification's own tests come with wazero's source, as modules
// and scripts. They are judges twice over: what is a module stays one and
// what isn't doesn't become one, and every action ends the same.

// specDirs returns the folders of the tests of features that are on, and the
// module that they import.
func specDirs(t *testing.T) (dirs []string, spectest []byte) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output()
	if err != nil {
		t.Skip("no go command to find wazero's source with")
	}
	base := filepath.Join(strings.TrimSpace(string(out)), "internal", "integration_test", "spectest")
	spectest, err = os.ReadFile(filepath.Join(base, "testdata", "spectest.wasm"))
	if err != nil {
		t.Skip("wazero's source comes without tests")
	}
	for _, d := range []string{"v2", "extended-const"} {
		dirs = append(dirs, filepath.Join(base, d, "testdata"))
	}
	return dirs, spectest
}

func TestSpecModules(t *testing.T) {
	dirs, _ := specDirs(t)
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter().
		WithCoreFeatures(api.CoreFeaturesV2|experimental.CoreFeaturesExtendedConst))
	defer r.Close(ctx)
	accepts := func(src []byte) bool {
		c, err := r.CompileModule(ctx, src)
		if err == nil {
			c.Close(ctx)
		}
		return err == nil
	}
	valid, invalid := 0, 0
	for _, dir := range dirs {
		files, _ := filepath.Glob(filepath.Join(dir, "*.wasm"))
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Parse(src)
			got := err == nil && accepts(rewriteAll(t, src, true).Bytes) && accepts(rewriteAll(t, src, false).Bytes)
			want := accepts(src)
			if got != want && err != nil && strings.Contains(err.Error(), "not an immutable import") {
				// wazero accepts expressions that read mutable globals, which
				// the specification of 2.0 does not.
				want = false
			}
			if got != want {
				t.Errorf("%s: wazero accepts the original: %t, the result: %t (%v)", filepath.Base(file), want, got, err)
			}
			if want {
				valid++
				m.FuncName(0)
			} else {
				invalid++
			}
		}
	}
	if valid < 1000 || invalid < 1000 {
		t.Errorf("only %d valid and %d invalid modules", valid, invalid)
	}
}

// specScript is one test script in the form that wast2json writes.
type specScript struct {
	Commands []specCommand
}

type specCommand struct {
	Type               string
	Line               int
	Name, Filename, As string
	Action             specAction
}

type specAction struct {
	Type, Field, Module string
	Args                []struct {
		Type  string
		Value any
	}
}

// A specWorld runs a script on originals, or on what they are rewritten to.
type specWorld struct {
	ctx        context.Context
	r          wazero.Runtime
	rewritten  bool
	registered map[string]api.Module
	named      map[string]api.Module
	current    api.Module
	hosts      []*host
	ticks      int
}

// specMemory is a memory of one module of a world. Any module that imports it
// may be the one that ticks.
type specMemory struct {
	linear
	world *specWorld
}

func (w *specWorld) Allocate(_, _ uint64) experimental.LinearMemory {
	return &specMemory{linear{host: w.hosts[len(w.hosts)-1]}, w}
}

func (m *specMemory) Reallocate(size uint64) []byte {
	if size < TickPages<<16 {
		return m.linear.Reallocate(size)
	}
	m.world.ticks++
	for _, h := range m.world.hosts {
		h.tick()
	}
	return nil
}

func (w *specWorld) instantiate(src []byte) error {
	ctx := experimental.WithImportResolver(w.ctx, func(name string) api.Module { return w.registered[name] })
	cfg := wazero.NewModuleConfig().WithName("").WithStartFunctions()
	if !w.rewritten {
		mod, err := w.r.InstantiateWithConfig(ctx, src, cfg)
		if err == nil {
			w.current = mod
		}
		return err
	}
	m, err := Parse(src)
	if err != nil {
		return err
	}
	out, err := m.Rewrite(Options{Imports: sameTargets(m), Meter: true})
	if err != nil {
		return err
	}
	h := &host{out: out, slice: 3, widen: true, budget: plenty}
	w.hosts = append(w.hosts, h)
	mod, err := w.r.InstantiateWithConfig(experimental.WithMemoryAllocator(ctx, w), out.Bytes, cfg)
	if err != nil {
		return err
	}
	err = h.fill(w.ctx, mod, func(i uint32) uint64 {
		imp := m.Imports[m.GlobalImport(i)]
		return w.registered[imp.Module].ExportedGlobal(imp.Name).Get()
	})
	if err == nil {
		w.current = mod
	}
	return err
}

// do returns what a command does, in a form to be compared.
func (w *specWorld) do(c *specCommand, dir string) string {
	switch c.Type {
	case "module", "assert_uninstantiable":
		src, err := os.ReadFile(filepath.Join(dir, c.Filename))
		if err != nil {
			return err.Error()
		}
		if err := w.instantiate(src); err != nil {
			return "fails" // data come after elements here, so the reason may differ
		}
		if c.Name != "" {
			w.named[c.Name] = w.current
		}
	case "register":
		w.registered[c.As] = w.module(c.Name)
	case "assert_return", "action", "assert_trap":
		return w.act(&c.Action)
	}
	return ""
}

func (w *specWorld) module(name string) api.Module {
	if name == "" {
		return w.current
	}
	return w.named[name]
}

// act returns the outcome of an action, "" for one whose values the public
// API cannot pass.
func (w *specWorld) act(a *specAction) string {
	mod := w.module(a.Module)
	if mod == nil {
		return "no module"
	}
	if a.Type == "get" {
		return fmt.Sprint(mod.ExportedGlobal(a.Field).Get())
	}
	var args []uint64
	for _, arg := range a.Args {
		text, _ := arg.Value.(string)
		if text == "null" {
			text = "0"
		}
		bits, err := strconv.ParseUint(text, 10, 64)
		if arg.Type == "v128" || err != nil {
			return ""
		}
		args = append(args, bits)
	}
	for _, t := range mod.ExportedFunction(a.Field).Definition().ResultTypes() {
		if ValType(t) == V128 || ValType(t) == FuncRef {
			return "" // a reference is an address
		}
	}
	return outcome(mod, a.Field, args...)
}

func TestSpecScripts(t *testing.T) {
	dirs, spectest := specDirs(t)
	compared, ticks := 0, 0
	for _, dir := range dirs {
		files, _ := filepath.Glob(filepath.Join(dir, "*.json"))
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var script specScript
			if err := json.Unmarshal(text, &script); err != nil {
				t.Fatal(err)
			}
			var worlds [2]*specWorld
			for i := range worlds {
				ctx, r := newRuntime(t)
				w := &specWorld{ctx: ctx, r: r, rewritten: i == 1, registered: map[string]api.Module{}, named: map[string]api.Module{}}
				if err := w.instantiate(spectest); err != nil {
					t.Fatal(err)
				}
				w.registered["spectest"], w.current = w.current, nil
				worlds[i] = w
			}
			for i := range script.Commands {
				c := &script.Commands[i]
				want := worlds[0].do(c, dir)
				got := worlds[1].do(c, dir)
				if want != got {
					t.Errorf("%s:%d: %s %s: %s, want %s", filepath.Base(file), c.Line, c.Type, c.Action.Field, got, want)
				}
				if want != "" {
					compared++
				}
			}
			ticks += worlds[1].ticks
			for _, w := range worlds {
				w.r.Close(w.ctx)
			}
		}
	}
	if compared < 10_000 || ticks < 10_000 {
		t.Errorf("only %d outcomes compared, with %d ticks", compared, ticks)
	}
}
