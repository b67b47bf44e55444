package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/bundler"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/toolchain"
)

func TestMain(m *testing.M) {
	bundler.Child()
	testscript.Main(m, map[string]func(){"capsule-gen": main})
}

// TestScripts runs the scripts in testdata/script, which need neither Python
// nor Node. UPDATE_SCRIPTS=1 rewrites what they expect.
func TestScripts(t *testing.T) {
	// The scripts have no home; the machine code in the cache is worth sharing.
	cache, err := toolchain.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"component": buildComponent,
			"module":    makeModule,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("CAPSULE_CACHE", cache)
			// Where the command is, for scripts with a PATH of their own.
			bin, _, _ := strings.Cut(env.Getenv("PATH"), string(os.PathListSeparator))
			env.Setenv("BIN", bin)
			for name, data := range components() {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), data, 0o644); err != nil {
					return err
				}
			}
			// A component that starts itself as a task.
			data, err := os.ReadFile("../../hostruntime/testdata/tasks.wasm")
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "tasks.wasm"), data, 0o644)
		},
	})
}

// components returns small components for the scripts, and what isn't one.
func components() map[string][]byte {
	const (
		getA, getB, add, end, unreachable = "\x20\x00", "\x20\x01", "\x6a", "\x0b", "\x00"
		endless                           = "\x03\x40\x0c\x00\x0b" // loop br 0 end
		i32                               = "\x7f"
	)
	binary := "\x60\x02" + i32 + i32 + "\x01" + i32
	files := map[string][]byte{
		// add: func(a: u32, b: u32) -> u32, thrice
		"add.wasm":  adderComponent(coreModule(binary, getA+getB+add+end)),
		"trap.wasm": adderComponent(coreModule(binary, unreachable+end)),
		"loop.wasm": adderComponent(coreModule(binary, endless+getA+end)),
		// Programs that succeed and fail.
		"ok.wasm":   commandComponent(coreModule("\x60\x00\x01"+i32, "\x41\x00"+end)),
		"fail.wasm": commandComponent(coreModule("\x60\x00\x01"+i32, "\x41\x01"+end)),
		"core.wasm": []byte(coreModule(binary, getA+end)),
		// add with a memory of 2 MiB
		"large.wasm": adderComponent(coreModule(binary, getA+getB+add+end, section(5, "\x01\x00\x20"))),
	}
	files["cut.wasm"] = files["add.wasm"][:len(files["add.wasm"])-5]
	return files
}

// coreModule encodes a core module that exports one function, f, of the given
// type and body. It may have more sections, of the kinds that belong between
// functions and exports.
func coreModule(funcType, body string, more ...string) string {
	return "\x00asm\x01\x00\x00\x00" + section(1, "\x01"+funcType) + section(3, "\x01\x00") + strings.Join(more, "") +
		section(7, "\x01\x01f\x00\x00") + section(10, "\x01"+sized("\x00"+body))
}

// lifted encodes the start of a component: an instance of module, whose f is
// lifted as a function of the last of the given types.
func lifted(module, types string, last byte) string {
	return "\x00asm\x0d\x00\x01\x00" + section(1, module) + section(2, "\x01\x00\x00\x00") +
		section(6, "\x01\x00\x00\x01\x00\x01f") + section(7, types) + section(8, "\x01\x00\x00\x00\x00"+string(rune(last)))
}

func adderComponent(module string) []byte {
	const u32 = "\x79"
	return []byte(lifted(module, "\x01\x40\x02\x01a"+u32+"\x01b"+u32+"\x00"+u32, 0) + section(11, "\x01\x00\x03add\x01\x00\x00"))
}

// commandComponent encodes a component that exports wasi:cli/run.
func commandComponent(module string) []byte {
	types := "\x02\x6a\x00\x00" + "\x40\x00\x00\x00" // result; func() -> result
	return []byte(lifted(module, types, 1) + section(5, "\x01\x01\x01\x00\x03run\x01\x00") +
		section(11, "\x01\x00\x12wasi:cli/run@0.2.0\x05\x00\x00"))
}

func section(id byte, body string) string { return string(rune(id)) + sized(body) }

// sized puts a length, which must be small, before s.
func sized(s string) string {
	if len(s) > 0x7f {
		return string([]byte{byte(len(s)) | 0x80, byte(len(s) >> 7)}) + s
	}
	return string(rune(len(s))) + s
}
