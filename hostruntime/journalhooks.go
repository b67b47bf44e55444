package hostruntime

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// What follows is where calls from the host touch a journal, be it written or
// replayed. Imports do so in serveHost and dropResource.

// journalCalled is told of a call whose arguments are lowered.
func (in *Instance) journalCalled(a *activation) error {
	switch {
	case a.caller != host:
	case in.recorder != nil:
		return in.recorder.called(a)
	case in.replayer != nil:
		return in.replayer.called(a)
	}
	return nil
}

// journalDropped is told of the drop of a guest's resource.
func (in *Instance) journalDropped(resource int, rep any) error {
	switch {
	case in.recorder != nil:
		in.recorder.dropped(resource, rep)
	case in.replayer != nil:
		return in.replayer.dropped(resource, rep)
	}
	return nil
}

// journalFinished is told of a function that has run.
func (in *Instance) journalFinished(a *activation) error {
	switch {
	case a.caller != host:
	case in.recorder != nil:
		in.recorder.finished(a)
	case in.replayer != nil:
		return in.replayer.finished(a)
	}
	return nil
}

// journalPays is told that what a call has lifted is about to be paid for.
func (in *Instance) journalPays(a *activation) {
	if in.replayer != nil && a.caller == host {
		in.replayer.pay()
	}
}

// journalReturned is told of a result that is lifted and paid for.
func (in *Instance) journalReturned(a *activation) error {
	switch {
	case a.caller != host:
	case in.recorder != nil:
		return in.recorder.returned()
	case in.replayer != nil:
		return in.replayer.advance()
	}
	return nil
}

// journalGrowth makes a memory's growth part of the journal.
func (in *Instance) journalGrowth(m *linearMemory) {
	if in.recorder != nil {
		m.grew = in.recorder.grew
	}
	if in.replayer != nil {
		m.refused = in.replayer.refused
		m.grew = in.replayer.grew
	}
}

// journaledValue returns imported value index.
func (in *Instance) journaledValue(index int, v *link.Value) (value.Value, error) {
	if in.replayer != nil {
		return in.replayer.value(index, v)
	}
	given, err := in.suppliedValue(v, in.valueImports[index])
	if in.recorder != nil {
		err = in.recorder.value(index, v, given, err)
	}
	return given, err
}
