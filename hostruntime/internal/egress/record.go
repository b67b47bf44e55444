package egress

import (
	"net/netip"
	"strings"
	"time"
)

// MaxRecords is how many records a gate keeps; later ones are only counted.
const MaxRecords = 1000

// A Record says what one request, connection or refusal was.
type Record struct {
	Protocol Protocols
	// Method is the HTTP method; "listen", "bind" or "accept" for a socket that
	// others send or connect to; "lookup" for a name; "socket" for one that was
	// refused; else empty.
	Method string
	// Host is the name or address as the guest gave it, Port the port.
	Host string
	Port uint16
	// Addr is the address that was dialled, invalid if none was.
	Addr netip.Addr
	// Status is the HTTP status, 0 where there is none.
	Status int
	// Sent and Received count contents.
	Sent, Received uint64
	// Began is when it began, since the gate was made; Duration how long it
	// took, or has taken so far; at least 1 ns for what is over.
	Began, Duration time.Duration
	// Denied is why the policy refused it, empty if it didn't.
	Denied string
	// Error is how it failed, empty if it didn't: the host's own text.
	Error string
}

// A Summary is what an instance did over the network in some time.
type Summary struct {
	// Records are in the order in which things began.
	Records []Record
	// Dropped counts those that found no place in Records.
	Dropped uint64
	// Requests, Connections and Lookups count what was allowed and begun,
	// Denied what was not.
	Requests, Connections, Lookups, Denied uint64
	// Sent and Received count contents of all of them.
	Sent, Received uint64
}

// add keeps a record, or counts it; with g.mu held.
func (g *Gate) add(r Record) *Record {
	r.Began = time.Since(g.start)
	r.Host, r.Method = clip(r.Host), clip(r.Method)
	kept := &r
	if len(g.records) < MaxRecords {
		g.records = append(g.records, kept)
	} else {
		g.summary.Dropped++
	}
	return kept
}

// maxRecordText is the most that a record keeps of a guest's text: no name is
// longer.
const maxRecordText = 256

// clip returns text that takes no more memory than a record may.
func clip(text string) string {
	if len(text) <= maxRecordText {
		return text
	}
	return strings.Clone(text[:maxRecordText-3]) + "…"
}

// Take returns what was done since the gate was made, or since the last Take.
// What is still under way is in it as far as it has come, and will be in the
// next one again.
func (g *Gate) Take() Summary {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.summary
	g.summary = Summary{}
	var going []*Record
	for _, r := range g.records {
		copied := *r
		if copied.Duration == 0 {
			copied.Duration = time.Since(g.start) - copied.Began
			going = append(going, r)
		}
		s.Records = append(s.Records, copied)
	}
	g.records = going
	return s
}
