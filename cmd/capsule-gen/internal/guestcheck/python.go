package guestcheck

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
)

//go:embed shape.py
var shapePy string

// A SyntaxError says that a file can't be read.
type SyntaxError struct {
	Line    int // 0 where unknown
	Message string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Message)
}

// Python reads a Python file with an interpreter, which parses it and doesn't
// run it. An interpreter older than the guests' may not know the newest syntax.
//
// Errors: *SyntaxError; otherwise what running the interpreter gives.
func Python(ctx context.Context, interpreter string, source []byte) (*Member, error) {
	// Isolated: neither the user's folder nor environment is looked at.
	cmd := exec.CommandContext(ctx, interpreter, "-I", "-c", shapePy)
	cmd.Stdin = bytes.NewReader(source)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", interpreter, err, bytes.TrimSpace(stderr.Bytes()))
	}
	var found struct {
		Member
		Error string `json:"error"`
	}
	if err := json.Unmarshal(out, &found); err != nil {
		return nil, fmt.Errorf("%s: %w", interpreter, err)
	}
	if found.Error != "" {
		return nil, &SyntaxError{found.Line, found.Error}
	}
	return &found.Member, nil
}
