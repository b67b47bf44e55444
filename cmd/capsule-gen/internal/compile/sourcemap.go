package compile

import (
	"encoding/binary"
	"encoding/json"

	"github.com/capsule-kit/capsule/internal/sourcemap"
)

// addSourceMap keeps a bundler's source map, with the name of the file that
// it is for, by which tracebacks are known.
func (in *inputs) addSourceMap(text []byte, name string) error {
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	fields["file"] = name
	delete(fields, "sourcesContent")
	text, err := json.Marshal(fields)
	if err == nil && len(text) <= sourcemap.MaxBytes {
		in.sourceMap = text
	}
	return err
}

// readable returns a compiler's text with the author's own lines.
func (in *inputs) readable(text string) string {
	if in.sourceMap == nil {
		return text
	}
	m, err := sourcemap.Parse(in.sourceMap)
	if err != nil {
		return text
	}
	return m.Rewrite(text)
}

// addSection adds a custom section at the end of a component, where nothing
// depends on it; none for no content.
//
// Spec: Binary, "Component Definitions": a section is its id, its size and its
// content; a custom section's begins with its name.
func addSection(component []byte, name string, content []byte) []byte {
	if content == nil {
		return component
	}
	body := binary.AppendUvarint(nil, uint64(len(name)))
	body = append(append(body, name...), content...)
	component = binary.AppendUvarint(append(component, 0), uint64(len(body)))
	return append(component, body...)
}
