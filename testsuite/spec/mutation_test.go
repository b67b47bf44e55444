//go:build conformance

package spec

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

var (
	mutationSeed = flag.Uint64("seed", 1, "of the mutations")
	mutations    = flag.Int("mutations", 1000, "how many components are run")
)

// TestMutated changes a byte or two of the scripts' components at random, runs
// what is valid here and on wasmtime, and compares which calls return, which
// trap, and what they return. make bench installs wasmtime; without it the test
// is skipped.
func TestMutated(t *testing.T) {
	python := peerPython(t)
	ctx := t.Context()
	rt, err := hostruntime.New(ctx, hostruntime.Config{NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rt.Close(context.Background()) })
	t.Logf("seed %d", *mutationSeed)
	random := rand.New(rand.NewPCG(*mutationSeed, 0))
	var seeds [][]byte
	for _, name := range []string{Specification, Runtime} {
		for _, path := range suite(t, name, ".wasm") {
			const most = 6000 // of bytes
			if strings.Contains(filepath.ToSlash(path), "/async") {
				continue // it would trap here for the lack of it
			}
			if b, err := os.ReadFile(path); err == nil && len(b) <= most {
				seeds = append(seeds, b)
			}
		}
	}
	p := &mutationPeer{t: t, python: python}
	defer p.stop()
	file := filepath.Join(t.TempDir(), "component.wasm")
	compared, calls := 0, 0
	for compared < *mutations {
		src := mutate(random, seeds[random.IntN(len(seeds))])
		ours, ok := runMutated(ctx, rt, src)
		if !ok {
			continue
		}
		if err := os.WriteFile(file, src, 0o600); err != nil {
			t.Fatal(err)
		}
		theirs, ok := p.run(mutationJob{File: file, Funcs: ours.names})
		if !ok || theirs.Refused != "" {
			continue // it crashed, or lacks a feature
		}
		compared++
		calls += len(ours.Calls)
		if problem := ours.differs(theirs); problem != "" {
			kept := fmt.Sprintf("%s/mutated-%d-%d.wasm", os.TempDir(), *mutationSeed, compared)
			if err := os.WriteFile(kept, src, 0o600); err != nil {
				t.Fatal(err)
			}
			t.Errorf("%s: %s", kept, problem)
		}
	}
	t.Logf("%d components, %d functions", compared, calls)
}

// peerPython returns the interpreter that make bench installs wasmtime for.
func peerPython(t *testing.T) string {
	base := os.Getenv("CAPSULE_CACHE")
	if base == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			t.Skip(err)
		}
		base = filepath.Join(user, "capsule")
	}
	python := filepath.Join(base, "bench", "bin", "python")
	if err := exec.CommandContext(t.Context(), python, "-c", "import wasmtime").Run(); err != nil {
		t.Skipf("%s has no wasmtime: make bench installs it", python)
	}
	return python
}

func mutate(random *rand.Rand, seed []byte) []byte {
	const header = 8
	src := bytes.Clone(seed)
	for range 1 + random.IntN(2) {
		at := header + random.IntN(max(1, len(src)-header))
		if at >= len(src) {
			break
		}
		switch random.IntN(4) {
		case 0:
			src[at]++
		case 1:
			src[at]--
		case 2:
			src[at] = byte(random.IntN(8))
		case 3:
			src[at] = src[header+random.IntN(len(src)-header)]
		}
	}
	return src
}

// A mutationJob is what the peer is asked to run, a mutationResult what came of
// it; see peer/run.py.
type mutationJob struct {
	File  string   `json:"file"`
	Funcs []string `json:"funcs"`
}

type mutationResult struct {
	Refused  string               `json:"refused"`
	Instance string               `json:"instance"`
	Calls    [][2]mutationOutcome `json:"calls"`
	names    []string
}

type mutationOutcome struct {
	Trap  string `json:"trap"`
	Value any    `json:"value"`
}

