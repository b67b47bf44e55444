package hostruntime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// errReplayed ends guest code where the journal says that something outside did.
var errReplayed = errors.New("the journal ends the call here")

// inert stands for what the host had behind a handle.
type inert struct{}

// A replayer answers an instance's imports from a journal.
//
// It is always one record ahead, because the next one may say that the call
// ends before anything else happens: then the guest is given fuel up to there.
type replayer struct {
	journalForm
	from   *journal.Reader
	limits Limits // of the policy; zero fields are none

	next    journal.Record
	nextErr error
	// end is the next record where that is the end of the call, and armed says
	// that the guest has fuel up to it.
	end   *journal.End
	armed bool

	// The rest is of the call in progress.
	call    journal.Call
	started bool
	// served is of the import in progress, and refusals what memory is refused
	// meanwhile, or while arguments are lowered.
	served   journal.Served
	refusals []journal.Refusal
	attempts uint64
	returned journal.Return
	report   recordedReport
	// matched says that the call has ended as recorded.
	matched bool
}

// newReplayer reads the header of a journal.
//
// Errors: *ReplayError; the stream's.
func newReplayer(in *Instance, from *journal.Reader, limits Limits) (*replayer, error) {
	r := &replayer{from: from, limits: limits}
	r.in, r.budget = in, canon.MakeBudget(maxReplayedBytes)
	if err := from.Begin(); err != nil {
		return nil, r.damaged(err)
	}
	if err := r.advance(); err != nil {
		return nil, err
	}
	b := journal.NewBody(r.next.Body)
	header := b.Header()
	switch sum := in.component.sum(); {
	case r.next.Kind != journal.KindHeader || b.End() != nil:
		return nil, r.wrong("", "the journal doesn't begin with a header", "")
	case header.FuelModel != FuelModel:
		return nil, r.wrong("fuel model", fmt.Sprint(header.FuelModel), fmt.Sprint(FuelModel))
	case header.Component != sum:
		return nil, r.wrong("component, its SHA-256", fmt.Sprintf("%x", header.Component), fmt.Sprintf("%x", sum))
	}
	return r, r.advance()
}

// maxReplayedBytes bounds the values of a journal that are in memory at a time.
const maxReplayedBytes = 1 << 30

// advance reads the next record. Definitions are passed over: the component
// has its own.
//
// Errors: *ReplayError; the stream's. They stay.
func (r *replayer) advance() error {
	r.end = nil
	for r.nextErr == nil {
		next, err := r.from.Next()
		if err != nil {
			r.nextErr = r.damaged(err)
			break
		}
		if r.next = next; next.Kind != journal.KindFunc {
			break
		}
	}
	if r.nextErr == nil && r.next.Kind == journal.KindEnd {
		b := journal.NewBody(r.next.Body)
		end := b.EndOfCall()
		if err := b.End(); err != nil {
			r.nextErr = r.wrong("", err.Error(), "")
		}
		r.end = &end
		r.arm()
	}
	return r.nextErr
}

// arm gives the guest fuel up to where the call ends, if that came from outside.
func (r *replayer) arm() {
	if r.started && r.end != nil && r.end.Forced {
		r.armed = r.in.meter.stopAt(r.end.Fuel)
	}
}

// damaged makes an error of the reader's one of the replay.
func (r *replayer) damaged(err error) error {
	if damage, ok := errors.AsType[*journal.DamageError](err); ok {
		return &ReplayError{Record: damage.Number, Offset: damage.Offset, Call: r.call.Name, Recorded: damage.Reason}
	}
	return fmt.Errorf("hostruntime: replay: reading the journal: %w", err)
}

// wrong is an error about the next record.
func (r *replayer) wrong(item, recorded, got string) error {
	return &ReplayError{
		Record: r.next.Number, Offset: r.next.Offset, Call: r.call.Name, Item: item, Recorded: recorded, Got: got,
	}
}

// want takes the next record, which must be of a kind and is about item.
//
// Errors: errReplayed where the journal ends the call here; *ReplayError.
func (r *replayer) want(kind journal.Kind, item string) (*journal.Body, error) {
	if r.nextErr != nil {
		return nil, r.nextErr
	}
	if r.end != nil && r.end.Forced {
		return nil, r.stop(item)
	}
	if r.next.Kind != kind {
		return nil, r.wrong("", r.describe(), item)
	}
	return journal.NewBody(r.next.Body), nil
}

// stop ends the call, as the next record says, with the fuel that it says.
func (r *replayer) stop(item string) error {
	if !r.armed {
		return r.wrong(item, fmt.Sprintf("the call's end after %d units of fuel", r.end.Fuel), fmt.Sprintf("%d used", r.in.meter.used()))
	}
	r.in.meter.drain()
	return errReplayed
}

