package hostruntime

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
)

// Check returns why no instance can have the policy, nil if one can: a part of
// it contradicts another, or a grant isn't one. Instantiate checks it likewise,
// and finds out besides whether there are the folders that it grants, and what
// its Tasks serve.
func (p Policy) Check() error {
	if err := p.flaw(); err != nil {
		return err
	}
	gate, err := p.Network.gate(nil)
	if err != nil {
		return err
	}
	gate.Close()
	return nil
}

// flaw returns what is wrong with a policy but for its network, nil if nothing
// is.
func (p *Policy) flaw() error {
	if p.Record != nil && p.Replay != nil {
		return errors.New("hostruntime: a policy records a journal or replays one, not both")
	}
	for i, variable := range p.Env {
		if !strings.Contains(variable, "=") {
			// It isn't shown: it may be a value, and that a secret.
			return fmt.Errorf("hostruntime: Policy.Env[%d] has no equals sign, want NAME=VALUE", i)
		}
	}
	for i, d := range p.Dirs {
		if d.Guest == "" {
			return fmt.Errorf("hostruntime: granting %q: Dir.Guest is empty, want the path by which the guest knows the folder", d.Host)
		}
		if other := slices.IndexFunc(p.Dirs[:i], func(e Dir) bool { return e.Guest == d.Guest }); other >= 0 {
			return fmt.Errorf("hostruntime: granting %q as %s: that is already %q", d.Host, d.Guest, p.Dirs[other].Host)
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
