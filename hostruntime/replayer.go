package hostruntime

import (
	"bytes"
	"errors"
	"fmt"
	"math"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
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
