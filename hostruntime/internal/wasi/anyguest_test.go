package wasi

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/canon/valuegen"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Whatever functions a guest calls in whatever order, with any arguments of
// their types: nothing panics, results have their types, the granted folder
// is not left, a call waits no longer than its context, and Close ends all.
func TestAnyGuest(t *testing.T) {
	base := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		// The wrapping hides t.Deadline, which must not be asked for in here.
		rapid.Check(struct{ testing.TB }{t}, func(r *rapid.T) {
			host, err := os.MkdirTemp(base, "")
			if err != nil {
				r.Fatal(err)
			}
			defer os.RemoveAll(host)
			anyGuest(r, host)
		})
	})
}

func anyGuest(r *rapid.T, host string) {
	granted := filepath.Join(host, "granted")
	secret := filepath.Join(host, "secret")
	for _, err := range []error{
		os.MkdirAll(filepath.Join(granted, "d"), 0o777),
		os.WriteFile(secret, []byte("secret"), 0o666),
		os.WriteFile(filepath.Join(granted, "f"), []byte("data"), 0o666),
		os.Symlink("../secret", filepath.Join(granted, "up")),
		os.Symlink("..", filepath.Join(granted, "d", "parent")),
	} {
		if err != nil {
			r.Skip(err)
		}
	}
	root, err := os.OpenRoot(granted)
	if err != nil {
		r.Fatal(err)
	}
	defer root.Close()
	m := &anyMachine{T: r, handles: map[string][]value.Handle{}, host: New(Config{
		Stdin:  strings.NewReader("some input"),
		Stdout: rapid.SampledFrom([]io.Writer{io.Discard, failingWriter{}}).Draw(r, "stdout"),
		Dirs:   []Dir{{Guest: "/", Root: root, ReadOnly: rapid.Bool().Draw(r, "read-only")}},
	})}
	for _, f := range []string{
		"wasi:cli/stdin#get-stdin", "wasi:cli/stdout#get-stdout", "wasi:filesystem/preopens#get-directories",
		"wasi:http/types#[constructor]fields", "wasi:http/types#[constructor]outgoing-request",
		"wasi:http/types#[constructor]fields",
	} {
		m.call(targets[slices.IndexFunc(targets, func(t target) bool { return t.name == f })])
	}
	for range rapid.IntRange(1, 100).Draw(r, "calls") {
		m.step()
	}
	if err := m.host.Close(); err != nil {
		r.Errorf("Close: %v", err)
	}
	for _, list := range m.handles {
		for _, h := range list {
			if err := m.resource(h).Drop(m.host, h.Rep); err != nil {
				r.Errorf("drop after Close: %v", err)
			}
		}
	}
	if data, err := os.ReadFile(secret); string(data) != "secret" {
		r.Errorf("outside the granted folder: %q, %v", data, err)
	}
	if list, err := os.ReadDir(host); len(list) != 2 {
		r.Errorf("outside the granted folder: %v, %v", list, err)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// An anyMachine is a guest that does anything.
type anyMachine struct {
	*rapid.T
	host    *Host
	handles map[string][]value.Handle // by resource
}

// A target is one function that a guest can call.
type target struct {
	name string
	*Func
}

// targets are the functions with state behind them, those on handles first:
// rapid prefers the first.
var targets = func() (list []target) {
	for _, iface := range slices.Sorted(maps.Keys(functions)) {
		i := interfaces[iface]
		for _, name := range slices.Sorted(maps.Keys(i.Funcs)) {
			f := i.Funcs[name]
			if len(f.Type.Params) > 0 || f.Type.Result.HasHandles() {
				list = append(list, target{iface + "#" + name, f})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b target) int { return handleParams(b.Type) - handleParams(a.Type) })
	return list
}()

func handleParams(f *abi.Func) (n int) {
	for _, p := range f.Params {
		if p.Type.HasHandles() {
			n++
		}
	}
	return n
}

func (m *anyMachine) resource(h value.Handle) *Resource {
	for _, i := range interfaces {
		if r := i.Resources[h.Resource]; r != nil {
			return r
		}
	}
	m.Fatalf("no resource %s", h.Resource)
	return nil
}

// step makes one call or drops one handle.
func (m *anyMachine) step() {
	if rapid.IntRange(0, 9).Draw(m.T, "drop") == 9 {
		m.drop()
		return
	}
	var possible []target
	for _, f := range targets {
		if m.possible(f.Type) {
			possible = append(possible, f)
		}
	}
	m.call(rapid.SampledFrom(possible).Draw(m.T, "function"))
}

// call calls f. A trap would end a real guest; this one goes on, since the
// host must stay sound.
func (m *anyMachine) call(f target) {
	args := make([]value.Value, len(f.Type.Params))
	for i, p := range f.Type.Params {
		args[i] = m.argument(p.Type)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	began := time.Now()
	result, err := f.Call(ctx, m.host, args)
	if waited := time.Since(began); waited > time.Hour {
		m.Errorf("%s waited for %v", f.name, waited)
	}
	switch {
	case errors.Is(err, ErrClosed):
		m.Errorf("%s: %v", f.name, err)
	case err != nil:
	case f.Type.Result != nil:
		if err := canon.Check(result, f.Type.Result); err != nil {
			m.Errorf("%s: %v", f.name, err)
		}
		m.keep(result)
	case result != nil:
		m.Errorf("%s: result %v, want none", f.name, result)
	}
}

// possible reports whether the guest has the handles that a call needs.
func (m *anyMachine) possible(f *abi.Func) bool {
	need := map[string]int{}
	for _, p := range f.Params {
		if k := p.Type.Kind; k == abi.Own || k == abi.Borrow {
			need[p.Type.Resource.Name]++
		}
	}
	for name, n := range need {
		if len(m.handles[name]) < min(n, 1) {
			return false
		}
	}
	return true
}

func (m *anyMachine) argument(t *abi.Type) value.Value {
	switch t.Kind {
	case abi.Borrow:
		h := rapid.SampledFrom(m.handles[t.Resource.Name]).Draw(m.T, "borrow")
		h.Borrowed = true
		return h
	case abi.Own:
		return m.take(t.Resource.Name)
	case abi.Option:
		if t.HasHandles() {
			if len(m.handles[t.Elem.Resource.Name]) == 0 || rapid.Bool().Draw(m.T, "none") {
				return value.Option{}
			}
			return value.Option{Some: m.argument(t.Elem)}
		}
	case abi.List:
		if t.HasHandles() {
			var list value.List
			if len(m.handles[t.Elem.Resource.Name]) > 0 {
				for range rapid.IntRange(0, 4).Draw(m.T, "length") {
					list = append(list, m.argument(t.Elem))
				}
			}
			return list
		}
	case abi.String:
		if s := rapid.SampledFrom([]string{"", "f", "d", "d/n", "up", "d/parent", "d/parent/secret", "..", ".", "new", "/etc", "n"}).Draw(m.T, "string"); s != "" {
			return value.String(s)
		}
	case abi.U64:
		if n := rapid.Uint64Range(0, 100).Draw(m.T, "number"); n > 0 {
			return value.U64(n)
		}
	}
	return valuegen.Values(t).Draw(m.T, "value")
}

// take removes an own handle from the guest's.
func (m *anyMachine) take(name string) value.Handle {
	list := m.handles[name]
	n := rapid.IntRange(0, len(list)-1).Draw(m.T, "own")
	h := list[n]
	m.handles[name] = slices.Delete(list, n, n+1)
	return h
}

// keep makes the own handles in a result the guest's.
func (m *anyMachine) keep(v value.Value) {
	switch v := v.(type) {
	case value.Handle:
		m.handles[v.Resource] = append(m.handles[v.Resource], v)
	case value.Option:
		m.keep(v.Some)
	case value.Result:
		m.keep(v.Payload)
	case value.Variant:
		m.keep(v.Payload)
	case value.Tuple:
		for _, e := range v {
			m.keep(e)
		}
	case value.List:
		for _, e := range v {
			m.keep(e)
		}
	}
}

func (m *anyMachine) drop() {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(m.handles)) {
		if len(m.handles[name]) > 0 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return
	}
	h := m.take(rapid.SampledFrom(names).Draw(m.T, "resource"))
	if m.resource(h).Drop(m.host, h.Rep) != nil {
		m.keep(h)
	}
}
