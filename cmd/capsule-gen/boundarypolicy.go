package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/boundary"
	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/hostruntime"
)

// granted says what a guest gets of each capability of WASI, and whether that
// is anything of the world outside.
func granted(name string, p *hostruntime.Policy) (bool, string) {
	some := func(list []string, none string) (bool, string) {
		if len(list) == 0 {
			return false, none
		}
		return true, strings.Join(list, ", ")
	}
	switch name {
	case "arguments and environment variables":
		list := slices.Clone(p.Args)
		for _, variable := range p.Env {
			key, _, _ := strings.Cut(variable, "=") // the value may be a secret
			list = append(list, "$"+key)
		}
		return some(list, "none")
	case "ending itself":
		return true, "ends its own instance"
	case "standard input":
		return false, "empty"
	case "standard output and error":
		return true, "captured in the report, up to a limit"
	case "whether a stream is a terminal":
		return true, "none is"
	case "clocks", "random numbers":
		if p.Deterministic != nil {
			return true, fmt.Sprintf("deterministic, from the seed %d", p.Deterministic.Seed)
		}
		return true, "the system's"
	case "files":
		var list []string
		for _, d := range p.Dirs {
			access := "read-only"
			if d.Writable {
				access = "writable"
			}
			list = append(list, fmt.Sprintf("%s as %s, %s", shorten(d.Host), d.Guest, access))
		}
		return some(list, "no folder")
	case "network connections", "HTTP":
		var list []string
		for _, n := range p.Network.Allow {
			raw := slices.Contains(n.Protocols, hostruntime.ProtocolTCP) || slices.Contains(n.Protocols, hostruntime.ProtocolUDP)
			if raw || name == "HTTP" {
				list = append(list, n.String())
			}
		}
		if name == "HTTP" {
			return some(list, "no request")
		}
		for _, l := range p.Network.Listen {
			list = append(list, "listens on "+l.String())
		}
		return some(list, "none")
	case "control of tasks":
		return true, "of those it may start"
	case "streams and waiting":
		return true, "within the time limit"
	}
	return false, "not there"
}

func asks(imports []string, p *hostruntime.Policy) []boundary.Ask {
	list := []boundary.Ask{}
	for _, c := range capabilities(imports) {
		ok, text := granted(c.Name, p)
		list = append(list, boundary.Ask{Name: c.Name, Interfaces: c.Interfaces, Granted: ok, Grant: text})
	}
	return list
}

// unasked returns sentences on what a task grants and its component doesn't
// import the means for.
func unasked(imports []string, p *hostruntime.Policy) []string {
	asked := map[string]bool{}
	for _, c := range capabilities(imports) {
		asked[c.Name] = true
	}
	var sentences []string
	for _, grant := range []struct {
		given bool
		what  string
		needs []string
	}{
		{len(p.Args)+len(p.Env) > 0, "arguments or variables", []string{"arguments and environment variables"}},
		{len(p.Dirs) > 0, "folders", []string{"files"}},
		{len(p.Network.Allow)+len(p.Network.Listen) > 0, "the network", []string{"network connections", "HTTP"}},
	} {
		if grant.given && !slices.ContainsFunc(grant.needs, func(name string) bool { return asked[name] }) {
			sentences = append(sentences, "the task grants "+grant.what+", and the component doesn't ask for it")
		}
	}
	return sentences
}

// startsAsked returns the tasks that the guest may start and imports the means
// for.
func startsAsked(t *config.Task, imports []string) []boundary.Ask {
	var list []boundary.Ask
	for _, s := range t.Starts {
		if i := imported(imports, s.Interface); i >= 0 {
			list = append(list, boundary.Ask{
				Name: "starting the task " + s.Task, Interfaces: []string{imports[i]}, Granted: true,
				Grant: "with no more than this task has itself",
			})
		}
	}
	return list
}

// startsUnasked returns sentences on the others.
func startsUnasked(t *config.Task, imports []string) []string {
	var sentences []string
	for _, s := range t.Starts {
		if s.Interface != "" && imported(imports, s.Interface) < 0 {
			sentences = append(sentences, fmt.Sprintf("the task may start %s by calling %s, and the component doesn't import that", s.Task, s.Interface))
		}
	}
	return sentences
}

// imported returns the index of an interface among imports, whatever its
// version; -1 if it isn't there.
func imported(imports []string, iface string) int {
	bare, _, _ := strings.Cut(iface, "@")
	return slices.IndexFunc(imports, func(name string) bool {
		name, _, _ = strings.Cut(name, "@")
		return name == bare
	})
}

// limitsOf returns the task's limits, with the runtime's defaults.
func limitsOf(t *config.Task) []boundary.Limit {
	own := t.Policy.Limits
	limit := func(name, value string, isDefault bool) boundary.Limit {
		return boundary.Limit{Name: name, Value: value, Default: isDefault}
	}
	fuel, wall := "unlimited", cmp.Or(own.WallTime, hostruntime.DefaultWallTime).String()
	if own.Fuel > 0 && own.Fuel != hostruntime.Unlimited {
		fuel = fmt.Sprint(own.Fuel)
	}
	if own.WallTime < 0 {
		wall = "unlimited"
	}
	return []boundary.Limit{
		limit("fuel for a call", fuel, own.Fuel == 0),
		limit("time for a call", wall, own.WallTime == 0),
		limit("memory", bytesText(cmp.Or(own.MemoryBytes, hostruntime.DefaultMemoryBytes)), own.MemoryBytes == 0),
		limit("output kept", bytesText(cmp.Or(own.OutputBytes, hostruntime.DefaultOutputBytes)), own.OutputBytes == 0),
	}
}

// bytesText writes a number of bytes in the largest unit that divides it.
func bytesText(n uint64) string {
	if n == hostruntime.Unlimited {
		return "unlimited"
	}
	for _, unit := range []struct {
		name string
		size uint64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if n != 0 && n%unit.size == 0 {
			return fmt.Sprintf("%d %s", n/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
