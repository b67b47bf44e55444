package guestcheck

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Finding is one thing in which a guest's file differs from what its world
// asks for.
type Finding struct {
	// Line is the place in the guest's file, 0 where there is none.
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
	// Note says that the guest works all the same.
	Note bool `json:"note,omitempty"`
	// Remove and Add are the lines that would have to change.
	Remove []string `json:"remove,omitempty"`
	Add    []string `json:"add,omitempty"`
}

// A Language says how a guest's names are spoken of.
type Language struct {
	// FewerIsFine says that a function may leave out trailing parameters.
	FewerIsFine bool
	// Top says how to speak of what a file has: "define" or "export".
	Top string
	// TopIsOurs says that every name at the top level is for the world: what
	// else a JavaScript module has, it doesn't export.
	TopIsOurs bool
	// AsyncIsFine says that the engine waits for what a function promises.
	AsyncIsFine bool
	// Own says how an author keeps a name out of this.
	Own string
}

// The languages.
var (
	PythonLanguage     = Language{Top: "define", Own: "a name that begins with _ is the guest's own"}
	JavaScriptLanguage = Language{FewerIsFine: true, Top: "export", TopIsOurs: true, Own: "what isn't exported, or begins with _, is the guest's own"}
)

// Compare returns in what a guest's file differs from what is wanted, in the
// order of the file.
func (l Language) Compare(want, got *Member) []Finding {
	c := &comparison{language: l}
	c.members("", want, got)
	slices.SortStableFunc(c.findings, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	return c.findings
}

type comparison struct {
	language Language
	findings []Finding
}

func (c *comparison) add(f Finding) { c.findings = append(c.findings, f) }

// members compares what an owner has: the file for "".
func (c *comparison) members(owner string, want, got *Member) {
	for i := range want.Members {
		w := &want.Members[i]
		if w.Kind == Unknown {
			continue // an import of the starting file's
		}
		g, ok := got.member(w.Name)
		if !ok {
			if !got.Open {
				c.missing(owner, w, got)
			}
			continue
		}
		switch {
		case g.Kind == Unknown:
		case w.Kind == Function && g.Kind == Function:
			c.function(owner, w, g)
		case w.Kind == Function || g.Kind == Function:
			c.add(Finding{Line: g.Line, Message: fmt.Sprintf("%s is a %s, and the WIT wants a %s", name(owner, w.Name), g.Kind, w.Kind)})
		default:
			c.members(name(owner, w.Name), w, g)
		}
	}
	if owner == "" && !c.language.TopIsOurs {
		return
	}
	for i := range got.Members {
		g := &got.Members[i]
		if _, wanted := want.member(g.Name); wanted || c.authors(g.Name) || g.Kind != Function {
			continue
		}
		c.add(Finding{
			Line:    g.Line,
			Message: fmt.Sprintf("%s isn't in the WIT: nothing calls it (%s)", c.call(owner, g), c.language.Own),
			Remove:  head(g),
		})
	}
}

// authors reports whether a name is the author's own business.
func (c *comparison) authors(name string) bool {
	return strings.HasPrefix(name, "_") || strings.HasPrefix(name, "#") || name == "constructor"
}

func (c *comparison) missing(owner string, w, in *Member) {
	f := Finding{Line: in.Line, Add: lines(w.Text)}
	switch {
	case w.Kind != Function:
		f.Message = fmt.Sprintf("the guest doesn't %s a %s %s", c.language.Top, w.Kind, name(owner, w.Name))
		for i := range w.Members {
			f.Add = append(f.Add, lines(w.Members[i].Text)...)
		}
	case owner == "":
		f.Message = fmt.Sprintf("the guest doesn't %s %s", c.language.Top, c.call("", w))
	default:
		f.Message = fmt.Sprintf("%s has no %s", owner, c.call("", w))
	}
	c.add(f)
}

// function compares parameters by their number: their names are the author's.
func (c *comparison) function(owner string, w, g *Member) {
	n := len(w.Params)
	note := false
	switch {
	case g.Async && !w.Async && !c.language.AsyncIsFine:
		c.add(Finding{Line: g.Line, Message: c.call(owner, g) + " is async, and the WIT's isn't: nothing would wait for it",
			Remove: head(g), Add: head(w)})
		return
	case g.Required <= n && (g.Rest || len(g.Params) >= n):
		return
	case c.language.FewerIsFine && len(g.Params) < n:
		note = true
	}
	c.add(Finding{Line: g.Line, Note: note,
		Message: fmt.Sprintf("%s: the WIT has (%s)", c.call(owner, g), params(w)),
		Remove:  head(g), Add: head(w)})
}

// call returns a function as its author would write it.
func (c *comparison) call(owner string, f *Member) string {
	return name(owner, f.Name) + "(" + params(f) + ")"
}

func params(f *Member) string {
	list := f.Params
	if f.Rest {
		list = append(list[:len(list):len(list)], "…")
	}
	return strings.Join(list, ", ")
}

func name(owner, member string) string {
	if owner == "" {
		return member
	}
	return owner + "." + member
}

// head returns the lines of a function before its body.
func head(f *Member) []string {
	all := lines(f.Text)
	return all[:min(f.Head, len(all))]
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
