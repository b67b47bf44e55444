package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/capsule-kit/capsule/cmd/capsule-gen/internal/config"
	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/policyfile"
)

// runFlags are the flags of run: most say what the guest may do.
type runFlags struct {
	config                        string
	fuel, memory, timeout, stdout string
	env, dirs, net                []string
	deterministic                 string
	report, record                string
	json, printPolicy             bool
	retries                       retryFlags
}

func (f *runFlags) define(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "the `FILE` to use instead of the nearest capsule.toml")
	flags.StringVar(&f.fuel, "fuel", "", "how much the call may compute, in `UNITS` of fuel, or low, medium or high: about 0.1, 1 and 10 s")
	flags.StringVar(&f.memory, "memory", "", "how much memory the guest may have: a `SIZE` such as 64MiB")
	flags.StringVar(&f.timeout, "timeout", "", "how long the call may take: a `TIME` such as 2s")
	flags.StringVar(&f.stdout, "stdout", "", "how much the guest may print, on standard output and error together: a `SIZE` such as 1MiB")
	flags.StringArrayVar(&f.env, "env", nil, "a variable `K=V` for the guest's environment, which is empty otherwise")
	flags.StringArrayVar(&f.dirs, "dir", nil, "a folder for the guest, as `HOST::GUEST[:ro|:rw]`; read-only unless :rw")
	flags.StringArrayVar(&f.net, "net", nil, "a `GRANT` of what the guest may reach, such as https://*.example.org or tcp://db.example.org:5432")
	flags.StringVar(&f.deterministic, "deterministic", "", "equal runs: a clock that goes by fuel, and random numbers from this `SEED`")
	flags.StringVar(&f.report, "report", "", "write what the call used, as JSON, to this `FILE` (- for standard error)")
	flags.StringVar(&f.record, "record", "", "write a journal of all that the guest is told to this `FILE`, for replay: it holds what the guest sees")
	f.retries.define(flags)
	flags.BoolVar(&f.json, "json", false, "print the result as JSON")
	flags.BoolVar(&f.printPolicy, "print-policy", false, "print what the guest may do, defaults and flags included, and call nothing")
}

// policy returns what the task and the flags grant, with their limits. Any error
// is one of usage.
func (f *runFlags) policy(t *config.Task) (hostruntime.Policy, error) {
	p := t.Policy
	var err error
	if p.Limits, err = f.limits(t.Policy.Limits); err != nil {
		return p, err
	}
	p.Args, p.Env, p.Dirs, p.Network.Allow = slices.Clip(p.Args), slices.Clip(p.Env), slices.Clip(p.Dirs), slices.Clip(p.Network.Allow)
	for _, variable := range f.env {
		if err := policyfile.CheckEnv(variable); err != nil {
			return p, fmt.Errorf("--env: %w", err)
		}
		p.Env = append(p.Env, variable)
	}
	for _, text := range f.dirs {
		dir, err := policyfile.ParseDir(text)
		if err != nil {
			return p, fmt.Errorf("--dir: %w", err)
		}
		p.Dirs = append(p.Dirs, dir)
	}
	for _, text := range f.net {
		grant, err := hostruntime.ParseNetworkGrant(text)
		if err != nil {
			return p, fmt.Errorf("--net: %q: %w", text, errors.Unwrap(err))
		}
		p.Network.Allow = append(p.Network.Allow, grant)
	}
	if f.deterministic != "" {
		seed, err := strconv.ParseUint(f.deterministic, 0, 64)
		if err != nil {
			return p, fmt.Errorf("--deterministic: want a number as seed, not %q", f.deterministic)
		}
		if len(p.Dirs)+len(p.Network.Allow)+len(p.Network.Listen) > 0 {
			return p, errors.New("--deterministic: runs with --dir or --net aren't equal")
		}
		p.Deterministic = &hostruntime.Deterministic{Seed: seed}
	}
	return p, nil
}

// target returns the task called name, or for the name of a file one that has
// it for output and nothing else; and the file that lists it, nil for the name
// of a file.
func (f *runFlags) target(cmd *cobra.Command, name string) (*config.Config, *config.Task, error) {
	if strings.HasSuffix(name, ".wasm") || strings.ContainsAny(name, `/\`) {
		return nil, &config.Task{Output: name}, nil
	}
	c, err := loadConfig(f.config)
	if err != nil {
		return nil, nil, noConfig(cmd, err, "a file whose name ends in .wasm")
	}
	t, err := c.Task(name)
	if err != nil {
		return nil, nil, err
	}
	if f.printPolicy {
		return c, t, nil
	}
	return c, t, built(t)
}

// limits returns a task's limits as the flags narrow them.
func (f *runFlags) limits(own hostruntime.Limits) (hostruntime.Limits, error) {
	limits := own
	size := func(text string) (uint64, error) {
		n, err := policyfile.ParseBytes(text)
		return uint64(n), err
	}
	return limits, cmp.Or(
		narrow(&limits.Fuel, "--fuel", f.fuel, policyfile.ParseFuel, ""),
		narrow(&limits.WrittenBytes, "--stdout", f.stdout, size, " bytes"),
		narrow(&limits.WallTime, "--timeout", f.timeout, policyfile.ParseDuration, ""),
		narrow(&limits.MemoryBytes, "--memory", f.memory, size, " bytes"),
	)
}

// narrow sets a limit to what a flag gives, if it does, which can't be more than
// the task allows.
func narrow[T uint64 | time.Duration](limit *T, flag, text string, parse func(string) (T, error), unit string) error {
	if text == "" {
		return nil
	}
	n, err := parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", flag, err)
	}
	if *limit > 0 && n > *limit {
		return fmt.Errorf("%s: the task allows %v%s", flag, *limit, unit)
	}
	*limit = n
	return nil
}
