package wit

import "strings"

// checkLabel returns what is wrong with a kebab-case name; empty where nothing
// is.
//
// Spec: Explainer, "Import and Export Definitions": words of ASCII letters and
// digits with dashes between them, each word wholly in lower or in upper case,
// and the first one starting with a letter.
func checkLabel(label string) string {
	if label == "" {
		return "a name is missing"
	}
	for i, word := range strings.Split(label, "-") {
		if word == "" {
			return "a name needs characters before, between and after its dashes"
		}
		if i == 0 && isDigit(word[0]) {
			return "a name starts with a letter"
		}
		lower, upper := false, false
		for _, r := range word {
			switch {
			case r >= 'a' && r <= 'z':
				lower = true
			case r >= 'A' && r <= 'Z':
				upper = true
			case r >= '0' && r <= '9':
			default:
				return "a name is of ASCII letters, digits and dashes, not " + quoted(string(r))
			}
		}
		if lower && upper {
			return "each word of a name is wholly in lower or in upper case"
		}
	}
	return ""
}

// canonical returns the form in which names of one scope must differ: dashes
// and case don't count. The specification's text keeps the dashes; wasm-tools,
// by which every other tool reads WIT and checks components, doesn't.
//
// Spec: Explainer, "Name Uniqueness".
func canonical(label string) string {
	if !strings.ContainsFunc(label, func(r rune) bool { return r == '-' || r >= 'A' && r <= 'Z' }) {
		return label
	}
	return strings.ToLower(strings.ReplaceAll(label, "-", ""))
}

// canonicalExtern returns the form in which a function's name in a component
// must differ from others of its scope. A resource's static function and method
// of one name clash, and so does either named like the resource; a property's
// getter clashes with all but its setter.
func canonicalExtern(f *Func) string {
	name := canonical(f.Name)
	if f.Kind == Constructor {
		return "[constructor]" + canonical(f.Resource.Name)
	}
	if f.Resource != nil {
		resource := canonical(f.Resource.Name)
		if resource == name {
			return resource
		}
		name = resource + "." + name
	}
	if f.Accessor == Setter {
		return "[set]" + name
	}
	return name
}
