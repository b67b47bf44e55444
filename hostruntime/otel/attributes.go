package otel

import (
	"math"
	"strings"

	"go.opentelemetry.io/otel/attribute"

	"github.com/capsule-kit/capsule/hostruntime"
)

// What is kept of texts that a guest may have chosen, in bytes.
const (
	maxName = 200
	maxText = 1000
)

// clip makes such a text safe to show, and short.
func clip(text string, n int) string {
	if len(text) > n {
		text = strings.ToValidUTF8(text[:n], "") + "…"
	}
	return hostruntime.EscapeText(text)
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// whole returns a count as OpenTelemetry has them.
func whole(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

func count(key string, n uint64) attribute.KeyValue { return attribute.Int64(key, whole(n)) }

// figures are what a report says in numbers. A limit that there isn't is left
// out, and so is a network that wasn't used.
func figures(r *hostruntime.Report) []attribute.KeyValue {
	list := []attribute.KeyValue{
		count("capsule.fuel.used", r.Fuel), attribute.Int("capsule.fuel.model", r.FuelModel),
		count("capsule.memory.peak", r.MemoryBytes), count("capsule.host_calls", r.HostCalls),
	}
	if r.FuelLimit != hostruntime.Unlimited {
		list = append(list, count("capsule.fuel.limit", r.FuelLimit))
	}
	if r.MemoryLimit != hostruntime.Unlimited {
		list = append(list, count("capsule.memory.limit", r.MemoryLimit))
	}
	if r.Limit != "" {
		list = append(list, attribute.String("capsule.limit", r.Limit))
	}
	if r.Outcome == hostruntime.OutcomeExit {
		list = append(list, attribute.Int("capsule.exit_code", r.ExitCode))
	}
	if n := &r.Network; n.Requests+n.Connections+n.Lookups+n.Denied > 0 {
		list = append(list,
			count("capsule.network.requests", n.Requests), count("capsule.network.denied", n.Denied),
			count("capsule.network.sent", n.SentBytes), count("capsule.network.received", n.ReceivedBytes))
	}
	return list
}
