package policyfile

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/internal/tomlkeys"
)

// readLimits reads the table limits.
func readLimits(p *hostruntime.Policy, t *table) *mistake {
	l, n := &p.Limits, &p.Network.Limits
	err := t.amounts([]amount{
		{"fuel", ParseFuel, &l.Fuel},
		{"memory", parseSize, &l.MemoryBytes},
		{"lifted", parseSize, &l.LiftedBytes},
		{"output", parseSize, &l.OutputBytes},
		{"written", parseSize, &l.WrittenBytes},
		{"handles", parseCount, &l.Handles},
		{"log-lines", parseCount, &l.LogLines},
		{"tasks", parseCount, &l.Tasks},
		{"task-depth", parseCount, &l.TaskDepth},
		{"requests", parseCount, &n.Requests},
		{"concurrent-requests", parseCount, &n.ConcurrentRequests},
		{"connections", parseCount, &n.Connections},
		{"sockets", parseCount, &n.Sockets},
		{"lookups", parseCount, &n.Lookups},
		{"sent", parseSize, &n.SentBytes},
		{"received", parseSize, &n.ReceivedBytes},
	})
	if err != nil {
		return err
	}
	for _, one := range []struct {
		key  string
		into *time.Duration
	}{{"wall-time", &l.WallTime}, {"request-time", &n.RequestTime}} {
		text, ok, err := t.scalar(one.key)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if text == "unlimited" {
			*one.into = -1
			continue
		}
		var e error
		if *one.into, e = ParseDuration(text); e != nil {
			return mistaken("%v", e).under(one.key)
		}
	}
	if text, ok, err := t.scalar("requests-per-second"); err != nil {
		return err
	} else if ok {
		rate, e := strconv.ParseFloat(text, 64)
		if e != nil || !(rate > 0) || math.IsInf(rate, 0) {
			return mistaken("%s isn't a rate (want a number above 0)", tomlkeys.Quote(text)).under("requests-per-second")
		}
		n.RequestsPerSecond = rate
	}
	return t.rest()
}

// An amount is a key with a number that can be "unlimited".
type amount struct {
	key   string
	parse func(string) (uint64, error)
	into  *uint64
}

// amounts reads those of a list that are there.
func (t *table) amounts(list []amount) *mistake {
	for _, one := range list {
		text, ok, err := t.scalar(one.key)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if text == "unlimited" {
			*one.into = hostruntime.Unlimited
			continue
		}
		var e error
		if *one.into, e = one.parse(text); e != nil {
			return mistaken("%v", e).under(one.key)
		}
	}
	return nil
}

// scalar returns the text of a number or string, and whether there is one.
func (t *table) scalar(key string) (string, bool, *mistake) {
	t.known[key] = true
	switch value := t.values[key].(type) {
	case nil:
		return "", false, nil
	case string:
		return value, true, nil
	case int64, float64:
		return fmt.Sprint(value), true, nil
	default:
		return "", false, mistaken("want a string or a number, not %s", tomlkeys.Quote(value)).under(key)
	}
}

func parseSize(text string) (uint64, error) {
	n, err := ParseBytes(text)
	return uint64(n), err
}

func parseCount(text string) (uint64, error) {
	n, err := strconv.ParseUint(strings.ReplaceAll(text, "_", ""), 10, 64)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%s isn't a number to count to (want a whole number above 0)", tomlkeys.Quote(text))
	}
	return n, nil
}
