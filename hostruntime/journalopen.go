package hostruntime

import (
	"errors"

	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
)

// replayed is the policy of an instance that replays a journal: without any
// grant.
func (p *Policy) replayed() Policy {
	return Policy{Name: p.Name, Limits: p.Limits, Stdout: p.Stdout, Stderr: p.Stderr, Replay: p.Replay}
}

// openJournal begins to write the policy's journal, or to replay it.
func (in *Instance) openJournal(policy *Policy) error {
	switch {
	case policy.Record != nil:
		in.recorder = newRecorder(in, policy)
	case policy.Replay != nil:
		from, ok := policy.Replay.(*journalSource)
		if !ok {
			from = &journalSource{Reader: journal.NewReader(policy.Replay)}
		}
		var err error
		if in.replayer, err = newReplayer(in, from.Reader, policy.Limits); err != nil {
			return err
		}
		from.replayer = in.replayer
	default:
		return nil
	}
	in.meter.fixed = true // the depth of recursion shall be the same
	return nil
}

// closeJournal ends the journal that is being written.
func (in *Instance) closeJournal() error {
	if in.recorder != nil {
		return in.recorder.close()
	}
	return nil
}

// A journalSource is a stream whose reader outlives the instance.
type journalSource struct {
	*journal.Reader
	replayer *replayer // of the last instance
}

// Read is not for use: it makes the source fit Policy.Replay.
func (*journalSource) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }
