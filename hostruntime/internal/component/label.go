package component

import "strings"

// validLabel reports whether s is a label: words of lower-case or acronyms of
// upper-case letters and digits with single hyphens between, the first one
// starting with a letter.
//
// Spec: Explainer, "Import and Export Definitions", label.
func validLabel(s string) bool {
	return validWords(s, true)
}

// validWords is validLabel, with acronyms allowed or not.
func validWords(s string, acronyms bool) bool {
	for i, fragment := range strings.Split(s, "-") {
		if fragment == "" || i == 0 && fragment[0] >= '0' && fragment[0] <= '9' {
			return false
		}
		var lower, upper bool
		for _, c := range []byte(fragment) {
			switch {
			case c >= 'a' && c <= 'z':
				lower = true
			case c >= 'A' && c <= 'Z':
				upper = true
			case c < '0' || c > '9':
				return false
			}
		}
		if upper && (lower || !acronyms) {
			return false
		}
	}
	return true
}

// A labelSet collects labels of one scope, which must be strongly unique.
type labelSet map[string]string

func newLabelSet(n int) labelSet { return make(labelSet, n) }

// read reads the next label; what says whose, for messages.
func (set labelSet) read(r *reader, what string) string {
	start := r.pos
	name := r.name("the name of a " + what)
	if r.err != nil {
		return ""
	}
	if !validLabel(name) {
		if name == "" {
			r.fail(start, "the name of a %s cannot be empty", what)
		} else {
			r.fail(start, "%s %s is not in kebab case", what, quote(name))
		}
		return ""
	}
	key := canonicalName(name)
	if prev, ok := set[key]; ok {
		r.fail(start, "%s name %s conflicts with previous name %s", what, quote(name), quote(prev))
		return ""
	}
	set[key] = name
	return name
}

// canonicalName returns what bindings of any language may make of a name: two
// names in one scope must not have it in common.
//
// Spec: Explainer, "Name Uniqueness".
func canonicalName(s string) string {
	return strings.ToLower(strings.ReplaceAll(s, "-", ""))
}