// runMutated runs a component; ok is false if it isn't valid, or imports
// something.
func runMutated(ctx context.Context, rt *hostruntime.Runtime, src []byte) (r mutationResult, ok bool) {
	d, err := hostruntime.Inspect(src)
	if err != nil || len(d.ImportNames) > 0 {
		return r, false
	}
	c, err := rt.Load(ctx, src)
	if err != nil {
		return r, false
	}
	defer c.Close(ctx)
	policy := hostruntime.Policy{Limits: hostruntime.Limits{WallTime: time.Second, MemoryBytes: 256 << 20}}
	in, err := c.Instantiate(ctx, policy)
	if err != nil {
		r.Instance = err.Error()
		return r, true
	}
	defer in.Close(ctx)
	for _, f := range c.Exports() {
		if len(f.Type.Params) > 0 || f.Interface != "" || f.Type.Async {
			continue
		}
		in, err := c.Instantiate(ctx, policy)
		if err != nil {
			r.Instance = err.Error()
			return r, true
		}
		var both [2]mutationOutcome
		for i := range both {
			v, err := in.Call(ctx, f.Name)
			if err != nil {
				both[i].Trap = err.Error()
			} else {
				both[i].Value = plain(v)
			}
		}
		_ = in.Close(ctx)
		r.names, r.Calls = append(r.names, f.Name), append(r.Calls, both)
	}
	return r, true
}

// plain returns a value as the peer's JSON gives it, nil for those that
// aren't compared.
func plain(v value.Value) any {
	switch v := v.(type) {
	case value.Bool:
		return bool(v)
	case value.String:
		return string(v)
	case value.Char:
		return string(rune(v))
	case value.U8, value.U16, value.U32, value.S8, value.S16, value.S32:
		var n float64
		_, _ = fmt.Sscan(value.Format(v), &n)
		return n
	}
	return nil
}

// differs says how our result differs from the peer's, "" if it doesn't.
func (r *mutationResult) differs(theirs mutationResult) string {
	if (r.Instance == "") != (theirs.Instance == "") {
		return fmt.Sprintf("instantiation: %q here, %q there", r.Instance, theirs.Instance)
	}
	for i := range r.Calls {
		for j, ours := range r.Calls[i] {
			there := theirs.Calls[i][j]
			if strings.Contains(ours.Trap, "it is running already") {
				break // wasmtime follows a later revision there
			}
			if (ours.Trap == "") != (there.Trap == "") || ours.Value != nil && there.Value != nil && ours.Value != there.Value {
				return fmt.Sprintf("%s, call %d: %v here, %v there", r.names[i], j+1, ours, there)
			}
		}
	}
	return ""
}

// A mutationPeer is the other runtime, in a process that is started again when
// it has crashed.
type mutationPeer struct {
	t      *testing.T
	python string
	cmd    *exec.Cmd
	in     *json.Encoder
	out    *bufio.Reader
	close  func() error
}

func (p *mutationPeer) start() {
	p.cmd = exec.CommandContext(p.t.Context(), p.python, "peer/run.py")
	in, err := p.cmd.StdinPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.in, p.out, p.close = json.NewEncoder(in), bufio.NewReader(out), in.Close
}

func (p *mutationPeer) stop() {
	if p.cmd != nil {
		_ = p.close()
		_ = p.cmd.Wait() // it may have crashed
		p.cmd = nil
	}
}

// run runs a job; ok is false if the peer crashed.
func (p *mutationPeer) run(job mutationJob) (r mutationResult, ok bool) {
	if p.cmd == nil {
		p.start()
	}
	err := p.in.Encode(job)
	var line []byte
	if err == nil {
		line, err = p.out.ReadBytes('\n')
	}
	if err != nil {
		p.stop()
		return r, false
	}
	if err := json.Unmarshal(line, &r); err != nil {
		p.t.Fatal(errors.Join(err, errors.New(string(line))))
	}
	return r, true
}
