package handle_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
)

type instance struct{ name string }

func lowerOwn(t *testing.T, table *handle.Table, rt *handle.ResourceType, rep any) uint32 {
	t.Helper()
	i, err := table.LowerOwn(rt, rep)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func wantMisuse(t *testing.T, err error, text string) {
	t.Helper()
	var misuse *handle.Error
	if !errors.As(err, &misuse) || !strings.Contains(misuse.Reason, text) {
		t.Errorf("got %v, want a handle.Error with %q", err, text)
	}
}

func TestLiftOwnRemovesTheHandle(t *testing.T) {
	table, rt := handle.NewTable(nil, 0), &handle.ResourceType{Name: "r"}
	i := lowerOwn(t, table, rt, "rep")
	rep, err := table.LiftOwn(rt, i)
	if err != nil || rep != "rep" {
		t.Fatalf("got %v, %v", rep, err)
	}
	_, err = table.LiftOwn(rt, i)
	wantMisuse(t, err, "unknown handle index 1")
}

// Identity is the type's pointer: the same resource of two instances differs.
func TestWrongType(t *testing.T) {
	table := handle.NewTable(nil, 0)
	one := &handle.ResourceType{Name: "r", Impl: &instance{"one"}}
	two := &handle.ResourceType{Name: "r", Impl: &instance{"two"}}
	other := &handle.ResourceType{Name: "other"}
	i := lowerOwn(t, table, one, uint32(7))
	s := add(t, table, stream{})
	uses := map[string]func(rt *handle.ResourceType, i uint32) error{
		"rep":      func(rt *handle.ResourceType, i uint32) error { _, err := table.Rep(rt, i); return err },
		"drop":     func(rt *handle.ResourceType, i uint32) error { _, err := table.Drop(rt, i); return err },
		"lift own": func(rt *handle.ResourceType, i uint32) error { _, err := table.LiftOwn(rt, i); return err },
		"lift borrow": func(rt *handle.ResourceType, i uint32) error {
			_, err := table.LiftBorrow(rt, i, new(handle.Subtask))
			return err
		},
	}
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			wantMisuse(t, use(two, i), `handle index 1 used with the wrong type, expected resource "r" but found a different resource`)
			wantMisuse(t, use(other, i), `expected resource "other" but found "r"`)
			wantMisuse(t, use(one, s), `expected resource "r" but found a stream`)
			wantMisuse(t, use(one, 0), "unknown handle index 0")
			wantMisuse(t, use(one, 99), "unknown handle index 99")
		})
	}
	if rep, err := table.Rep(one, i); err != nil || rep != uint32(7) {
		t.Errorf("the handle is gone after misuse: %v, %v", rep, err)
	}
}

func TestLentHandleCannotLeave(t *testing.T) {
	table, rt := handle.NewTable(nil, 0), &handle.ResourceType{Name: "r"}
	i := lowerOwn(t, table, rt, 1)
	var first, second handle.Subtask
	for _, sub := range []*handle.Subtask{&first, &second, &second} {
		if rep, err := table.LiftBorrow(rt, i, sub); err != nil || rep != 1 {
			t.Fatalf("got %v, %v", rep, err)
		}
	}
	refused := func() {
		t.Helper()
		_, err := table.LiftOwn(rt, i)
		wantMisuse(t, err, "cannot remove owned resource while borrowed")
		_, err = table.Drop(rt, i)
		wantMisuse(t, err, "cannot remove owned resource while borrowed")
	}
	refused()
	second.DeliverResolve()
	second.DeliverResolve()
	refused()
	first.DeliverResolve()
	if h, err := table.Drop(rt, i); err != nil || !h.Own || h.Rep != 1 {
		t.Errorf("after the calls ended: %+v, %v", h, err)
	}
}

func TestBorrowEndsWithItsTask(t *testing.T) {
	table, rt := handle.NewTable(&instance{"user"}, 0), &handle.ResourceType{Name: "r", Impl: &instance{"other"}}
	var task handle.Task
	i, err := table.LowerBorrow(rt, uint32(5), &task)
	if err != nil || task.Return() == nil {
		t.Fatalf("index %d, %v", i, err)
	}
	_, err = table.LiftOwn(rt, i)
	wantMisuse(t, err, "a borrow of resource \"r\" passed where an own is wanted")
	wantMisuse(t, task.Return(), "borrow handles still remain")

	// A borrow can be lent on, and is then held like an own handle.
	var sub handle.Subtask
	if _, err := table.LiftBorrow(rt, i, &sub); err != nil {
		t.Fatal(err)
	}
	_, err = table.Drop(rt, i)
	wantMisuse(t, err, "cannot remove borrowed resource while borrowed")
	sub.DeliverResolve()

	if h, err := table.Drop(rt, i); err != nil || h.Own {
		t.Fatalf("%+v, %v", h, err)
	}
	if err := task.Return(); err != nil {
		t.Errorf("after the drop: %v", err)
	}
}

// The instance that defines the resource gets the rep, not a handle.
func TestBorrowIntoTheDefiningInstance(t *testing.T) {
	definer := &instance{"definer"}
	table, rt := handle.NewTable(definer, 0), &handle.ResourceType{Name: "r", Impl: definer}
	var task handle.Task
	got, err := table.LowerBorrow(rt, uint32(0xfffffffe), &task)
	if err != nil || got != 0xfffffffe || table.Len() != 0 || task.Return() != nil {
		t.Errorf("got %#x, %v, %d entries", got, err, table.Len())
	}
	// A host resource in a table without an owner is no such case.
	ownerless, host := handle.NewTable(nil, 0), &handle.ResourceType{Name: "h"}
	if i, err := ownerless.LowerBorrow(host, "value", &task); err != nil || i != 1 || task.Return() == nil {
		t.Errorf("host resource: index %d, %v", i, err)
	}
}

func TestNewAndRep(t *testing.T) {
	definer := &instance{"definer"}
	table, rt := handle.NewTable(definer, 0), &handle.ResourceType{Name: "r", Impl: definer}
	i, err := table.New(rt, 100)
	if err != nil || i != 1 {
		t.Fatal(i, err)
	}
	if rep, err := table.Rep(rt, i); err != nil || rep != uint32(100) {
		t.Errorf("got %v, %v", rep, err)
	}
	if rep, err := table.LiftOwn(rt, i); err != nil || rep != uint32(100) {
		t.Errorf("got %v, %v", rep, err)
	}
}
