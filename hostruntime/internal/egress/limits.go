package egress

import (
	"fmt"
	"math"
	"time"
)

// The limits of the zero Limits.
const (
	DefaultRequests           = 1000
	DefaultConcurrentRequests = 64
	DefaultConnections        = 1000
	DefaultSockets            = 64
	DefaultLookups            = 1000
	DefaultSentBytes          = 64 << 20
	DefaultReceivedBytes      = 256 << 20
	DefaultRequestTime        = 30 * time.Second
)

// Limits bound what one instance does over the network in its whole life. For
// each, zero is the documented default and math.MaxUint64 lifts it. Passing
// one is a *LimitError, except where it says otherwise.
type Limits struct {
	// Requests is how many HTTP requests are made.
	Requests uint64
	// ConcurrentRequests is how many HTTP requests are under way at once, from
	// Request to Done.
	ConcurrentRequests uint64
	// Connections is how many raw connections are made or accepted.
	Connections uint64
	// Sockets is how many raw sockets are open at once. One more fails with an
	// ordinary error of the guest's.
	Sockets uint64
	// Lookups is how many names a guest looks up itself.
	Lookups uint64
	// SentBytes and ReceivedBytes count contents over all requests and raw
	// connections: headers and bodies as they are in HTTP, without TLS.
	SentBytes, ReceivedBytes uint64
	// RequestTime is how long one HTTP request may take, to the end of its
	// response's body. Negative is unlimited.
	RequestTime time.Duration
	// RequestsPerSecond is how many HTTP requests may begin in a second, on
	// average; as many may begin at once. One more waits for its turn. 0 is
	// unlimited.
	RequestsPerSecond float64
}

func (l Limits) withDefaults() Limits {
	for n, standard := range map[*uint64]uint64{
		&l.Requests: DefaultRequests, &l.ConcurrentRequests: DefaultConcurrentRequests,
		&l.Connections: DefaultConnections, &l.Sockets: DefaultSockets, &l.Lookups: DefaultLookups,
		&l.SentBytes: DefaultSentBytes, &l.ReceivedBytes: DefaultReceivedBytes,
	} {
		if *n == 0 {
			*n = standard
		}
	}
	switch {
	case l.RequestTime == 0:
		l.RequestTime = DefaultRequestTime
	case l.RequestTime < 0:
		l.RequestTime = math.MaxInt64
	}
	return l
}

// What a LimitError can name.
const (
	LimitRequests           = "network requests"
	LimitConcurrentRequests = "network requests at once"
	LimitConnections        = "network connections"
	LimitLookups            = "network name look-ups"
	LimitSentBytes          = "network bytes sent"
	LimitReceivedBytes      = "network bytes received"
	LimitRequestTime        = "network request time"
)

// A LimitError ends the instance that passed a limit.
type LimitError struct {
	// What is one of the Limit constants.
	What string
	// Limit is the most allowed and Attempt what the guest came to: a number,
	// bytes, or nanoseconds.
	Limit, Attempt uint64
}

// Error says which limit was passed and by how much.
func (e *LimitError) Error() string {
	return fmt.Sprintf("egress: %s: %d is above the limit of %d", e.What, e.Attempt, e.Limit)
}
