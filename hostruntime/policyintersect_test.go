package hostruntime

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func anyLimits() *rapid.Generator[Limits] {
	return rapid.Custom(func(t *rapid.T) Limits {
		n := func(name string) uint64 {
			return rapid.SampledFrom([]uint64{0, 1, 2, 1000, 1 << 20, 1 << 30, Unlimited - 1, Unlimited}).Draw(t, name)
		}
		return Limits{
			Fuel: n("fuel"), MemoryBytes: n("memory"), LiftedBytes: n("lifted"), OutputBytes: n("output"),
			WrittenBytes: n("written"), Handles: n("handles"), Tasks: n("tasks"), TaskDepth: n("depth"), LogLines: n("lines"),
			WallTime: rapid.SampledFrom([]time.Duration{math.MinInt64, -1, 0, 1, time.Second, math.MaxInt64}).Draw(t, "time"),
		}
	})
}

func anyPolicy() *rapid.Generator[Policy] {
	folders := []string{"/a", "/a/b", "/a/b/c", "/ab", "/", "/a/../x", "."}
	hosts := []string{"*", "example.org", "*.example.org", "api.example.org", "8.8.8.0/24", "8.8.8.8"}
	return rapid.Custom(func(t *rapid.T) Policy {
		p := Policy{Limits: anyLimits().Draw(t, "limits")}
		if rapid.IntRange(0, 4).Draw(t, "deterministic") == 0 {
			p.Deterministic = &Deterministic{Seed: rapid.Uint64().Draw(t, "seed")}
			return p
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "dirs") {
			p.Dirs = append(p.Dirs, Dir{
				Host: rapid.SampledFrom(folders).Draw(t, "host"), Guest: fmt.Sprint("/g", i), Writable: rapid.Bool().Draw(t, "writable"),
				Overlay:    rapid.Bool().Draw(t, "overlay"),
				MaxBytes:   rapid.SampledFrom([]uint64{0, 1, Unlimited}).Draw(t, "bytes"),
				MaxEntries: rapid.SampledFrom([]uint64{0, 1, Unlimited}).Draw(t, "entries"),
			})
		}
		for range rapid.IntRange(0, 3).Draw(t, "grants") {
			p.Network.Allow = append(p.Network.Allow, NetworkGrant{
				Host:    rapid.SampledFrom(hosts).Draw(t, "host"),
				Methods: rapid.SampledFrom([][]string{nil, {"GET"}, {"GET", "PUT"}}).Draw(t, "methods"),
				Private: rapid.Bool().Draw(t, "private"),
			})
		}
		p.Network.Limits.Requests = rapid.SampledFrom([]uint64{0, 1, Unlimited}).Draw(t, "requests")
		p.Tasks = make([]TaskGrant, rapid.IntRange(0, 1).Draw(t, "tasks"))
		return p
	})
}

// widened returns what a policy allows that by forbids, empty if there is
// nothing.
func widened(p, by Policy) string {
	a, b := reflect.ValueOf(p.Limits.withDefaults()), reflect.ValueOf(by.Limits.withDefaults())
	for i := range a.NumField() {
		more := false
		switch {
		case a.Field(i).CanInt():
			more = a.Field(i).Int() > b.Field(i).Int()
		default:
			more = a.Field(i).Uint() > b.Field(i).Uint()
		}
		if more {
			return a.Type().Field(i).Name
		}
	}
	if by.Deterministic != nil && (p.Deterministic == nil || len(p.Dirs)+len(p.Network.Allow) > 0) {
		return "the world outside"
	}
	if len(p.Tasks) > 0 {
		return "tasks"
	}
	for _, d := range p.Dirs {
		path, _ := filepath.Abs(d.Host)
		within := false
		for _, outer := range by.Dirs {
			root, _ := filepath.Abs(outer.Host)
			inside := path == root || strings.HasPrefix(path, strings.TrimSuffix(root, "/")+"/")
			quotas := orDefault(d.MaxBytes, DefaultDirBytes) <= orDefault(outer.MaxBytes, DefaultDirBytes) &&
				orDefault(d.MaxEntries, DefaultDirEntries) <= orDefault(outer.MaxEntries, DefaultDirEntries)
			within = within || inside && quotas && (!d.Writable || outer.Writable) && (d.Overlay || !outer.Overlay)
		}
		if !within {
			return "the folder " + d.Host
		}
	}
	for _, g := range p.Network.Allow {
		alone := Network{Allow: []NetworkGrant{g}}
		both, err := alone.Intersect(Network{Allow: by.Network.Allow})
		if err != nil || len(both.Allow) == 0 {
			return "the host " + g.Host
		}
	}
	return ""
}

