package hostruntime

import (
	"errors"
	"fmt"

	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// Check returns why no instance can have the policy, nil if one can: a part of
// it contradicts another, or a grant isn't one. Instantiate checks it likewise,
// and finds out besides whether there are the folders that it grants, and what
// its Tasks serve.
func (p Policy) Check() error {
	if err := p.contradiction(); err != nil {
		return err
	}
	gate, err := p.Network.gate(nil)
	if err != nil {
		return err
	}
	gate.Close()
	return nil
}

// contradiction returns which parts of a policy exclude each other, nil if none
// do; and of the folders, which one the guest has no name for.
func (p *Policy) contradiction() error {
	if p.Record != nil && p.Replay != nil {
		return errors.New("hostruntime: a policy records a journal or replays one, not both")
	}
	for _, d := range p.Dirs {
		if d.Guest == "" {
			return fmt.Errorf("hostruntime: granting %q: Dir.Guest is empty, want the path by which the guest knows the folder", d.Host)
		}
	}
	if p.Deterministic == nil {
		return nil
	}
	if len(p.Dirs)+len(p.Network.Allow)+len(p.Network.Listen) > 0 {
		return errors.New("hostruntime: a deterministic policy can't grant folders or the network")
	}
	if p.Stdin != nil && !wasi.InMemory(p.Stdin) {
		// How much there is each time the guest looks is a matter of time.
		return fmt.Errorf("hostruntime: the standard input of a deterministic policy is a %T, want a *bytes.Reader, *bytes.Buffer or *strings.Reader", p.Stdin)
	}
	return nil
}
