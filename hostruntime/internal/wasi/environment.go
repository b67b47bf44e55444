package wasi

import (
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// cliEnvironment returns wasi:cli/environment. There is no current directory:
// guests resolve relative paths against the granted folders.
func cliEnvironment() *Interface {
	i := newInterface("wasi:cli/environment")
	pair := abi.NewTuple(stringType, stringType)
	i.define("get-environment", fn(abi.NewList(pair)), func(c *call) (value.Value, error) {
		var list value.List
		for _, kv := range c.config.Env {
			k, v, _ := strings.Cut(kv, "=")
			list = append(list, value.Tuple{text(k), text(v)})
		}
		return list, nil
	})
	i.define("get-arguments", fn(abi.NewList(stringType)), func(c *call) (value.Value, error) {
		var list value.List
		for _, a := range c.config.Args {
			list = append(list, text(a))
		}
		return list, nil
	})
	i.define("initial-cwd", fn(abi.NewOption(stringType)),
		func(*call) (value.Value, error) { return value.Option{}, nil })
	return i
}

// text returns a string of the host as a component string, which is UTF-8.
func text(s string) value.String { return value.String(strings.ToValidUTF8(s, "\uFFFD")) }

// cliExit returns wasi:cli/exit, whose functions end in an *ExitError.
func cliExit() *Interface {
	i := newInterface("wasi:cli/exit")
	i.define("exit", fn(nil, param("status", abi.NewResult(nil, nil))), func(c *call) (value.Value, error) {
		if arg[value.Result](c, 0).IsError {
			return nil, &ExitError{Status: 1}
		}
		return nil, &ExitError{}
	})
	i.define("exit-with-code", fn(nil, param("status-code", u8Type)), func(c *call) (value.Value, error) {
		return nil, &ExitError{Status: uint8(arg[value.U8](c, 0))}
	})
	return i
}