// An intersection allows nothing that either policy forbids, the same when it is
// done again, and no more when one of the two allows less.
func TestIntersectionsWidenNothing(t *testing.T) {
	intersect := func(t *rapid.T, p, by Policy) Policy {
		both, err := p.Intersect(by)
		if err != nil {
			t.Fatal(err)
		}
		if err := both.Check(); err != nil {
			t.Fatal(err)
		}
		return both
	}
	rapid.Check(t, func(t *rapid.T) {
		p, by, less := anyPolicy().Draw(t, "p"), anyPolicy().Draw(t, "by"), anyPolicy().Draw(t, "less")
		both := intersect(t, p, by)
		for name, outer := range map[string]Policy{"p": p, "by": by} {
			if what := widened(both, outer); what != "" {
				t.Fatalf("the intersection has %s, and %s hasn't: %+v", what, name, both)
			}
		}
		for _, again := range []Policy{intersect(t, both, by), intersect(t, both, p)} {
			if again.Limits != both.Limits || !reflect.DeepEqual(again.Dirs, both.Dirs) && len(both.Dirs) > 0 && widened(again, both) != "" {
				t.Fatalf("%+v, and once more %+v", both, again)
			}
			if what := widened(again, both); what != "" {
				t.Fatalf("once more has %s", what)
			}
		}
		// Of several folders around one, each with less of something, one counts.
		by.Dirs = by.Dirs[:min(len(by.Dirs), 1)]
		if what := widened(intersect(t, p, intersect(t, by, less)), intersect(t, p, by)); what != "" {
			t.Fatalf("a narrower policy has more of %s", what)
		}
	})
}

// What a task's folder really is counts, and not what its path says: it is
// opened through its caller's.
func TestATasksFoldersAreItsCallers(t *testing.T) {
	outside, host := t.TempDir(), t.TempDir()
	for _, dir := range []string{"sub", "sub/deeper"} {
		if err := os.Mkdir(filepath.Join(host, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(host, "link")); err != nil {
		t.Skip(err)
	}
	rt, err := New(t.Context(), Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close(t.Context())
	data, err := os.ReadFile("testdata/tasks.wasm")
	if err != nil {
		t.Fatal(err)
	}
	c, err := rt.Load(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	parent, err := c.Instantiate(t.Context(), Policy{Dirs: []Dir{
		{Host: host, Guest: "/data", Writable: true, MaxBytes: 100},
		{Host: outside, Guest: "/copied", Writable: true, Overlay: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer parent.Close(t.Context())
	if err := parent.begin(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	defer parent.end(nil)
	parent.serving.Store(serving)
	ctx := AsTask(parent.call.context())
	start := func(dirs ...Dir) (*Instance, error) { return c.Instantiate(ctx, Policy{Dirs: dirs}) }

	task, err := start(
		Dir{Host: filepath.Join(host, "sub"), Guest: "/s", Writable: true, MaxBytes: Unlimited},
		Dir{Host: filepath.Dir(host), Guest: "/up"}, Dir{Host: os.TempDir(), Guest: "/tmp"},
		Dir{Host: outside, Guest: "/o", Writable: true},
	)
	if err != nil {
		t.Fatal(err)
	}
	if len(task.granted) != 2 || task.granted[0].dir.MaxBytes != 100 || !task.granted[0].dir.Writable {
		t.Fatalf("%+v", task.granted)
	}
	if err := task.granted[0].root.WriteFile("f", nil, 0o600); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(host, "sub", "f")); err != nil {
		t.Error(err)
	}
	// The caller works on a copy of the other, and so does its task.
	if err := task.granted[1].root.WriteFile("g", nil, 0o600); err != nil {
		t.Error(err)
	}
	if _, err := parent.granted[1].root.Stat("g"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(outside, "g")); err == nil {
		t.Error("a task changed a folder of which its caller has a copy")
	}
	if in, err := start(Dir{Host: filepath.Join(host, "link"), Guest: "/l"}); err == nil {
		t.Errorf("a link led out of the caller's folder: %+v", in.granted)
	}
	// What it does over the network counts for its caller.
	if !task.network.gate.OpenSocket() || parent.network.gate.OpenSockets() != 1 {
		t.Error("a task's socket isn't its caller's")
	}
	if err := parent.endTasks(); err != nil {
		t.Error(err)
	}
	if !task.closed.Load() {
		t.Error("the task is still open")
	}
}
