package main

import (
	"slices"
	"strings"
)

// A capability is a kind of access that a component asks for by importing
// interfaces of WASI, or of this project.
type capability struct {
	Name       string   `json:"name"`
	Interfaces []string `json:"interfaces"`
}

// wasiCapabilities says what the interfaces of WASI give access to, by the
// start of their names. The first that fits counts.
var wasiCapabilities = []struct{ prefix, name string }{
	{"wasi:cli/environment@", "arguments and environment variables"},
	{"wasi:cli/exit@", "ending itself"},
	{"wasi:cli/stdin@", "standard input"},
	{"wasi:cli/stdout@", "standard output and error"},
	{"wasi:cli/stderr@", "standard output and error"},
	{"wasi:cli/terminal-", "whether a stream is a terminal"},
	{"wasi:clocks/", "clocks"},
	{"wasi:random/", "random numbers"},
	{"wasi:filesystem/", "files"},
	{"wasi:sockets/", "network connections"},
	{"wasi:http/", "HTTP"},
	{"wasi:io/", "streams and waiting"},
	{"wasi:", "other interfaces of WASI"},
	{"capsule:tasks/", "control of tasks"},
}

// runtimes reports whether the runtime serves an interface, and not the host
// program.
func runtimes(iface string) bool {
	return strings.HasPrefix(iface, "wasi:") || strings.HasPrefix(iface, "capsule:tasks/")
}

// capabilities groups the WASI interfaces among a component's imports, in the
// order of the list above.
func capabilities(imports []string) []capability {
	byName := map[string][]string{}
	for _, name := range imports {
		for _, c := range wasiCapabilities {
			if strings.HasPrefix(name, c.prefix) {
				byName[c.name] = append(byName[c.name], name)
				break
			}
		}
	}
	list := []capability{}
	for _, c := range wasiCapabilities {
		if interfaces := byName[c.name]; interfaces != nil {
			slices.Sort(interfaces)
			list = append(list, capability{c.name, interfaces})
			delete(byName, c.name)
		}
	}
	return list
}