// describe says what the next record is.
func (r *replayer) describe() string {
	plan := r.in.component.plan
	b := journal.NewBody(r.next.Body)
	switch r.next.Kind {
	case journal.KindImport:
		if i := b.Served().Index; i < len(plan.Imports) {
			return "import " + itemName(plan.Imports[i].Interface, plan.Imports[i].Name)
		}
	case journal.KindDrop:
		if i := b.Served().Index; i < len(plan.Resources) {
			return "the drop of a " + plan.Resources[i].Name
		}
	case journal.KindCall:
		return "a call of " + b.Call().Name
	case journal.KindEnd:
		if r.end != nil {
			return "the call's end (" + r.end.Outcome + ")"
		}
	}
	return r.next.Kind.String()
}

// begin starts a call: it takes over the recorded one's limits.
func (r *replayer) begin() error {
	c := &r.in.call
	r.call, r.started, r.refusals, r.attempts = journal.Call{Name: c.export}, false, nil, 0
	r.armed, r.report, r.matched = false, recordedReport{}, false
	b, err := r.want(journal.KindCall, "a call of "+c.export)
	if err != nil {
		return err
	}
	call := b.Call()
	switch {
	case b.Err() != nil:
		return r.wrong("", b.Err().Error(), "")
	case call.Name != c.export:
		return r.wrong("", "a call of "+call.Name, "a call of "+c.export)
	case (call.Kind == journal.Instantiation) != (c.export == instantiation):
		return r.wrong("", "another sort of call", "")
	}
	limits := recordedLimits(&call.Limits)
	if item, recorded, allowed := exceeds(&limits, &r.limits); item != "" {
		return r.wrong("limit of "+item, amount(item, recorded), "a policy that allows "+amount(item, allowed))
	}
	r.call, r.refusals = call, call.Refusals
	wall := limits.WallTime
	limits.LogLines = c.limits.LogLines // which is for the host's log, not the guest
	c.limits = limits
	switch {
	case r.limits.WallTime > 0:
		c.limits.WallTime = r.limits.WallTime
	case r.limits.WallTime < 0 || wall > (math.MaxInt64-DefaultWallTime)/replaySlowness:
		c.limits.WallTime = math.MaxInt64
	default:
		c.limits.WallTime = DefaultWallTime + replaySlowness*wall
	}
	return nil
}

// replaySlowness is by how much longer than it was allowed to be a call may
// take when it is replayed, if nothing else is said.
const replaySlowness = 4

// exceeds returns the first limit of a recorded call that is beyond those that
// the replay may have, of which zero ones are none.
func exceeds(recorded, allowed *Limits) (limit string, is, most uint64) {
	for _, l := range []struct {
		name     string
		is, most uint64
	}{
		{LimitFuel, recorded.Fuel, allowed.Fuel},
		{LimitMemory, recorded.MemoryBytes, allowed.MemoryBytes},
		{LimitLifted, recorded.LiftedBytes, allowed.LiftedBytes},
		{"report's output", recorded.OutputBytes, allowed.OutputBytes},
		{LimitOutput, recorded.WrittenBytes, allowed.WrittenBytes},
		{LimitHandles, recorded.Handles, allowed.Handles},
	} {
		if l.most != 0 && l.is > l.most {
			return l.name, l.is, l.most
		}
	}
	return "", 0, 0
}

// begun goes on with begin when the call has its fuel.
func (r *replayer) begun() error {
	r.started = true
	err := r.advance()
	r.in.call.budget = canon.MakeBudget(maxReplayedBytes)
	return err
}

// called checks the arguments that were lowered.
func (r *replayer) called(a *activation) error {
	r.journalForm.begin()
	if err := r.args(a); err != nil {
		return err
	}
	if r.call.Kind == journal.Failed {
		return r.stopped("the call")
	}
	if r.call.Kind != journal.Function || r.call.Index != a.fn.index {
		return r.wrong("", "another function", "this one")
	}
	if err := r.left("the arguments"); err != nil {
		return err
	}
	names := make([]string, len(a.fn.plan.Type.Params))
	for i, p := range a.fn.plan.Type.Params {
		names[i] = p.Name
	}
	return r.compare("argument", r.call.Args, a.fn.params, names)
}

// stopped is for a call that didn't come as far when it was recorded.
func (r *replayer) stopped(item string) error {
	_, err := r.want(journal.KindEnd, item)
	if err == nil {
		err = r.wrong("", r.describe(), item)
	}
	return err
}

// dropped checks the drop of a guest's resource by the host.
func (r *replayer) dropped(resource int, rep any) error {
	if r.call.Kind == journal.Failed {
		return r.stopped("the drop")
	}
	number, _ := rep.(uint32)
	if r.call.Kind != journal.Drop || r.call.Index != resource || r.call.Rep != number {
		return r.wrong("", fmt.Sprintf("the drop of resource %d", r.call.Rep), fmt.Sprint(number))
	}
	return nil
}

