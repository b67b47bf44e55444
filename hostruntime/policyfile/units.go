package policyfile

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/internal/tomlkeys"
)

// ParseBytes reads a size: a whole number with KiB, MiB, GiB or B, such as
// 64MiB.
func ParseBytes(text string) (int64, error) {
	for _, unit := range []struct {
		suffix string
		bytes  int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}} {
		digits, ok := strings.CutSuffix(text, unit.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n <= 0 {
			break
		}
		if n > math.MaxInt64/unit.bytes {
			return 0, fmt.Errorf("%s is too large", tomlkeys.Quote(text))
		}
		return n * unit.bytes, nil
	}
	return 0, fmt.Errorf("%s isn't a size (want a whole number above 0 with KiB, MiB or GiB, such as 64MiB)", tomlkeys.Quote(text))
}

// ParseDuration reads a positive time such as 2s or 150ms.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err == nil && d <= 0 {
		err = errors.New("not above 0")
	}
	if err != nil {
		return 0, fmt.Errorf("%s isn't a time (want a number above 0 with ms, s or m, such as 2s)", tomlkeys.Quote(text))
	}
	return d, nil
}

// ParseFuel reads an amount of fuel: a whole number, which underscores may
// divide, or low, medium or high.
func ParseFuel(text string) (uint64, error) {
	switch text {
	case "low":
		return hostruntime.FuelLow, nil
	case "medium":
		return hostruntime.FuelMedium, nil
	case "high":
		return hostruntime.FuelHigh, nil
	}
	n, err := strconv.ParseUint(strings.ReplaceAll(text, "_", ""), 10, 64)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%s isn't an amount of fuel (want a whole number above 0, low, medium or high)", tomlkeys.Quote(text))
	}
	return n, nil
}
