//go:build guests

package newer

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/testsuite/internal/guest"
	"github.com/capsule-kit/capsule/testsuite/newer/dictionariesprovided"
	"github.com/capsule-kit/capsule/testsuite/newer/dictionariesused"
	"github.com/capsule-kit/capsule/testsuite/newer/doorsprovided"
	"github.com/capsule-kit/capsule/testsuite/newer/doorsused"
)

// load builds and loads a guest, or returns what the compiler said.
func load(t *testing.T, engine, world string) (comp *hostruntime.Component, refused string) {
	t.Helper()
	file := "sandbox/" + strings.ReplaceAll(world, "-", "_") + ".js"
	if engine == guest.Python {
		file = strings.TrimSuffix(file, ".js") + ".py"
	}
	folder, _, _ := strings.Cut(world, "-")
	guest.Toolchain(t, engine) // which skips the test where there is none
	path, message, err := guest.TryBuild(t, guest.Spec{WIT: "wit/" + folder, World: world, Engine: engine, File: file})
	if err != nil {
		return nil, message
	}
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	comp, err = rt.LoadFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return comp, ""
}

func TestDoorsProvided(t *testing.T) {
	for _, engine := range guest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			comp, refused := load(t, engine, "doors-provided")
			if comp == nil {
				t.Fatal(refused)
			}
			task, err := doorsprovided.Instantiate(ctx, comp, hostruntime.Policy{})
			if err != nil {
				t.Fatal(err)
			}
			defer task.Close(ctx)
			door, err := task.Doors.NewDoor(ctx, "right")
			if engine == guest.QuickJS {
				if _, trapped := errors.AsType[*hostruntime.Trap](err); !trapped {
					t.Errorf("a constructor that may fail doesn't trap any more: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if key, err := door.Key(ctx); key != "right" || err != nil {
				t.Errorf("the door has the key %q, %v", key, err)
			}
			_, err = task.Doors.NewDoor(ctx, "wrong")
			if failed, ok := errors.AsType[*doorsprovided.NewDoorError](err); !ok || failed.Value != "wrong doesn't fit" {
				t.Errorf("a wrong key gave %v", err)
			}
			_, err = task.Doors.NewHatch(ctx, 0)
			if _, ok := errors.AsType[*doorsprovided.NewHatchError](err); !ok {
				t.Errorf("hatch 0 gave %v", err)
			}
			hatch, err := task.Doors.NewHatch(ctx, 7)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := hatch.Number(ctx); n != 7 || err != nil {
				t.Errorf("the hatch has the number %d, %v", n, err)
			}
		})
	}
}

// doors are the host's.
type doors struct{ doorsused.UnimplementedDoors }

type door struct{ key string }

func (d door) Key(context.Context) (string, error) { return d.key, nil }
func (door) Close(context.Context) error           { return nil }

type hatch struct{ number uint32 }

func (h hatch) Number(context.Context) (uint32, error) { return h.number, nil }
func (hatch) Close(context.Context) error              { return nil }

func (doors) NewDoor(_ context.Context, key string) (doorsused.Door, error) {
	if key != "right" {
		return nil, &doorsused.NewDoorError{Value: key + " doesn't fit"}
	}
	return door{key}, nil
}

func (doors) NewHatch(_ context.Context, number uint32) (doorsused.Hatch, error) {
	if number == 0 {
		return nil, &doorsused.NewHatchError{}
	}
	return hatch{number}, nil
}

func TestDoorsUsed(t *testing.T) {
	for _, engine := range guest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			comp, refused := load(t, engine, "doors-used")
			if comp == nil {
				t.Fatal(refused)
			}
			task, err := doorsused.Instantiate(ctx, comp, hostruntime.Policy{}, doorsused.Imports{Doors: doors{}})
			if err != nil {
				t.Fatal(err)
			}
			defer task.Close(ctx)
			got, err := task.Enter(ctx, "right", 7)
			if engine == guest.Python {
				trap, trapped := errors.AsType[*hostruntime.Trap](err)
				if !trapped || !strings.Contains(trap.Stderr, "'Ok' object has no attribute 'finalizer'") {
					t.Errorf("componentize-py's constructors have another failing now, or none: %q, %v", got, err)
				}
				return
			}
			if want := "right, 7"; got != want || err != nil {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
			got, err = task.Enter(ctx, "wrong", 0)
			if want := "no: wrong doesn't fit, no: undefined"; got != want || err != nil {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		})
	}
}

func TestDictionariesProvided(t *testing.T) {
	ctx := t.Context()
	comp, refused := load(t, guest.QuickJS, "dictionaries-provided")
	if comp == nil {
		t.Fatal(refused)
	}
	task, err := dictionariesprovided.Instantiate(ctx, comp, hostruntime.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	defer task.Close(ctx)
	for _, want := range []map[string]uint32{{}, {"a": 1, "": 2, "é": 1 << 30}} {
		if got, err := task.Dictionaries.Counts(ctx, want); !maps.Equal(got, want) || err != nil {
			t.Errorf("got %v, %v; want %v", got, err, want)
		}
	}
	names, err := task.Dictionaries.Names(ctx, map[uint32][]string{7: {"x", "y"}, 0: {}})
	if err != nil || len(names) != 2 || strings.Join(names[7], "") != "xy" || len(names[0]) != 0 {
		t.Errorf("got %v, %v", names, err)
	}
	nested, err := task.Dictionaries.Nested(ctx, map[string]map[rune]bool{"in": {'é': true, 'b': false}})
	if want := (map[rune]bool{'é': true, 'b': false}); err != nil || len(nested) != 1 || !maps.Equal(nested["in"], want) {
		t.Errorf("got %v, %v", nested, err)
	}
}

// dictionaries give back what they are given.
type dictionaries struct{}

func (dictionaries) Counts(_ context.Context, m map[string]uint32) (map[string]uint32, error) {
	return m, nil
}

func (dictionaries) Names(_ context.Context, m map[uint32][]string) (map[uint32][]string, error) {
	return m, nil
}

func (dictionaries) Nested(_ context.Context, m map[string]map[rune]bool) (map[string]map[rune]bool, error) {
	return m, nil
}

func TestDictionariesUsed(t *testing.T) {
	ctx := t.Context()
	comp, refused := load(t, guest.QuickJS, "dictionaries-used")
	if comp == nil {
		t.Fatal(refused)
	}
	task, err := dictionariesused.Instantiate(ctx, comp, hostruntime.Policy{}, dictionariesused.Imports{Dictionaries: dictionaries{}})
	if err != nil {
		t.Fatal(err)
	}
	defer task.Close(ctx)
	got, err := task.LookUp(ctx)
	if want := `{:2 a:1} {} {0: 7:x,y} {in:{b:false é:true}}`; got != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

// What the other compilers say of maps, which is why generate refuses them.
func TestDictionariesRefused(t *testing.T) {
	for engine, want := range map[string]string{
		guest.Python:         "not yet implemented: map",
		guest.StarlingMonkey: "entered unreachable code",
	} {
		if comp, refused := load(t, engine, "dictionaries-provided"); comp != nil || !strings.Contains(refused, want) {
			t.Errorf("%s: %s", engine, refused)
		}
	}
}
