package boundary

import (
	"fmt"
	"io"
	"strings"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/escape"
)

// Print writes b for people to read.
func (b *Boundary) Print(w io.Writer) {
	p := printer{w}
	p.line("task %s: world %s, engine %s", b.Task, b.World, b.Engine)
	p.files("trusted: the host program", b.on(Host))
	p.files("trusted: generated from the WIT, part of the host program", b.on(Generated))
	p.files("what both sides agreed on", b.on(Contract))
	p.files("generated for the guest's author, runs nowhere", b.on(Stub))
	p.files("sandboxed: the guest", b.sandboxed())
	from := "as the world declares it; " + b.Component + " isn't built"
	if b.Built {
		from = "as in " + b.Component
	}
	p.functions("the host calls, in the guest ("+from+")", b.Exports)
	p.functions("the guest calls, in the host", b.Imports)

	p.line("\nthe guest's engine asks the system for:")
	for _, a := range b.Asks {
		mark := "refused"
		if a.Granted {
			mark = "granted"
		}
		p.line("  %s  %s: %s", mark, a.Name, a.Grant)
	}
	if len(b.Asks) == 0 {
		p.line("  nothing")
	}
	p.line("\nlimits:")
	for _, l := range b.Limits {
		note := ""
		if l.Default {
			note = " (default)"
		}
		p.line("  %s: %s%s", l.Name, l.Value, note)
	}
	if len(b.Differences) > 0 {
		p.line("\nwhat doesn't agree:")
		for _, d := range b.Differences {
			p.line("  %s", d)
		}
	}
}

type printer struct{ w io.Writer }

// line prints one line, in which whatever is quoted is safe to show.
func (p printer) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	lead := ""
	if strings.HasPrefix(text, "\n") {
		lead, text = "\n", text[1:]
	}
	fmt.Fprintln(p.w, lead+escape.Line(text))
}

func (p printer) files(title string, files []File) {
	if len(files) == 0 {
		return
	}
	p.line("\n%s:", title)
	for _, f := range files {
		p.line("  %s", f.Path)
	}
}

func (p printer) functions(title string, list []Function) {
	p.line("\n%s:", title)
	last := ""
	for _, f := range list {
		indent := "  "
		if f.Interface != "" {
			if f.Interface != last {
				p.line("  %s", f.Interface)
			}
			indent = "    "
		}
		last = f.Interface
		p.line("%s%s", indent, f.text())
	}
	if len(list) == 0 {
		p.line("  nothing")
	}
}
