//go:build guests

// Package arena holds the arena example to what it promises: a match that is
// the same every time, that can be seen again without its bots, and in which a
// bot that thinks for ever loses.
package arena

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/testsuite/internal/guest"
)

const folder = "../../separate-file-examples/arena"

func TestMatches(t *testing.T) {
	build := t.TempDir()
	for _, bot := range []struct{ name, file, engine string }{
		{"hungry", "hungry.py", guest.Python},
		{"careful", "careful.js", guest.QuickJS},
		{"stubborn", "stubborn.js", guest.QuickJS},
	} {
		built := guest.Build(t, guest.Spec{WIT: folder + "/wit", World: "bot", Engine: bot.engine, File: folder + "/sandbox/" + bot.file})
		if err := os.Symlink(built, filepath.Join(build, bot.name+".wasm")); err != nil {
			t.Fatal(err)
		}
	}
	host := filepath.Join(t.TempDir(), "host")
	cmd := exec.Command("go", "build", "-o", host, "./host")
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := func(t *testing.T, dir string, args ...string) string {
		t.Helper()
		cmd := exec.Command(host, append([]string{"-folder", build}, args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}

	t.Run("the same every time", func(t *testing.T) {
		one, other := t.TempDir(), t.TempDir()
		text := run(t, one, "hungry", "careful")
		if again := run(t, other, "hungry", "careful"); again != text {
			t.Errorf("another match:\n%s\nwant:\n%s", again, text)
		}
		first := read(t, one, "match.json")
		if !bytes.Equal(first, read(t, other, "match.json")) {
			t.Error("the matches differ in moves or fuel")
		}
		picture := read(t, one, "match.svg")
		wellFormed(t, picture)
		if again := run(t, one, "-replay", "match.json"); again != text {
			t.Errorf("the replay:\n%s\nwant:\n%s", again, text)
		}
		if !bytes.Equal(picture, read(t, one, "match.svg")) {
			t.Error("the replay draws another picture")
		}
		run(t, one, "-seed", "2")
		if bytes.Equal(first, read(t, one, "match.json")) {
			t.Error("another seed gives the same match")
		}
	})
	t.Run("a bot that thinks for ever loses", func(t *testing.T) {
		text := run(t, t.TempDir(), "stubborn", "hungry")
		for _, want := range []string{"it reached its limit of fuel\n", "hungry wins after 0 turns\n"} {
			if !strings.Contains(text, want) {
				t.Errorf("got:\n%s\nwant %q in it", text, want)
			}
		}
	})
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func wellFormed(t *testing.T, document []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(document))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
