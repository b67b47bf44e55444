// Package tomlkeys knows where the keys of a TOML text stand, and words a
// decoder's errors for whoever wrote the text.
package tomlkeys

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A Place is where a key stands, both from 1; 0 is unknown.
type Place struct{ Line, Column int }

// Keys are the places of a text's keys. The decoder keeps none, so the text is
// parsed once more for them.
type Keys struct {
	places map[string]Place    // by the key's parts, joined by a zero byte
	under  map[string][]string // names of the keys right beneath, by the same
}

// Locate finds the keys of a text. Keys inside of arrays aren't among them.
func Locate(data []byte) (*Keys, error) {
	k := &Keys{places: map[string]Place{}, under: map[string][]string{}}
	var parser unstable.Parser
	parser.Reset(data)
	var table []string
	for parser.NextExpression() {
		switch node := parser.Expression(); node.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = k.add(&parser, nil, node)
		case unstable.KeyValue:
			k.keyValue(&parser, table, node)
		}
	}
	return k, parser.Error()
}

// Place returns where the key with the given parts stands or, where the text
// doesn't have it, the nearest thing around it.
func (k *Keys) Place(parts ...string) Place {
	for n := len(parts); n > 0; n-- {
		if at, ok := k.places[strings.Join(parts[:n], "\x00")]; ok {
			return at
		}
	}
	return Place{}
}

// Under returns the keys right beneath the one with the given parts, in the
// order in which they are first named.
func (k *Keys) Under(parts ...string) []string { return k.under[strings.Join(parts, "\x00")] }

// keyValue adds a key and, where its value is an inline table, that one's.
func (k *Keys) keyValue(parser *unstable.Parser, table []string, node *unstable.Node) {
	parts := k.add(parser, table, node)
	if value := node.Value(); value.Kind == unstable.InlineTable {
		for children := value.Children(); children.Next(); {
			k.keyValue(parser, parts, children.Node())
		}
	}
}

// add notes the places of all parts of a key, and returns its full path.
func (k *Keys) add(parser *unstable.Parser, table []string, node *unstable.Node) []string {
	parts := append([]string(nil), table...)
	for key := node.Key(); key.Next(); {
		around := strings.Join(parts, "\x00")
		parts = append(parts, string(key.Node().Data))
		joined := strings.Join(parts, "\x00")
		if _, known := k.places[joined]; !known {
			start := parser.Shape(key.Node().Raw).Start
			k.places[joined] = Place{start.Line, start.Column}
			k.under[around] = append(k.under[around], parts[len(parts)-1])
		}
	}
	return parts
}

// Explain says what is wrong with a text, from the decoder's error: of several
// mistakes the first.
func Explain(err error) (Place, string) {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(strict.Errors) > 0 {
		first := strict.Errors[0]
		line, column := first.Position()
		return Place{line, column}, fmt.Sprintf("unknown key %q", first.Key()[len(first.Key())-1])
	}
	if decode, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := decode.Position()
		message := strings.TrimPrefix(decode.Error(), "toml: ")
		// The decoder words a value of the wrong type in terms of Go.
		if met, into, ok := strings.Cut(message, " into "); ok && strings.HasPrefix(met, "cannot decode TOML ") {
			want := "a table"
			if strings.HasSuffix(into, " string") {
				want = "a string"
			}
			message = "want " + want + ", not a TOML " + strings.TrimPrefix(met, "cannot decode TOML ")
		}
		return Place{line, column}, message
	}
	return Place{}, strings.TrimPrefix(err.Error(), "toml: ")
}
