package hostruntime

import (
	"fmt"
	"strings"
	"time"
)

// String returns the effective policy as text for people, several lines: all
// limits, and all grants. Values of variables and of secrets are not in it.
func (p Policy) String() string {
	var w policyWriter
	w.policy(p, 0)
	return w.text.String()
}

// A policyWriter writes a policy, a line for each thing to say.
type policyWriter struct {
	text   strings.Builder
	indent string
}

// line writes what has a value, or several: each on a line of its own.
func (w *policyWriter) line(name string, values ...string) {
	for i, value := range values {
		if i > 0 {
			name = ""
		}
		line := fmt.Sprintf("%s  %-21s%s", w.indent, name, value)
		fmt.Fprintln(&w.text, strings.ReplaceAll(EscapeText(line), "\n", `\n`))
	}
}

// grants is line for a list that may be empty.
func (w *policyWriter) grants(name string, values []string) {
	if len(values) == 0 {
		values = []string{"none"}
	}
	w.line(name, values...)
}

func (w *policyWriter) head(text string) { fmt.Fprintf(&w.text, "%s%s\n", w.indent, text) }

func (w *policyWriter) policy(p Policy, depth int) {
	p = p.Effective()
	if p.Name != "" {
		w.head("policy of " + briefly(p.Name))
	}
	w.head("limits")
	l := p.Limits
	w.line("fuel", most(LimitFuel, l.Fuel))
	w.line("memory", most(LimitMemory, l.MemoryBytes))
	w.line("wall time", mostTime(l.WallTime))
	w.line("lifted values", most(LimitLifted, l.LiftedBytes))
	w.line("output kept", most(LimitOutput, l.OutputBytes))
	w.line("output written", most(LimitOutput, l.WrittenBytes))
	w.line("handles", most(LimitHandles, l.Handles))
	w.line("tasks", most(LimitHandles, l.Tasks)+", depth "+most(LimitHandles, l.TaskDepth))
	w.line("log lines", most(LimitHandles, l.LogLines))
	w.head("grants")
	f := p.form(maxTaskForms)
	w.grants("arguments", f.Args)
	w.grants("variables", f.Env)
	w.grants("folders", dirTexts(p.Dirs))
	w.grants("network", f.Network.Allow)
	w.grants("listens on", f.Network.Listen)
	if len(p.Network.Allow)+len(p.Network.Listen) > 0 {
		w.network(&p.Network)
	}
	clock := "the system's clocks and random numbers"
	if p.Deterministic != nil {
		clock = fmt.Sprintf("deterministic, seed %d", p.Deterministic.Seed)
	}
	w.line("time and chance", clock)
	if len(f.Host) > 0 {
		w.line("connected", strings.Join(f.Host, ", "))
	}
	if depth == maxTaskForms {
		return
	}
	for i := range p.Tasks {
		w.line("may start", p.Tasks[i].Interface)
		inner := w.indent
		w.indent += "    "
		w.policy(p.Tasks[i].Policy, depth+1)
		w.indent = inner
	}
}

// network writes what bounds a network that there is.
func (w *policyWriter) network(n *Network) {
	l := n.Limits
	w.line("  requests", fmt.Sprintf("%s, %s at once, %s each", most(LimitRequests, l.Requests),
		most(LimitRequests, l.ConcurrentRequests), mostTime(l.RequestTime)))
	if l.RequestsPerSecond > 0 {
		w.line("  a second", fmt.Sprintf("%g requests", l.RequestsPerSecond))
	}
	w.line("  connections", fmt.Sprintf("%s, %s sockets at once", most(LimitConnections, l.Connections), most(LimitConnections, l.Sockets)))
	w.line("  look-ups", most(LimitLookups, l.Lookups))
	w.line("  sent, received", most(LimitSentBytes, l.SentBytes)+", "+most(LimitReceivedBytes, l.ReceivedBytes))
	for _, s := range n.Secrets {
		w.line("  secret", s.String())
	}
}

func dirTexts(dirs []Dir) []string {
	var texts []string
	for _, d := range dirs {
		text := fmt.Sprintf("%s as %s, ", d.Host, d.Guest)
		if d.Writable {
			text += fmt.Sprintf("writable: %s, %s entries", most(LimitOutput, d.MaxBytes), most(LimitFiles, d.MaxEntries))
		} else {
			text += "read-only"
		}
		if d.Overlay {
			text += ", a copy"
		}
		texts = append(texts, text)
	}
	return texts
}

// most writes a limit in its unit.
func most(limit string, n uint64) string {
	if n == Unlimited {
		return "unlimited"
	}
	return amount(limit, n)
}

func mostTime(d time.Duration) string {
	if d < 0 {
		return "unlimited"
	}
	return d.String()
}
