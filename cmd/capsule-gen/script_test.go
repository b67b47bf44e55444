package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"capsule-gen": main})
}

// TestScripts runs the scripts in testdata/script, which need neither Python
// nor Node.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// What is only read from, and checked by its owner, is shared.
			env.Setenv("CAPSULE_CACHE", filepath.Join(env.WorkDir, ".cache"))
			return nil
		},
	})
}
