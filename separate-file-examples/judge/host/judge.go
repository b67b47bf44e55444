package main

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/separate-file-examples/judge/host/runner"
)

// A Verdict is what a submission comes to.
type Verdict string

// The verdicts.
const (
	Accepted        Verdict = "AC"
	WrongAnswer     Verdict = "WA"
	TooSlow         Verdict = "TLE" // it used up its fuel
	TooMuchMemory   Verdict = "MLE"
	TooMuchOutput   Verdict = "OLE"
	RuntimeError    Verdict = "RE"
	DoesNotCompile  Verdict = "CE" // loading it failed
	maxPrintedBytes         = 64 << 10
)

// A Result is a verdict with what led to it.
type Result struct {
	Verdict Verdict
	// Test is the number of the first test that failed, from 1; 0 for none.
	Test int
	// Fuel is what the dearest test used.
	Fuel   uint64
	Detail string
}

// judge runs a submission in a sandbox of its own, test by test, up to the
// first that it doesn't pass.
//
// Time is counted in fuel, which is the same on every machine and under any
// load; the wall clock only ends what waits for something.
func judge(ctx context.Context, engine *hostruntime.Component, p *Problem, source string) (Result, error) {
	printed := &console{left: maxPrintedBytes}
	sandbox, err := runner.Instantiate(ctx, engine, hostruntime.Policy{
		Limits: hostruntime.Limits{MemoryBytes: p.MemoryMiB << 20, Fuel: p.Fuel, WallTime: time.Minute},
	}, runner.Imports{Console: printed})
	if err != nil {
		return Result{}, err
	}
	defer sandbox.Close(ctx)

	var result Result
	var used hostruntime.Report
	// failed turns an error of the submission's into the result.
	failed := func(err error, otherwise Verdict) (Result, error) {
		result.Verdict, result.Detail = otherwise, err.Error()
		limit, isLimit := errors.AsType[*hostruntime.LimitError](err)
		_, isTrap := errors.AsType[*hostruntime.Trap](err)
		own := failure(err)
		switch {
		case errors.Is(err, errTooMuchOutput):
			result.Verdict, result.Detail = TooMuchOutput, "more output than it may have"
		case isLimit && limit.Limit == hostruntime.LimitMemory, own.Kind == "MemoryError", own.Message == "out of memory":
			result.Verdict, result.Detail = TooMuchMemory, "more memory than it may have"
		case isLimit:
			result.Verdict, result.Detail = TooSlow, "more fuel than it may use"
		case own.Kind != "":
			result.Detail = own.Traceback
		case !isTrap:
			return result, err // not the submission's doing
		}
		return result, nil
	}

	if err := sandbox.Submission.Load(ctx, source, p.Function); err != nil {
		return failed(err, DoesNotCompile)
	}
	for i, test := range p.Tests {
		arguments, err := json.Marshal(test.Arguments)
		if err != nil {
			return result, err
		}
		answer, err := sandbox.Submission.Answer(hostruntime.WithReport(ctx, &used), string(arguments))
		result.Fuel = max(result.Fuel, used.Fuel)
		if err != nil {
			result.Test = i + 1
			return failed(err, RuntimeError)
		}
		var value any
		if json.Unmarshal([]byte(answer), &value) != nil || !reflect.DeepEqual(value, test.Want) {
			result.Verdict, result.Test, result.Detail = WrongAnswer, i+1, "it answers "+shorten(answer)
			return result, nil
		}
	}
	result.Verdict = Accepted
	return result, nil
}

// failure returns what the submission itself threw.
func failure(err error) runner.Failure {
	if e, ok := errors.AsType[*runner.LoadError](err); ok {
		return e.Value
	}
	if e, ok := errors.AsType[*runner.AnswerError](err); ok {
		return e.Value
	}
	return runner.Failure{}
}

var errTooMuchOutput = errors.New("too much output")

// A console counts what a submission prints, and drops it.
type console struct{ left int }

// Print serves the guest's only import. Its error ends the guest.
func (c *console) Print(_ context.Context, text string) error {
	if c.left -= len(text); c.left < 0 {
		return errTooMuchOutput
	}
	return nil
}

// shorten cuts an answer for a table.
func shorten(text string) string {
	const most = 40
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}
