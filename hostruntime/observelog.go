package hostruntime

import (
	"context"
	"log/slog"
	"time"
)

// LogCalls returns an Observer that writes a record for each component that is
// loaded and each call that ends, instantiation included: at level Info where
// it ended as it should, the function's own error among that, else Warn.
//
// The attributes of a call are name, where the policy gives one, export, outcome,
// seconds, fuel, fuelModel and memoryBytes, and for an error its text, escaped
// and at most 1 KiB of it. What the guest prints goes to Policy.Log.
func LogCalls(logger *slog.Logger) Observer {
	return Observer{
		Load: func(ctx context.Context, byteLen int) (context.Context, func(error)) {
			began := time.Now()
			return ctx, func(err error) {
				attrs := []slog.Attr{
					slog.Int("bytes", byteLen), slog.String("outcome", Outcome(err)),
					slog.Float64("seconds", time.Since(began).Seconds()),
				}
				level := slog.LevelInfo
				if err != nil {
					level, attrs = slog.LevelWarn, append(attrs, slog.String("error", briefly(err.Error())))
				}
				logger.LogAttrs(ctx, level, "component loaded", attrs...)
			}
		},
		Call: func(ctx context.Context, call CallInfo) (context.Context, func(*Report)) {
			return ctx, func(r *Report) {
				level := slog.LevelInfo
				if r.Failed() {
					level = slog.LevelWarn
				}
				if !logger.Enabled(ctx, level) {
					return
				}
				attrs := []slog.Attr{
					nameAttr(call.Name), slog.String("export", briefly(r.Export)), slog.String("outcome", r.Outcome),
					slog.Float64("seconds", r.WallTime.Seconds()),
					slog.Uint64("fuel", r.Fuel), slog.Int("fuelModel", r.FuelModel), slog.Uint64("memoryBytes", r.MemoryBytes),
				}
				if r.Error != "" {
					attrs = append(attrs, slog.String("error", briefly(r.Error)))
				}
				logger.LogAttrs(ctx, level, "guest called", attrs...)
			}
		},
	}
}

// nameAttr is the attribute for Policy.Name, nothing where that is empty.
func nameAttr(name string) slog.Attr {
	if name == "" {
		return slog.Attr{}
	}
	return slog.String("name", name)
}

// briefly makes text that a guest may have chosen fit for a log.
func briefly(text string) string {
	const most = 1 << 10
	return EscapeText(cutText(text, most))
}

// cutText returns text, or as much of its beginning as n bytes hold, whole
// characters.
func cutText(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return text[:wholeRunes([]byte(text[:n]))] + "…"
}
