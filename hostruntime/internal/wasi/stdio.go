package wasi

import (
	"errors"
	"fmt"
	"io"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// cliStdin returns wasi:cli/stdin. All its streams share one input.
func cliStdin() *Interface {
	i := newInterface("wasi:cli/stdin")
	i.uses(inputStreamResource)
	i.define("get-stdin", fn(own(inputStreamResource)), func(c *call) (value.Value, error) {
		return c.open(inputStreamResource, &inputStream{src: c.Host.stdin}, nil)
	})
	return i
}

// cliStdout returns wasi:cli/stdout.
func cliStdout() *Interface {
	return cliOutput("stdout", func(cfg *Config) io.Writer { return cfg.Stdout })
}

// cliStderr returns wasi:cli/stderr.
func cliStderr() *Interface {
	return cliOutput("stderr", func(cfg *Config) io.Writer { return cfg.Stderr })
}

func cliOutput(name string, writer func(*Config) io.Writer) *Interface {
	i := newInterface("wasi:cli/" + name)
	i.uses(outputStreamResource)
	i.define("get-"+name, fn(own(outputStreamResource)), func(c *call) (value.Value, error) {
		return c.open(outputStreamResource, newOutputStream(writerSink{writer(&c.config)}), nil)
	})
	return i
}

// writerSink is a sink to an io.Writer that the host gave.
type writerSink struct{ w io.Writer }

// errWriter stands for an error of the host's writer, whose text is not the
// guest's to read.
var errWriter = errors.New("wasi: the host's writer failed")

func (s writerSink) write(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	n, err := s.w.Write(data)
	if err == nil && n < len(data) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errWriter, err)
	}
	return nil
}

func (writerSink) flush() error { return nil }

var (
	terminalInputResource  = newResource[*terminal]("wasi:cli/terminal-input", "terminal-input")
	terminalOutputResource = newResource[*terminal]("wasi:cli/terminal-output", "terminal-output")
)

// A terminal is what no Host has: the guest's streams are never one, even
// where the host program's are.
type terminal struct{ node }

// cliTerminalInput returns wasi:cli/terminal-input, a type without functions.
func cliTerminalInput() *Interface {
	i := newInterface("wasi:cli/terminal-input")
	i.uses(terminalInputResource)
	return i
}

// cliTerminalOutput returns wasi:cli/terminal-output, a type without functions.
func cliTerminalOutput() *Interface {
	i := newInterface("wasi:cli/terminal-output")
	i.uses(terminalOutputResource)
	return i
}

// cliTerminalStdin returns wasi:cli/terminal-stdin.
func cliTerminalStdin() *Interface { return noTerminal("stdin", terminalInputResource) }

// cliTerminalStdout returns wasi:cli/terminal-stdout.
func cliTerminalStdout() *Interface { return noTerminal("stdout", terminalOutputResource) }

// cliTerminalStderr returns wasi:cli/terminal-stderr.
func cliTerminalStderr() *Interface { return noTerminal("stderr", terminalOutputResource) }

func noTerminal(stream string, r *Resource) *Interface {
	i := newInterface("wasi:cli/terminal-" + stream)
	i.uses(r)
	i.define("get-terminal-"+stream, fn(abi.NewOption(own(r))),
		func(*call) (value.Value, error) { return value.Option{}, nil })
	return i
}
