package hostruntime

import (
	"errors"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// serve answers a call of an import.
func (r *replayer) serve(l *lowered, stack []uint64) error {
	imp := &r.in.component.plan.Imports[l.plan.Target]
	item := "import " + itemName(imp.Interface, imp.Name)
	b, err := r.want(journal.KindImport, item)
	if err != nil {
		return err
	}
	r.served = b.Served()
	switch {
	case b.Err() != nil:
		return r.wrong(item, b.Err().Error(), "")
	case r.served.Index != l.plan.Target:
		return r.wrong("", r.describe(), item)
	}
	x := l.cx.Handles.(*crossing)
	defer x.lends.DeliverResolve()
	r.journalForm.begin()
	if err := r.lift(l.cx, &handleNumbers{x: x}, l.params, stack[:len(l.flat.Params)], abi.MaxFlatParams); err != nil {
		return r.wrong(item, "arguments that could be lifted", err.Error())
	}
	names := make([]string, len(imp.Type.Params))
	for i, p := range imp.Type.Params {
		names[i] = p.Name
	}
	if err := r.compare(item, r.served.Args, l.params, names); err != nil {
		return err
	}
	if err := r.print(r.served.Outputs); err != nil {
		return err
	}
	if r.served.Failed {
		return r.fail(item)
	}
	if err := r.move(l, stack, x); err != nil {
		return err
	}
	return r.answer(l, stack, item)
}

// move takes the handles among the arguments, as a host function does.
func (r *replayer) move(l *lowered, stack []uint64, x *crossing) error {
	for _, t := range l.params {
		if t.HasHandles() {
			cx := l.cx
			cx.Budget, cx.Mem = &r.budget, cx.Refresh()
			_, err := cx.LiftFlat(l.params, stack[:len(l.flat.Params)], abi.MaxFlatParams)
			r.budget.Release(0)
			return err
		}
	}
	return nil
}

// fail ends the call in an import or drop that did so.
func (r *replayer) fail(item string) error {
	if err := r.advance(); err != nil {
		return err
	}
	if r.end == nil || !r.end.Forced {
		return r.wrong(item, "a failure, and then "+r.describe(), "")
	}
	return r.stop(item)
}

// answer lowers an import's recorded result.
func (r *replayer) answer(l *lowered, stack []uint64, item string) error {
	pay := func() error {
		r.in.call.recordedLifted(r.served.Lifted)
		return r.in.burnLifted()
	}
	if !r.served.Late {
		if err := pay(); err != nil {
			return err
		}
	}
	budget := canon.MakeBudget(maxReplayedBytes)
	b := journal.NewBody(r.served.Result)
	var result value.Value
	if t := l.plan.Type.Result; t != nil {
		result = b.Value(t, &budget)
	}
	if err := b.End(); err != nil {
		return r.wrong(item+": result", err.Error(), "")
	}
	r.refusals = r.served.Refusals
	giving := *l
	giving.cx.Mem = giving.cx.Refresh()
	giving.cx.Handles = &handleGiver{x: l.cx.Handles.(*crossing), r: r, item: item}
	if err := giving.storeResult(result, stack); err != nil {
		if _, ok := errors.AsType[*canon.ArgumentError](err); ok {
			return r.wrong(item+": result", err.Error(), "")
		}
		return err
	}
	if err := r.left(item); err != nil {
		return err
	}
	if r.served.Late {
		if err := pay(); err != nil {
			return err
		}
	}
	return r.over(&r.served, item)
}

// over goes on after an import or a drop, which may have used fuel of the
// call's: by tasks that it started.
func (r *replayer) over(s *journal.Served, item string) error {
	used := r.in.meter.used()
	if s.Fuel < used || !r.in.meter.take(s.Fuel-used) {
		return r.wrong(item, fmt.Sprintf("%d units of fuel used", s.Fuel), fmt.Sprint(used))
	}
	return r.advance()
}

// left checks that memory has been refused as often as it was.
func (r *replayer) left(item string) error {
	if len(r.refusals) > 0 {
		return r.wrong(item, fmt.Sprintf("growth %d of memory, which was refused", r.refusals[0].Attempt), "no such growth")
	}
	return nil
}

// drop answers the drop of a host's resource.
func (r *replayer) drop(resource int, index uint32) error {
	item := "the drop of a " + r.in.component.plan.Resources[resource].Name
	b, err := r.want(journal.KindDrop, item)
	if err != nil {
		return err
	}
	served := b.Served()
	number := journal.NewBody(served.Args).Uint()
	switch {
	case b.Err() != nil:
		return r.wrong(item, b.Err().Error(), "")
	case served.Index != resource:
		return r.wrong("", r.describe(), item)
	case number != uint64(index):
		return r.wrong(item, fmt.Sprint("handle ", number), fmt.Sprint("handle ", index))
	}
	if err := r.print(served.Outputs); err != nil {
		return err
	}
	if served.Failed {
		return r.fail(item)
	}
	return r.over(&served, item)
}

// value returns an imported value.
func (r *replayer) value(index int, v *link.Value) (value.Value, error) {
	item := "import " + itemName(v.Import.Interface, v.Import.Name)
	b, err := r.want(journal.KindValue, item)
	if err != nil {
		return nil, err
	}
	imported := b.Imported()
	if b.Err() != nil || imported.Index != index {
		return nil, r.wrong(item, "another value", "")
	}
	budget := canon.MakeBudget(maxReplayedBytes)
	b = journal.NewBody(imported.Value)
	given := b.Value(v.Type, &budget)
	if err := b.End(); err != nil {
		return nil, r.wrong(item, err.Error(), "")
	}
	return given, r.advance()
}

// refused reports whether the growth of linear memory that the guest asks for
// was refused.
func (r *replayer) refused() bool {
	r.attempts++
	if len(r.refusals) > 0 {
		if r.refusals[0].Attempt != r.attempts {
			return false
		}
		r.in.memory.refused.Store(r.refusals[0].Total)
		r.refusals = r.refusals[1:]
		return true
	}
	if r.nextErr != nil || r.next.Kind != journal.KindRefusal {
		return false
	}
	b := journal.NewBody(r.next.Body)
	refusal := b.Refusal()
	if err := b.End(); err != nil {
		r.nextErr = r.wrong("", err.Error(), "")
	}
	if refusal.Attempt != r.attempts {
		return false
	}
	r.in.memory.refused.Store(refusal.Total)
	_ = r.advance() // the next to look for a record finds the error
	return true
}

// grew hears of growth that the journal didn't refuse.
func (r *replayer) grew(granted bool) {
	if !granted && r.nextErr == nil {
		r.nextErr = r.wrong("growth of memory", "granted", "refused, the replay has no more")
	}
}

// print passes on what the guest printed.
func (r *replayer) print(outputs []journal.Output) error {
	for _, o := range outputs {
		to := &r.in.stdout
		if o.Stderr {
			to = &r.in.stderr
		}
		if _, err := to.Write(o.Text); err != nil {
			return fmt.Errorf("hostruntime: replay: writing the guest's output: %w", err)
		}
	}
	return nil
}
