package toolchain

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// A Job is one guest to compile. All paths are absolute or relative to the
// folder the compiler is started in.
type Job struct {
	WIT   string // folder
	World string
	// Guests is the folder that holds the guest's file and what it imports.
	// File is the name in it of the file to compile: the guest's own, called
	// Guest, or one that passes on what that exports.
	Guests, File, Guest string
	Out                 string
	// Packages is an empty folder that stands in for a virtual environment, so
	// that no installed package gets into the component unasked.
	Packages string
	// Required is the folder of the packages that a Python guest asks for; may
	// be empty.
	Required string
}

// Command returns the command line that compiles job, to be started in the
// folder job.Guests.
func (t *Toolchain) Command(job Job) []string {
	switch t.Engine {
	case Python:
		module := strings.TrimSuffix(job.File, filepath.Ext(job.File))
		args := []string{"--quiet", "--wit-path", job.WIT, "--world", escaped(job.World),
			"componentize", module, "--python-path", job.Guests, "--output", job.Out}
		if job.Required != "" {
			args = append(args, "--python-path", job.Required)
		}
		return t.python(args...)
	case QuickJS:
		return t.node("node_modules/componentize-qjs/bin/componentize-qjs", "--sync",
			"--wit", job.WIT, "--world", escaped(job.World), "--js", job.File, "--module-root", job.Guests, "--output", job.Out)
	}
	return t.node("compile.mjs", job.Guest, job.File, job.WIT, escaped(job.World), job.Out)
}

// escaped returns a world's name, or ns:pkg/name, as the compilers take it also
// where the name is one of WIT's keywords.
func escaped(world string) string {
	at := strings.LastIndexByte(world, '/') + 1
	if strings.HasPrefix(world[at:], "%") {
		return world
	}
	return world[:at] + "%" + world[at:]
}

// Environment returns all variables that the compiler is started with: none of
// the user's, but for what the system itself can't do without.
func (t *Toolchain) Environment(home, temp, packages string) []string {
	env := []string{
		"HOME=" + home, "TMPDIR=" + temp, "VIRTUAL_ENV=" + packages,
		"LANG=C.UTF-8", "NO_COLOR=1", "RUST_BACKTRACE=0", "RUST_LIB_BACKTRACE=0",
	}
	if runtime.GOOS == "windows" {
		env = append(env, "USERPROFILE="+home, "TEMP="+temp, "TMP="+temp)
		for _, name := range []string{"SystemRoot", "SystemDrive", "PATHEXT", "ComSpec"} {
			if value, ok := os.LookupEnv(name); ok {
				env = append(env, name+"="+value)
			}
		}
		return env
	}
	return append(env, "PATH=/usr/bin:/bin")
}

// SitePackages returns the folder, below Job.Packages, that the compiler looks
// for and that has to exist for it to be content.
func (t *Toolchain) SitePackages() string {
	if runtime.GOOS == "windows" {
		return filepath.Join("Lib", "site-packages")
	}
	return filepath.Join("lib", "python"+t.interpreter.version(), "site-packages")
}
