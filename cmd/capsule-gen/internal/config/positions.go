package config

import (
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// positions are the lines of a file's keys. The decoder keeps none, so the
// text is parsed once more for them.
type positions struct {
	lines map[string]int // by the key's parts, joined by a zero byte
	tasks []string       // names, in the order of the file
}

// line returns the line of the key with the given parts or, where the file
// doesn't have it, of the nearest thing around it.
func (p *positions) line(parts ...string) int {
	for n := len(parts); n > 0; n-- {
		if line, ok := p.lines[strings.Join(parts[:n], "\x00")]; ok {
			return line
		}
	}
	return 0
}

func locate(data []byte) (*positions, error) {
	p := &positions{lines: map[string]int{}}
	var parser unstable.Parser
	parser.Reset(data)
	var table []string
	for parser.NextExpression() {
		switch node := parser.Expression(); node.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = p.add(&parser, nil, node)
		case unstable.KeyValue:
			p.keyValue(&parser, table, node)
		}
	}
	return p, parser.Error()
}

// keyValue adds a key and, where its value is an inline table, that one's.
func (p *positions) keyValue(parser *unstable.Parser, table []string, node *unstable.Node) {
	parts := p.add(parser, table, node)
	if value := node.Value(); value.Kind == unstable.InlineTable {
		for children := value.Children(); children.Next(); {
			p.keyValue(parser, parts, children.Node())
		}
	}
}

// add notes the lines of all parts of a key, and returns its full path.
func (p *positions) add(parser *unstable.Parser, table []string, node *unstable.Node) []string {
	parts := append([]string(nil), table...)
	for key := node.Key(); key.Next(); {
		parts = append(parts, string(key.Node().Data))
		joined := strings.Join(parts, "\x00")
		if _, known := p.lines[joined]; !known {
			p.lines[joined] = parser.Shape(key.Node().Raw).Start.Line
			if len(parts) == 2 && parts[0] == "task" {
				p.tasks = append(p.tasks, parts[1])
			}
		}
	}
	return parts
}
