package resources

import (
	"context"
	"fmt"
	"slices"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/resources/resources"
)

// A host keeps the logs that it made.
type host struct {
	resources.UnimplementedLogs
	made []*log
}

var _ resources.Logs = (*host)(nil)

// A log is a resource of the host's.
type log struct {
	host   *host
	name   string
	lines  []string
	closed int
}

var _ resources.Log = (*log)(nil)

func (h *host) newLog(name string) *log {
	l := &log{host: h, name: name}
	h.made = append(h.made, l)
	return l
}

func (h *host) NewLog(_ context.Context, name string) (resources.Log, error) {
	return h.newLog(name), nil
}

func (h *host) LogOpen(_ context.Context, name string) (resources.Log, error) {
	for _, l := range h.made {
		if l.name == name {
			return l, nil
		}
	}
	return nil, &hostruntime.ResultError[string]{Value: "no log " + name}
}

func (h *host) Merge(_ context.Context, a, b resources.Log) (resources.Log, error) {
	first, second := a.(*log), b.(*log)
	merged := h.newLog(first.name + "+" + second.name)
	merged.lines = slices.Concat(first.lines, second.lines)
	return merged, nil
}

func (l *log) Write(_ context.Context, line string) error {
	if l.closed > 0 {
		return fmt.Errorf("log %s is closed", l.name)
	}
	l.lines = append(l.lines, line)
	return nil
}

func (l *log) Lines(context.Context) ([]string, error) { return l.lines, nil }

func (l *log) Close(context.Context) error {
	l.closed++
	return nil
}
