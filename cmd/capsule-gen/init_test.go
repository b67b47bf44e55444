package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The WIT of wasi:http that new tasks get is what guests are tested with.
func TestNewTasksHaveTheTestedWIT(t *testing.T) {
	paths, err := filepath.Glob("../../testsuite/http/wit/deps/*.wit")
	if err != nil || len(paths) != 3 {
		t.Fatalf("%q, %v", paths, err)
	}
	for _, path := range paths {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := templates.ReadFile("template/http/deps/" + filepath.Base(path))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is another one: %v", path, err)
		}
	}
}
