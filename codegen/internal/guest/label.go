// Package guest holds what the Python and the JavaScript emitter share: the
// spelling of labels, the cleaning of documentation, and what a world reaches.
package guest

import "strings"

// words splits a label into its words, in lower case. Everything that is
// neither a letter nor a digit separates, so that versions can be part of a
// label ("types-0-2-0").
func words(label string) []string {
	return strings.FieldsFunc(strings.ToLower(label), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// Snake returns a label as snake_case.
func Snake(label string) string { return strings.Join(words(label), "_") }

// Shouty returns a label as SHOUTY_SNAKE_CASE.
func Shouty(label string) string { return strings.ToUpper(Snake(label)) }

// UpperCamel returns a label as UpperCamelCase; an acronym counts as a word
// ("HTTP-server" is HttpServer), as in the guest toolchains.
func UpperCamel(label string) string {
	list := words(label)
	for i, w := range list {
		list[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(list, "")
}

// LowerCamel returns a label as lowerCamelCase.
func LowerCamel(label string) string {
	s := UpperCamel(label)
	if s == "" {
		return s
	}
	return words(label)[0] + s[len(words(label)[0]):]
}
