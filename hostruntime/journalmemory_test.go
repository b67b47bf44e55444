package hostruntime

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// recording returns an instance that writes a journal and may hold so much.
func recording(memory uint64) *Instance {
	in := &Instance{component: &Component{sum: func() (sum [sha256.Size]byte) { return sum }}}
	in.memory.limit = memory
	in.chargeMemory = in.memory.charge
	in.call = call{in: in, outer: context.Background()}
	for _, c := range []*capture{&in.stdout, &in.stderr} {
		*c = capture{quota: &in.output, charge: in.chargeMemory}
	}
	in.output.limit = Unlimited
	in.recorder = newRecorder(in, &Policy{Record: io.Discard})
	return in
}

// What a guest prints while there is no memory to keep it for the journal ends
// the call: else the journal would lack it.
func TestOutputWithoutMemoryForJournal(t *testing.T) {
	in := recording(1 << 10)
	if _, err := in.stdout.Write(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	_, err := in.stdout.Write(make([]byte, 1<<10))
	if limit, ok := errors.AsType[*wasi.LimitError](err); !ok || limit.What != wasi.HeldBytes {
		t.Fatalf("got error %v, want one of memory", err)
	}
	if in.stdout.total != 100 || in.output.written != 100 {
		t.Errorf("%d bytes are counted, %d of the quota, want the 100 in the journal", in.stdout.total, in.output.written)
	}
	if public := in.public(err, false); Outcome(public) != OutcomeMemory {
		t.Errorf("the call's error is %v", public)
	}
}

// A guest that asks for memory over and over while it is given a value, and is
// refused, has the host keep what it was told: within its own limit.
func TestRefusalsForJournalAreCharged(t *testing.T) {
	const limit = 64 << 10
	in := recording(limit)
	r := in.recorder
	ended := func() (err any) {
		defer func() { err = recover() }()
		for range limit {
			r.grew(false)
		}
		return nil
	}()
	if err, ok := ended.(error); !ok || Outcome(in.public(err, false)) != OutcomeMemory {
		t.Errorf("ended by %v after %d refusals", ended, len(r.refusals))
	}
	r.start(journal.Call{Kind: journal.Function})
	if used := in.memory.used.Load(); used > 0 {
		t.Errorf("%d bytes are still charged once they are written", used)
	}
}
