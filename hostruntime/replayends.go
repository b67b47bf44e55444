package hostruntime

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/wit/abi"
)

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
	report.LogLines, report.LogLinesDropped = r.report.LogLines, r.report.LogLinesDropped
}