// compare checks that what has been lifted into the form is what was recorded.
func (r *replayer) compare(item string, recorded []byte, types []*abi.Type, names []string) error {
	if bytes.Equal(recorded, r.buf) {
		return nil
	}
	budget := canon.MakeBudget(maxReplayedBytes)
	was, is := journal.NewBody(recorded), journal.NewBody(r.buf)
	for i, t := range types {
		a, b := was.Value(t, &budget), is.Value(t, &budget)
		if was.Err() != nil {
			return r.wrong(item, "the record has no such value: "+was.Err().Error(), "")
		}
		if path, a, b, differ := difference(a, b); differ {
			err := r.wrong(item, short(a), short(b)).(*ReplayError)
			if names != nil {
				path = names[i] + path
			}
			err.Path = path
			return err
		}
	}
	return r.wrong(item, "the record has more than its values", "")
}

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

// finished checks the result of a function that has run.
func (r *replayer) finished(a *activation) error {
	b, err := r.want(journal.KindReturn, "result")
	if err != nil {
		return err
	}
	r.journalForm.begin()
	if err := r.result(a); err != nil {
		return r.wrong("result", "one that could be lifted", err.Error())
	}
	if r.returned = b.Return(); b.Err() != nil {
		return r.wrong("result", b.Err().Error(), "")
	}
	var types []*abi.Type
	if t := a.fn.plan.Type.Result; t != nil {
		types = append(types, t)
	}
	return r.compare("result", r.returned.Result, types, nil)
}

// pay makes what has been lifted what was recorded when it was paid for.
func (r *replayer) pay() { r.in.call.recordedLifted(r.returned.Lifted) }

// ends checks how the call ended, and returns the error for its caller.
func (r *replayer) ends(err error) error {
	if failure, ok := errors.AsType[*ReplayError](err); ok {
		return failure
	}
	in := r.in
	if over := in.call.over(); over != nil && errors.Is(err, over) {
		return in.public(err, false) // the replay's own time is over, not the guest's
	}
	if r.nextErr != nil {
		return r.nextErr
	}
	if r.end == nil {
		return r.wrong("", r.describe(), "the call's end, "+describeEnd(in, err))
	}
	end := r.end
	if e := r.print(end.Outputs); e != nil {
		return e
	}
	if len(end.Report) > 0 && json.Unmarshal(end.Report, &r.report) != nil {
		return r.wrong("", "a report that can't be read", "")
	}
	if limit, ok := errors.AsType[*LimitError](err); ok && limit.Limit == LimitDepth && r.armed && end.Outcome == OutcomeDepth {
		in.meter.drain() // a few frames more or less: what the native stack was before decides
	}
	if used := in.meter.used(); used != end.Fuel {
		return r.wrong("fuel", fmt.Sprint(end.Fuel, ", ", end.Outcome), fmt.Sprint(used, ", ", describeEnd(in, err)))
	}
	in.call.recordedLifted(end.LiftedBytes)
	if end.Forced {
		var bad error
		if err, bad = in.recordedError(end.Error); bad != nil {
			return r.wrong("error", bad.Error(), "")
		}
	} else if err != nil {
		err = in.public(err, r.report.Files.Refused > 0)
	}
	text := ""
	if err != nil {
		text = err.Error()
	}
	if outcome := in.call.outcome(err); text != end.Text || (outcome != end.Outcome && err != nil) {
		return r.wrong("end", endText(end.Outcome, end.Text), endText(outcome, text))
	}
	if in.call.hostCalls != end.HostCalls {
		return r.wrong("host calls", fmt.Sprint(end.HostCalls), fmt.Sprint(in.call.hostCalls))
	}
	r.matched = true
	return err
}

// passed goes on to the next call once the report is made.
func (r *replayer) passed() {
	if r.end != nil {
		r.started = false
		_ = r.advance() // the next call finds the error
	}
}

func describeEnd(in *Instance, err error) string {
	if err == nil {
		return endText(in.call.outcome(nil), "")
	}
	return err.Error()
}

func endText(outcome, text string) string {
	if text == "" {
		return outcome
	}
	return outcome + " (" + text + ")"
}

// fill gives a report what only the journal knows.
func (r *replayer) fill(report *Report) {
	if r.end == nil {
		return
	}
	report.WallTime, report.MemoryBytes = time.Duration(r.end.WallTime), r.end.MemoryBytes
	if limits := recordedLimits(&r.call.Limits); limits.WallTime < math.MaxInt64 {
		report.WallTimeLimit = limits.WallTime
	} else {
		report.WallTimeLimit = -1
	}
	report.Network, report.Files, report.Tasks = r.report.Network, r.report.Files, r.report.Tasks.report()
}
