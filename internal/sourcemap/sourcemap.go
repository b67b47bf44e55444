// Package sourcemap leads from the lines of generated JavaScript back to those
// that its author wrote: source maps, version 3 (ECMA-426).
package sourcemap

import (
	"encoding/json"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// Section is the name of the custom section that carries a source map in a
// component. Nothing depends on it: it only makes tracebacks readable.
const Section = "capsule:source-map"

const (
	// MaxBytes bounds the source maps that are looked at.
	MaxBytes = 16 << 20
	// maxPath bounds the paths of sources and of the generated file, which
	// becomes a regular expression; maxGrowth by how much Rewrite makes a text
	// longer, since every place in it may be one of a long path.
	maxPath   = 1 << 10
	maxGrowth = 64 << 10
)

// A Map is a source map.
type Map struct {
	sources []string
	// segments are in the order of the generated text.
	segments []segment
	place    *regexp.Regexp // of the generated file
}

// A segment says where a piece of generated text comes from. All numbers
// start at 0.
type segment struct {
	line, column             int
	source, srcLine, srcChar int
}

// Parse reads a source map. Anybody may have written it: its memory and time
// are proportional to its length.
func Parse(data []byte) (*Map, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("source map: %d bytes, at most %d are read", len(data), MaxBytes)
	}
	var text struct {
		Version  int      `json:"version"`
		File     string   `json:"file"`
		Sources  []string `json:"sources"`
		Mappings string   `json:"mappings"`
	}
	if err := json.Unmarshal(data, &text); err != nil {
		return nil, fmt.Errorf("source map: %w", err)
	}
	if text.Version != 3 {
		return nil, fmt.Errorf("source map: version %d, want 3", text.Version)
	}
	for _, path := range append(text.Sources, text.File) {
		if len(path) > maxPath {
			return nil, fmt.Errorf("source map: a path of %d bytes, at most %d are read", len(path), maxPath)
		}
	}
	m := &Map{sources: text.Sources}
	if err := m.decode(text.Mappings); err != nil {
		return nil, err
	}
	if text.File != "" {
		m.place = regexp.MustCompile(`/?` + regexp.QuoteMeta(text.File) + `:([0-9]{1,9}):([0-9]{1,9})\b`)
	}
	return m, nil
}

// decode reads the mappings: lines, separated by semicolons, of segments,
// separated by commas, of numbers that are differences to the last ones.
func (m *Map) decode(text string) error {
	var now segment
	for line, rest := 0, text; ; line++ {
		one, after, more := strings.Cut(rest, ";")
		now.line, now.column = line, 0
		for one != "" {
			piece, next, _ := strings.Cut(one, ",")
			one = next
			var numbers [5]int
			n := 0
			for piece != "" && n < len(numbers) {
				value, size, err := vlq(piece)
				if err != nil {
					return err
				}
				numbers[n], piece = value, piece[size:]
				n++
			}
			now.column += numbers[0]
			if n < 4 {
				continue // of no source
			}
			now.source += numbers[1]
			now.srcLine += numbers[2]
			now.srcChar += numbers[3]
			if now.source < 0 || now.source >= len(m.sources) || now.srcLine < 0 || now.srcChar < 0 || now.column < 0 {
				return fmt.Errorf("source map: line %d leads outside of the sources", line+1)
			}
			m.segments = append(m.segments, now)
		}
		if !more {
			return nil
		}
		rest = after
	}
}

const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// vlq reads one number: base 64, five bits a digit, the lowest first; the
// lowest bit of all is the sign.
func vlq(text string) (value, size int, err error) {
	n := 0
	for size < len(text) && size < 7 {
		digit := strings.IndexByte(base64, text[size])
		if digit < 0 {
			break
		}
		n |= digit & 31 << (5 * size)
		size++
		if digit&32 == 0 {
			if n&1 != 0 {
				return -(n >> 1), size, nil
			}
			return n >> 1, size, nil
		}
	}
	return 0, 0, fmt.Errorf("source map: %.10q is not a number", text)
}

// Original returns where a place in the generated text comes from. Lines and
// columns start at 1.
func (m *Map) Original(line, column int) (source string, srcLine, srcColumn int, ok bool) {
	line, column = line-1, column-1
	i := sort.Search(len(m.segments), func(i int) bool {
		s := m.segments[i]
		return s.line > line || s.line == line && s.column > column
	})
	if i == 0 || m.segments[i-1].line != line {
		return "", 0, 0, false
	}
	s := m.segments[i-1]
	return m.sources[s.source], s.srcLine + 1, s.srcChar + 1, true
}

// Rewrite returns text with every FILE:LINE:COLUMN of the generated file
// replaced by the place it comes from, until that has made the text longer by
// maxGrowth: the rest stays as it is.
func (m *Map) Rewrite(text string) string {
	if m.place == nil {
		return text
	}
	room := maxGrowth
	return m.place.ReplaceAllStringFunc(text, func(at string) string {
		if room <= 0 {
			return at
		}
		parts := m.place.FindStringSubmatch(at)
		line, _ := strconv.Atoi(parts[1])
		column, _ := strconv.Atoi(parts[2])
		source, line, column, ok := m.Original(line, column)
		if !ok {
			return at
		}
		lead := ""
		if strings.HasPrefix(at, "/") {
			lead = "/"
		}
		original := fmt.Sprintf("%s%s:%d:%d", lead, source, line, column)
		room -= len(original) - len(at)
		return original
	})
}
