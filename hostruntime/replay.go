package hostruntime

import (
	"context"
	"errors"
	"io"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// Replay makes the calls that a journal tells of, in instances of its own that
// are answered from the journal: no clock, file, network or host function is
// touched. It returns the report of each call, instantiation included, in their
// order. They are the recorded ones: outcome, error, fuel, output and value are
// found again and compared; time, memory, network and files are as the journal
// has them.
//
// Of policy, Name, Limits, Stdout and Stderr count. Limits that aren't zero are what
// recorded ones may be at most, and WallTime is how long each call may take
// now, by default four times what it might when it was recorded and 10 s. A
// journal of unknown origin is best replayed with limits.
//
// Errors: *ReplayError where the journal doesn't fit what the guest does, or is
// damaged or cut short, and then the reports of all calls before; ctx's error;
// *LimitError of the policy's wall time; the journal's reader's error.
func Replay(ctx context.Context, component *Component, from io.Reader, policy Policy) ([]Report, error) {
	source := &journalSource{Reader: journal.NewReader(from)}
	policy.Replay = source
	var reports []Report
	for again := true; again; again = source.More() {
		if err := replayInstance(ctx, component, policy, source, &reports); err != nil {
			return reports, err
		}
	}
	return reports, nil
}

// replayInstance replays the journal of one instance.
//
// Errors: those of the replay, not the guest's own.
func replayInstance(ctx context.Context, component *Component, policy Policy, source *journalSource, reports *[]Report) (err error) {
	call := func(make func(ctx context.Context) error) error {
		var report Report
		err := make(WithReport(ctx, &report))
		if report.Outcome != "" {
			*reports = append(*reports, report)
		}
		if r := source.replayer; r != nil && r.matched {
			return nil
		}
		return err
	}
	source.replayer = nil
	var in *Instance
	err = call(func(ctx context.Context) (err error) {
		in, err = component.Instantiate(ctx, policy)
		return err
	})
	if in != nil {
		defer func() { err = errors.Join(err, in.Close(context.WithoutCancel(ctx))) }()
	}
	r := source.replayer
	for err == nil && in != nil && r.nextErr == nil && r.next.Kind == journal.KindCall {
		err = call(in.replayCall)
	}
	switch {
	case err != nil:
		return err
	case r.nextErr != nil:
		return r.nextErr
	case r.next.Kind != journal.KindClose:
		return r.wrong("", r.describe(), "nothing more")
	}
	return nil
}

// replayCall makes the call that is the journal's next record.
func (in *Instance) replayCall(ctx context.Context) error {
	r := in.replayer
	r.matched = false
	b := journal.NewBody(r.next.Body)
	c := b.Call()
	if err := b.Err(); err != nil {
		return r.wrong("", err.Error(), "")
	}
	if err := in.begin(ctx, c.Name); err != nil {
		return err
	}
	return in.end(in.replayKind(&c))
}

// replayKind is what goes on between begin and end.
func (in *Instance) replayKind(c *journal.Call) error {
	r := in.replayer
	switch c.Kind {
	case journal.Function:
		return in.replayFunction(c)
	case journal.Drop:
		if c.Index >= len(in.resources) || in.resources[c.Index].Impl == nil {
			return r.wrong("", "the drop of a resource that the guest doesn't define", "")
		}
		rt := in.resources[c.Index]
		return in.drop(value.Handle{Resource: rt.Name, Rep: &GuestResource{in: in, resource: rt, rep: c.Rep}})
	case journal.Failed:
		return r.repeatFailed()
	}
	return r.wrong("", "an instantiation", "nothing")
}

// repeatFailed ends a call whose arguments are unknown. If the guest has run
// and goes on, what it has done can't be known.
func (r *replayer) repeatFailed() error {
	if r.end == nil {
		return r.wrong("", r.describe(), "the call's end")
	}
	if r.end.Fuel > hostCallFuel && r.end.Outcome == OutcomeBadArgument {
		return r.wrong("", "an argument that the host could not lower, after others that it had: that can't be repeated", "")
	}
	if r.end.Forced {
		return r.stop("the call")
	}
	if r.end.Fuel > 0 || r.end.Outcome != OutcomeOK {
		return r.wrong("", r.describe()+" of a call that didn't begin", "")
	}
	return nil // the drop of what was gone already
}

// replayFunction calls a function with its recorded arguments.
func (in *Instance) replayFunction(c *journal.Call) error {
	r := in.replayer
	if c.Index >= len(in.component.plan.Lifted) {
		return r.wrong("", "a function that there isn't", "")
	}
	f := in.lift(c.Index)
	budget := canon.MakeBudget(maxReplayedBytes)
	b := journal.NewBody(c.Args)
	args := make([]value.Value, len(f.params))
	for i, t := range f.params {
		args[i] = in.withReps(b.Value(t, &budget), t, f.plan.Instance)
	}
	if err := b.End(); err != nil {
		return r.wrong("arguments", err.Error(), "")
	}
	result, err := in.callLifted(c.Index, host, args)
	if refused, ok := result.(value.Result); ok && f.plan.Type.Result.Kind == abi.Result {
		in.call.refused = refused.IsError
	}
	if err == nil {
		in.call.result = result
	}
	return err
}

// withReps puts behind the handles of v, a value of type t for a component
// instance, what stands for them here.
func (in *Instance) withReps(v value.Value, t *abi.Type, instance int) value.Value {
	if v == nil || !t.HasHandles() {
		return v
	}
	switch v := v.(type) {
	case value.Handle:
		index, ok := in.component.plan.Instances[instance].Resources[t.Resource]
		if !ok || in.resources[index].Impl == nil {
			v.Rep = inert{}
			return v
		}
		number, _ := v.Rep.(journal.Handle)
		v.Rep = &GuestResource{in: in, resource: in.resources[index], rep: uint32(number)}
		return v
	case value.List:
		for i := range v {
			v[i] = in.withReps(v[i], t.Elem, instance)
		}
	case value.Map:
		for i := range v {
			v[i].Value = in.withReps(v[i].Value, t.Elem, instance)
		}
	case value.Tuple:
		for i := range v {
			v[i] = in.withReps(v[i], t.Fields[i].Type, instance)
		}
	case value.Record:
		for i := range v {
			v[i].Value = in.withReps(v[i].Value, t.Fields[i].Type, instance)
		}
	case value.Option:
		v.Some = in.withReps(v.Some, t.Elem, instance)
		return v
	case value.Variant:
		v.Payload = in.withPayload(v.Payload, t.CaseType(t.CaseIndex(v.Case)), instance)
		return v
	case value.Result:
		index := 0
		if v.IsError {
			index = 1
		}
		v.Payload = in.withPayload(v.Payload, t.CaseType(index), instance)
		return v
	}
	return v
}

func (in *Instance) withPayload(v value.Value, t *abi.Type, instance int) value.Value {
	if t == nil {
		return v
	}
	return in.withReps(v, t, instance)
}
