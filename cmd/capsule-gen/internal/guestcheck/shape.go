// Package guestcheck compares what a guest's file defines with what its world
// asks for, without running it.
//
// What is asked for is taken from the file that generate would start the guest
// with, read in the same way as the author's own.
package guestcheck

// A Kind says what a name in a guest's file stands for.
type Kind string

// The kinds. What a file gets from elsewhere, or makes in a way that can't be
// seen without running it, is Unknown: nothing is said of it.
const (
	Function Kind = "function"
	Class    Kind = "class"
	Object   Kind = "object" // JavaScript's, with functions in it
	Unknown  Kind = "unknown"
)

// A Member is one name that a file, a class or an object has.
type Member struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	// Line is where it is defined, 0 where that isn't known, and Text the lines
	// of it: of a function all, of anything else the first.
	Line int    `json:"line"`
	Text string `json:"text"`
	// Head is how many of Text's lines come before a function's body.
	Head  int  `json:"head"`
	Async bool `json:"async"`
	// Params are a function's parameters, of which the first Required have no
	// default; Rest says that it takes any number.
	Params   []string `json:"params"`
	Required int      `json:"required"`
	Rest     bool     `json:"rest"`
	// Members are those of a class or object. Open says that it may have more,
	// from elsewhere.
	Members []Member `json:"members"`
	Open    bool     `json:"open"`
}

// member returns the member called name.
func (m *Member) member(name string) (*Member, bool) {
	for i := range m.Members {
		if m.Members[i].Name == name {
			return &m.Members[i], true
		}
	}
	return nil, false
}
