package hostruntime

import (
	"fmt"
	"math"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A recorder writes an instance's journal.
type recorder struct {
	journalForm
	to      *journal.Writer
	body    []byte // of the record under way
	defined map[definition]bool

	// The rest is of the call in progress.

	// started says that its record has been written.
	started bool
	// serving says that an import is being served: what happens then belongs to
	// its record.
	serving bool
	// ran says that the guest has run and its result is in the form.
	ran bool
	// failed says that the host's doing ended the call.
	failed   bool
	attempts uint64
	refusals []journal.Refusal
	outputs  []journal.Output
	// outputBytes is what outputs are charged.
	outputBytes int64
	// lifted is how much had been lifted when it was last paid for.
	lifted uint64
}

type definition struct {
	side  journal.Side
	index int
}

// newRecorder begins the journal of an instance.
func newRecorder(in *Instance, policy *Policy) *recorder {
	r := &recorder{to: journal.NewWriter(policy.Record), defined: map[definition]bool{}}
	r.in, r.budget = in, canon.MakeBudget(math.MaxInt64)
	r.budget.Memory = in.chargeMemory
	header := journal.Header{Component: in.component.sum(), FuelModel: FuelModel}
	if policy.Deterministic != nil {
		header.Deterministic, header.Seed = true, policy.Deterministic.Seed
	}
	r.write(journal.KindHeader, header.Append(nil))
	in.stdout.note = func(p []byte) error { return r.output(false, p) }
	in.stderr.note = func(p []byte) error { return r.output(true, p) }
	return r
}

// room makes room for a record with so many bytes of values.
func (r *recorder) room(n int) error {
	const rest = 4 << 10
	if n += int(r.outputBytes) + len(r.refusals)*refusalBytes + rest; n <= cap(r.body) {
		return nil
	}
	if !r.in.chargeMemory(int64(n - cap(r.body))) {
		return r.in.memory.error()
	}
	r.body = make([]byte, 0, n)
	return nil
}

// write adds a record; a failure shows at the end of the call.
func (r *recorder) write(kind journal.Kind, body []byte) { _ = r.to.Write(kind, body) }

// begin starts a call.
func (r *recorder) begin() {
	r.started, r.serving, r.ran, r.failed = false, false, false, false
	r.attempts, r.lifted = 0, 0
	if r.in.call.export == instantiation {
		r.start(journal.Call{Kind: journal.Instantiation})
	}
}

// start writes the call's record, with what the caller knows of it.
func (r *recorder) start(c journal.Call) {
	c.Name, c.Limits, c.Refusals = r.in.call.export, journaledLimits(&r.in.call.limits), r.refusals
	r.started = true
	r.body = c.Append(r.body[:0])
	r.write(journal.KindCall, r.body)
	r.forgetRefusals()
}

func journaledLimits(l *Limits) journal.Limits {
	wall := int64(l.WallTime)
	if l.WallTime == math.MaxInt64 {
		wall = -1
	}
	return journal.Limits{
		Fuel: l.Fuel, MemoryBytes: l.MemoryBytes, WallTime: wall,
		LiftedBytes: l.LiftedBytes, OutputBytes: l.OutputBytes, WrittenBytes: l.WrittenBytes, Handles: l.Handles,
	}
}

// called writes the record of a call whose arguments are on the stack.
func (r *recorder) called(a *activation) error {
	r.journalForm.begin()
	if err := r.args(a); err != nil {
		return err
	}
	if err := r.room(len(r.buf)); err != nil {
		return err
	}
	r.define(journal.Export, a.fn.index, r.in.call.export, a.fn.plan.Type)
	r.start(journal.Call{Kind: journal.Function, Index: a.fn.index, Args: r.buf})
	return nil
}

// dropped writes the record of the drop of a guest's resource by the host.
func (r *recorder) dropped(resource int, rep any) {
	number, _ := rep.(uint32)
	r.define(journal.Resource, resource, r.in.component.plan.Resources[resource].Name, &abi.Func{})
	r.start(journal.Call{Kind: journal.Drop, Index: resource, Rep: number})
}

// define names a function, the first time it is used.
func (r *recorder) define(side journal.Side, index int, name string, t *abi.Func) {
	if key := (definition{side, index}); !r.defined[key] {
		r.defined[key] = true
		f := journal.Func{Side: side, Index: index, Name: name, Type: t}
		r.write(journal.KindFunc, f.Append(nil))
	}
}

// serve runs a host function and writes down what it was asked and what it
// answered.
func (r *recorder) serve(l *lowered, stack []uint64) error {
	imp := &r.in.component.plan.Imports[l.plan.Target]
	out := uint64(0)
	if l.flat.ResultInMemory {
		out = stack[len(l.flat.Params)-1]
	}
	r.journalForm.begin()
	numbers := &handleNumbers{x: l.cx.Handles.(*crossing)}
	unfit := r.lift(l.cx, numbers, l.params, stack[:len(l.flat.Params)], abi.MaxFlatParams)
	if _, ok := unfit.(*canon.BudgetError); ok {
		r.failed = true
		return unfit
	}
	served := journal.Served{Index: l.plan.Target, Late: r.in.imports[l.plan.Target].static != nil}
	argsLen := len(r.buf)
	r.serving = true
	err := r.in.runHost(l, stack)
	r.serving = false
	if err == nil {
		err = unfit // which the host function must have found as well
	}
	if err == nil {
		err = r.importResult(l, stack, out)
	}
	r.failed = err != nil
	if room := r.room(len(r.buf)); room != nil {
		r.failed = true
		if err == nil {
			err = room
		}
		return err
	}
	if unfit == nil {
		r.define(journal.Import, l.plan.Target, itemName(imp.Interface, imp.Name), imp.Type)
		served.Args, served.Result, served.Failed = r.buf[:argsLen], r.buf[argsLen:], err != nil
		if err != nil {
			served.Result = nil
		}
		served.Lifted = r.lifted
		r.served(journal.KindImport, &served)
	}
	return err
}

// served writes the record of an import or a drop.
func (r *recorder) served(kind journal.Kind, s *journal.Served) {
	s.Refusals, s.Outputs, s.Fuel = r.refusals, r.outputs, r.in.meter.used()
	r.body = s.Append(r.body[:0])
	r.write(kind, r.body)
	r.forgetRefusals()
	r.forget()
}

// forget lets go of outputs that have been written.
func (r *recorder) forget() {
	r.in.chargeMemory(-r.outputBytes)
	r.outputs, r.outputBytes = r.outputs[:0], 0
}

// refusalBytes is what a refusal that is kept is charged: a list that grows has
// room for as many again.
const refusalBytes = 32

// forgetRefusals lets go of refusals that have been written.
func (r *recorder) forgetRefusals() {
	r.in.chargeMemory(-int64(len(r.refusals) * refusalBytes))
	r.refusals = nil
}

// drop runs the destructor of a host's resource.
func (r *recorder) drop(caller int, rt *handle.ResourceType, resource int, index uint32, rep any) error {
	r.define(journal.Resource, resource, r.in.component.plan.Resources[resource].Name, &abi.Func{})
	r.serving = true
	err := r.in.destroy(caller, rt, resource, rep)
	r.serving = false
	r.failed = err != nil
	r.served(journal.KindDrop, &journal.Served{Index: resource, Args: journal.AppendUint(nil, uint64(index)), Failed: err != nil})
	return err
}

// value writes down an imported value.
func (r *recorder) value(index int, v *link.Value, given value.Value, err error) error {
	if err != nil {
		r.failed = true
		return err
	}
	body, err := journal.AppendValue(journal.AppendUint(nil, uint64(index)), given, v.Type)
	if err != nil {
		return err
	}
	r.define(journal.Value, index, itemName(v.Import.Interface, v.Import.Name), &abi.Func{Result: v.Type})
	r.write(journal.KindValue, body)
	return nil
}

// grew says whether a growth of linear memory that the guest asked for was
// granted. Where there is no memory to keep that it wasn't, the guest ends, as
// by a tick.
func (r *recorder) grew(granted bool) {
	r.attempts++
	if granted {
		return
	}
	refusal := journal.Refusal{Attempt: r.attempts, Total: r.in.memory.refused.Load()}
	if !r.serving && r.started {
		r.write(journal.KindRefusal, refusal.Append(nil))
		return
	}
	if !r.in.chargeMemory(refusalBytes) {
		err := r.in.memory.error()
		r.in.call.fail(err)
		panic(err)
	}
	r.refusals = append(r.refusals, refusal)
}

// output notes what the guest printed.
//
// Errors: *wasi.LimitError, which ends the call, where there is no memory to
// keep it.
func (r *recorder) output(stderr bool, p []byte) error {
	if len(p) == 0 {
		return nil
	}
	n := int64(len(p)) + 64
	if !r.in.chargeMemory(n) {
		return &wasi.LimitError{What: wasi.HeldBytes}
	}
	r.outputBytes += n
	r.outputs = append(r.outputs, journal.Output{Stderr: stderr, Text: append([]byte(nil), p...)})
	return nil
}

// finished encodes the result of a function that has run; returned then writes
// it down, once what was lifted of it is paid for.
func (r *recorder) finished(a *activation) {
	r.journalForm.begin()
	r.ran = r.result(a) == nil && r.room(len(r.buf)) == nil // else lifting it fails, too
	r.failed = true                                         // until returned
}

func (r *recorder) returned() error {
	if !r.ran {
		return r.in.memory.error()
	}
	r.failed = false
	result := journal.Return{Lifted: r.lifted, Result: r.buf}
	r.body = result.Append(r.body[:0])
	r.write(journal.KindReturn, r.body)
	return nil
}

// end writes how the call ended.
//
// Errors: err, or that of the journal's writer.
func (r *recorder) end(report *Report, err error) error {
	if !r.started {
		r.start(journal.Call{Kind: journal.Failed})
		r.failed = true // what the guest did with part of the arguments can't be repeated
	}
	end := journal.End{
		Forced: err != nil && (r.failed || !ownDoing(err)), Error: appendError(nil, err), Outcome: report.Outcome, Text: report.Error,
		Fuel: report.Fuel, MemoryBytes: report.MemoryBytes, LiftedBytes: report.LiftedBytes, HostCalls: report.HostCalls,
		WallTime: int64(report.WallTime), Outputs: r.outputs, Report: report.recorded(),
	}
	r.body = end.Append(r.body[:0])
	r.write(journal.KindEnd, r.body)
	r.forget()
	if failure := r.to.Flush(); failure != nil && err == nil {
		err = fmt.Errorf("hostruntime: writing the journal: %w", failure)
		r.in.dead = err
	}
	return err
}

// close writes that the instance was closed.
func (r *recorder) close() error {
	r.write(journal.KindClose, nil)
	if err := r.to.Flush(); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	return nil
}

// recordedLimits is the reverse of journaledLimits.
func recordedLimits(l *journal.Limits) Limits {
	limits := Limits{
		Fuel: l.Fuel, MemoryBytes: l.MemoryBytes, WallTime: time.Duration(l.WallTime),
		LiftedBytes: l.LiftedBytes, OutputBytes: l.OutputBytes, WrittenBytes: l.WrittenBytes, Handles: l.Handles,
	}
	if l.WallTime < 0 {
		limits.WallTime = math.MaxInt64
	}
	return limits
}
