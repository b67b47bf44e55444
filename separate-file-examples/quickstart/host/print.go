package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/capsule-kit/capsule/separate-file-examples/quickstart/host/review"
)

// print writes the guests' answers side by side.
func print(w io.Writer, columns []column) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	row := func(title string, cell func(c *column) string) {
		fmt.Fprint(t, title)
		for i := range columns {
			fmt.Fprint(t, "\t", cell(&columns[i]))
		}
		fmt.Fprintln(t)
	}
	row("guest", func(c *column) string { return c.name })
	row("earthquakes", func(c *column) string { return fmt.Sprint(c.week.Count) })
	row("strongest", func(c *column) string { return strongest(c.week.Strongest) })
	row("mean magnitude", func(c *column) string { return fmt.Sprintf("%.4f", c.week.MeanMagnitude) })
	row("energy", func(c *column) string { return fmt.Sprintf("%.3g J", c.week.EnergyJoules) })
	row("regions", func(c *column) string { return regions(c.week) })
	row("4 February", func(c *column) string {
		return fmt.Sprintf("%d, strongest %s", c.day.Count, strongest(c.day.Strongest))
	})
	row("reversed span", func(c *column) string { return c.problem })
	row("last progress", func(c *column) string { return fmt.Sprint(c.progress[len(c.progress)-1]) })
	row("first call used", func(c *column) string {
		return fmt.Sprintf("%v, %.1f MiB, %d host calls",
			c.used.WallTime.Round(100*time.Microsecond), float64(c.used.MemoryBytes)/(1<<20), c.used.HostCalls)
	})
	return t.Flush()
}

func strongest(q *review.Quake) string {
	if q == nil {
		return "none"
	}
	text := fmt.Sprintf("%.1f, %s", q.Magnitude, q.Place)
	if q.Alert != nil {
		text += " (" + *q.Alert + ")"
	}
	return text
}

func regions(s review.Summary) string {
	var parts []string
	for _, r := range s.Regions {
		parts = append(parts, fmt.Sprintf("%s %d", r.F0, r.F1))
	}
	return strings.Join(parts, ", ")
}
