package egress

import (
	"bytes"
	"slices"
)

// A needle is a form of a secret, and what takes its place.
type needle struct{ value, placeholder []byte }

// A Scrubber puts placeholders in place of secrets in a stream of bytes,
// wherever chunks begin and end. It is for one stream.
type Scrubber struct {
	needles []needle
	// first says with which bytes needles begin.
	first [256]bool
	held  []byte
}

// NewScrubber returns a scrubber for this instance's secrets, nil if it has
// none. A nil Scrubber passes everything on as it is.
//
// A secret is recognised as it is, and escaped as in JSON or in a URL; not
// in other encodings.
func (g *Gate) NewScrubber() *Scrubber {
	if len(g.secrets) == 0 {
		return nil
	}
	s := &Scrubber{}
	for _, secret := range g.secrets {
		for _, form := range forms(secret.Value) {
			s.needles = append(s.needles, needle{[]byte(form), []byte(secret.Placeholder)})
			s.first[form[0]] = true
		}
	}
	// Of two secrets that begin alike the longer one counts.
	slices.SortStableFunc(s.needles, func(a, b needle) int { return len(b.value) - len(a.value) })
	return s
}

// Write appends to dst what of the stream is known to hold no secret after
// chunk has come, and returns it. What may be the beginning of a secret is
// kept back, less than the longest secret has.
func (s *Scrubber) Write(dst, chunk []byte) []byte {
	if s == nil {
		return append(dst, chunk...)
	}
	data := chunk
	if len(s.held) > 0 {
		data = append(s.held, chunk...)
	}
	rest, dst := s.scan(dst, data, false)
	s.held = bytes.Clone(rest)
	return dst
}

// Flush appends what was kept back: the stream has ended.
func (s *Scrubber) Flush(dst []byte) []byte {
	if s == nil {
		return dst
	}
	_, dst = s.scan(dst, s.held, true)
	s.held = nil
	return dst
}

// scan scrubs data up to where a secret may have begun that isn't complete,
// and returns what is left from there.
func (s *Scrubber) scan(dst, data []byte, atEnd bool) (rest, out []byte) {
	clean := 0 // data before it is in dst
scan:
	for i := 0; i < len(data); {
		if !s.first[data[i]] {
			i++
			continue
		}
		for _, n := range s.needles {
			if bytes.HasPrefix(data[i:], n.value) {
				dst = append(append(dst, data[clean:i]...), n.placeholder...)
				i += len(n.value)
				clean = i
				continue scan
			}
			if !atEnd && len(data)-i < len(n.value) && bytes.HasPrefix(n.value, data[i:]) {
				return data[i:], append(dst, data[clean:i]...)
			}
		}
		i++
	}
	return nil, append(dst, data[clean:]...)
}

// Scrub returns text with placeholders in place of secrets.
func (g *Gate) Scrub(text string) string {
	s := g.NewScrubber()
	if s == nil {
		return text
	}
	return string(s.Flush(s.Write(nil, []byte(text))))
}
