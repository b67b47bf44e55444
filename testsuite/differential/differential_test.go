//go:build guests || conformance

package differential

import (
	"context"
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
	"github.com/capsule-kit/capsule/wit/abi"
)

var seed = flag.Uint64("seed", 1, "what types and values are drawn from")

func TestValuesAreWasmtimes(t *testing.T) {
	ctx := t.Context()
	python, cache := peer(ctx, t)
	rt, err := hostruntime.New(ctx, hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.WithoutCancel(ctx)) })

	types, pairs := map[string]bool{}, 0
	for number := range uint64(2 * worlds) {
		engines, scale, borders := []string{guest.Python, guest.QuickJS}, 1, number%worlds == 0
		if number >= worlds {
			// Its compiler takes a gigabyte and more for 50 types, the more the
			// deeper they are.
			engines, scale = []string{guest.StarlingMonkey}, 4
			if borders {
				scale = 2
			}
		}
		w := drawWorld(*seed, number, borders, typesPerWorld/scale, pairsPerWorld/scale)
		pairs += len(w.pairs)
		for _, typ := range w.types {
			types[typ.String()] = true
		}
		for _, spec := range w.write(t, t.TempDir(), engines) {
			t.Run(fmt.Sprintf("world%d/%s", number, spec.Engine), func(t *testing.T) {
				file := guest.Build(t, spec)
				ours := here(ctx, t, rt, file, w)
				theirs, err := onWasmtime(ctx, python, cache, file, w.pairs)
				if err != nil {
					t.Fatal(err)
				}
				compare(t, spec.Engine, w, ours, theirs)
			})
		}
	}
	t.Logf("seed %d: %d types, %d pairs of type and value", *seed, len(types), pairs)
	if len(types) < leastTypes || pairs < leastPairs {
		t.Errorf("want at least %d types and %d pairs", leastTypes, leastPairs)
	}
}

// compare holds each of our outcomes to wasmtime's, and both to the value that
// went in, except where the engine can't carry it.
func compare(t *testing.T, engine string, w *world, ours, theirs []outcome) {
	t.Helper()
	differ, changed, trapped := 0, 0, 0
	for i, p := range w.pairs {
		a, b := ours[i], theirs[i]
		same := reflect.DeepEqual(a.Seen, b.Seen) && slices.Equal(a.Noted, b.Noted) && reflect.DeepEqual(a.Result, b.Result) &&
			(a.Trap == "") == (b.Trap == "")
		form := wire(p.value)
		back := len(a.Noted) > 0 && reflect.DeepEqual(a.Seen, [][]any{wires(p.args())}) && reflect.DeepEqual(a.Result, form)
		reason := lossy(engine, w.types[p.typ], p.value)
		if same && !back {
			changed++
		}
		if same && a.Trap != "" {
			trapped++
		}
		if same && (back || reason != "") {
			continue
		}
		if differ++; differ <= 10 {
			t.Errorf("%s, %s:\n   in %s\n ours %s\n wasmtime %s\n result: in | ours %q\n result: ours | wasmtime %q",
				p.function(), cut(w.types[p.typ].String()), cut(value.Format(p.value)), a, b,
				paths("", form, a.Result), paths("", a.Result, b.Result))
		}
	}
	t.Logf("seed %d: %d pairs, %d fail; the same in wasmtime: %d changed by the engine, of them %d traps",
		*seed, len(w.pairs), differ, changed, trapped)
}

func (o outcome) String() string {
	return cut(fmt.Sprintf("seen %v, noted %q, result %v, trap %q", o.Seen, o.Noted, o.Result, o.Trap))
}

func cut(s string) string {
	if len(s) > 1500 {
		return strings.ToValidUTF8(s[:1500], "") + "…"
	}
	return s
}

// here makes the calls in our runtime, with the dynamic API.
func here(ctx context.Context, t *testing.T, rt *hostruntime.Runtime, file string, w *world) []outcome {
	t.Helper()
	component, err := rt.LoadFile(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer component.Close(ctx)
	checkTypes(t, component, w)
	var in *hostruntime.Instance
	var met outcome
	start := func() {
		if in, err = component.Instantiate(ctx, hostruntime.Policy{Limits: hostruntime.Limits{WallTime: -1}}, echo(component, &met)); err != nil {
			t.Fatal(err)
		}
	}
	start()
	defer func() { in.Close(ctx) }()
	outcomes := make([]outcome, len(w.pairs))
	for i, p := range w.pairs {
		// Empty, not nil, as JSON has it.
		met = outcome{Seen: [][]any{}}
		result, err := in.Call(ctx, iface+"#"+p.function(), p.args()...)
		outcomes[i] = outcome{Seen: met.Seen, Noted: met.Noted, Result: wire(result)}
		if err != nil {
			outcomes[i].Trap = err.Error()
			in.Close(ctx)
			start()
		}
	}
	return outcomes
}

// checkTypes fails unless the component's functions have the types that were
// drawn, as its binary form says.
func checkTypes(t *testing.T, component *hostruntime.Component, w *world) {
	t.Helper()
	want := map[string]string{}
	for i, typ := range w.types {
		f := abi.Func{Params: w.params(i), Result: typ}
		want[pair{typ: i}.function()] = f.String()
	}
	for direction, funcs := range map[string][]hostruntime.FuncInfo{"import": component.Imports(), "export": component.Exports()} {
		found := 0
		for _, f := range funcs {
			if f.Interface != iface {
				continue
			}
			found++
			if got := f.Type.String(); got != want[f.Name] {
				t.Errorf("%s %s is a %s, want %s", direction, f, cut(got), cut(want[f.Name]))
			}
		}
		if found != len(want) {
			t.Errorf("%d functions in the %ss, want %d", found, direction, len(want))
		}
	}
}

// echo serves the component's imports: each returns what it is given, and adds
// it to what met has seen.
func echo(component *hostruntime.Component, met *outcome) hostruntime.Imports {
	imports := hostruntime.Imports{hostruntime.HostFunc(notes, "note",
		func(_ context.Context, args []value.Value) (value.Value, error) {
			met.Noted = append(met.Noted, string(args[0].(value.String)))
			return nil, nil
		})}
	for _, f := range component.Imports() {
		if f.Interface == iface {
			imports = append(imports, hostruntime.HostFunc(iface, f.Name,
				func(_ context.Context, args []value.Value) (value.Value, error) {
					met.Seen = append(met.Seen, wires(args))
					if len(args) > 1 {
						return value.Tuple(slices.Clone(args)), nil
					}
					return args[0], nil
				}))
		}
	}
	return imports
}
