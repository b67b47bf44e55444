// Package tomlkeys knows where the keys of a TOML text stand, and words a
// decoder's errors for whoever wrote the text.
package tomlkeys

import (
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A Place is where a key stands, both from 1; 0 is unknown.
type Place struct{ Line, Column int }

// Keys are the places of a text's keys. The decoder keeps none, so the text is
// parsed once more for them.
type Keys struct {
	root key
	// lines are the offsets at which the text's lines begin.
	lines []int
}

// A key is what is known of one: a text may have as many as it has bytes.
type key struct {
	offset  int
	names   []string // of the keys right beneath, as they are first named
	beneath map[string]*key
}

// maxDepth is how many parts of a key are kept: no place further down is asked
// for, and a text shouldn't decide how deep this looks.
const maxDepth = 16

// Locate finds the keys of a text. Keys inside of arrays aren't among them.
// Time and memory are proportional to the text's length.
func Locate(data []byte) (*Keys, error) {
	k := &Keys{lines: []int{0}}
	for i, c := range data {
		if c == '\n' {
			k.lines = append(k.lines, i+1)
		}
	}
	var parser unstable.Parser
	parser.Reset(data)
	table := path{key: &k.root}
	for parser.NextExpression() {
		switch node := parser.Expression(); node.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = path{key: &k.root}.add(node)
		case unstable.KeyValue:
			table.keyValue(node)
		}
	}
	return k, parser.Error()
}

// Place returns where the key with the given parts stands or, where the text
// doesn't have it, the nearest thing around it.
func (k *Keys) Place(parts ...string) Place {
	at := &k.root
	for _, part := range parts {
		next := at.beneath[part]
		if next == nil {
			break
		}
		at = next
	}
	if at == &k.root {
		return Place{}
	}
	line, exact := slices.BinarySearch(k.lines, at.offset)
	if exact {
		line++
	}
	return Place{line, at.offset - k.lines[line-1] + 1}
}

// Under returns the keys right beneath the one with the given parts, in the
// order in which they are first named.
func (k *Keys) Under(parts ...string) []string {
	at := &k.root
	for _, part := range parts {
		if at = at.beneath[part]; at == nil {
			return nil
		}
	}
	return at.names
}

// A path leads to a key.
type path struct {
	key   *key
	depth int
}

// keyValue adds a key and, where its value is an inline table, that one's.
func (p path) keyValue(node *unstable.Node) {
	p = p.add(node)
	if value := node.Value(); value.Kind == unstable.InlineTable && p.depth < maxDepth {
		for children := value.Children(); children.Next(); {
			p.keyValue(children.Node())
		}
	}
}

// add notes the places of all parts of a key beneath p, and returns the path to
// the last one.
func (p path) add(node *unstable.Node) path {
	for parts := node.Key(); parts.Next() && p.depth < maxDepth; p.depth++ {
		name := string(parts.Node().Data)
		next := p.key.beneath[name]
		if next == nil {
			if p.key.beneath == nil {
				p.key.beneath = map[string]*key{}
			}
			next = &key{offset: int(parts.Node().Raw.Offset)}
			p.key.beneath[name] = next
			p.key.names = append(p.key.names, name)
		}
		p.key = next
	}
	return p
}

// Explain says what is wrong with a text, from the decoder's error.
func Explain(err error) (Place, string) {
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
