package hostruntime

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/internal/egress"
)

// errNotServing is what an instance fails to start with that should be a task
// of a call which has none to start.
var errNotServing = errors.New("hostruntime: AsTask: a task can be started only from within a host function, with the context that it was given")

type (
	hostedKey struct{} // its value is the *hostContext
	asTaskKey struct{} // its value is the *hostContext that AsTask saw
)

// AsTask returns a context by which a host function starts tasks of the call
// that it serves. ctx is the one that the function was given, or is derived
// from it:
//
//	child, err := review.Instantiate(hostruntime.AsTask(ctx), component, policy, imports)
//
// An instance so started has no more than the calling instance may have, out of
// what that one has left: its policy is narrowed as Policy.Intersect does, the
// caller's limits hold for it, and all that it uses is the caller's use: fuel,
// memory, output written, lines logged, requests, folders' quotas. Limits.Tasks and
// Limits.TaskDepth bound how many there are and how deep. Under a
// deterministic policy it is deterministic, with a seed of its own.
//
// The instance ends with the host function, which must not leave the context to
// a goroutine that outlives it: what still runs is cancelled, and
// waited for, and the instance is closed. Calls that run at the same time each
// set aside what they may use, so give them limits. Its calls are in the
// caller's report, under Tasks.
//
// With any other context, Instantiate fails.
func AsTask(ctx context.Context) context.Context {
	h, _ := ctx.Value(hostedKey{}).(*hostContext)
	return context.WithValue(ctx, asTaskKey{}, h)
}

// A taskLink is what an instance that is a task knows of its place.
type taskLink struct {
	scope *taskScope
	// policy is what it may do, folders as its caller has them.
	policy Policy
	// started is what starting it took, until its first call has it.
	started *Report
	// skipped is the time at which a deterministic task's clock started.
	skipped time.Duration
}

// gate returns the caller's part of the network; l may be nil.
func (l *taskLink) gate() *egress.Gate {
	if l == nil {
		return nil
	}
	return l.scope.parent.network.gate
}

// A taskScope is one host function's call with the tasks that it started. The
// guest waits meanwhile, so its instance's state stands still.
type taskScope struct {
	parent *Instance
	ctx    context.Context // ends with the scope
	cancel context.CancelFunc
	// running counts calls of tasks.
	running sync.WaitGroup

	mu sync.Mutex
	// over says that no call begins any more, settled that the caller has been
	// charged for all there were.
	over, settled bool
	// fuel and written are what is left to be set aside, and the others what
	// has been used.
	fuel, written         uint64
	usedFuel, usedWritten uint64
	handles               uint64
	instances             map[*Instance]struct{}
	reports               []Report
	// skipped is what deterministic tasks have waited for.
	skipped time.Duration
}

// The states of Instance.serving.
const (
	notServing   = iota
	serving      // a host function
	servingTasks // one that has started a task
)

// startsTask returns the link for an instance that is started with ctx; nil if
// it is no task. policy becomes what it may do.
//
// Errors: *LimitError for the caller's number and depth of tasks, or because
// nothing is left; those of Policy.Intersect.
func startsTask(ctx context.Context, policy Policy) (*taskLink, error) {
	h, marked := ctx.Value(asTaskKey{}).(*hostContext)
	if !marked || h != nil && ctx.Value(hostedKey{}) != h {
		return nil, nil // the mark is for an outer call
	}
	if h == nil || h.Err() != nil {
		return nil, errNotServing
	}
	if policy.Record != nil || policy.Replay != nil {
		return nil, errors.New("hostruntime: a task has no journal of its own: its caller's tells what it answered")
	}
	scope, err := h.in.taskScope()
	if err != nil {
		return nil, err
	}
	if err := scope.count(); err != nil {
		return nil, err
	}
	policy, err = scope.narrow(policy)
	if err != nil {
		return nil, err
	}
	return &taskLink{scope: scope, policy: policy}, nil
}

// taskScope returns the scope of the host function's call in progress.
func (in *Instance) taskScope() (*taskScope, error) {
	in.scopeMu.Lock()
	defer in.scopeMu.Unlock()
	if in.scope != nil {
		return in.scope, nil
	}
	if !in.serving.CompareAndSwap(serving, servingTasks) {
		return nil, errNotServing
	}
	c := &in.call
	s := &taskScope{
		parent: in, fuel: in.meter.limit, written: c.limits.WrittenBytes,
		handles:   c.limits.Handles - min(c.limits.Handles, uint64(in.handles.Used())),
		instances: map[*Instance]struct{}{},
	}
	if s.fuel != Unlimited {
		s.fuel -= in.meter.used()
	}
	if s.written != Unlimited {
		s.written -= min(in.output.written, s.written)
	}
	s.ctx, s.cancel = context.WithCancel(c.context())
	in.scope = s
	return s, nil
}

// count takes a task off the number that the caller and those who started it
// may start, in all generations together.
//
// Errors: *LimitError.
func (s *taskScope) count() error {
	owner, depth := s.parent, uint64(0)
	for ; s != nil; s = s.outer() {
		limits := &s.parent.call.limits
		if depth++; depth > limits.TaskDepth {
			return &LimitError{Limit: LimitTaskDepth, Max: limits.TaskDepth, Attempt: depth, owner: owner}
		}
		if !s.countOne(limits.Tasks) {
			return &LimitError{Limit: LimitTasks, Max: limits.Tasks, Attempt: limits.Tasks + 1, owner: owner}
		}
	}
	return nil
}

func (s *taskScope) countOne(most uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.parent.call
	if c.tasks.started >= most {
		return false
	}
	c.tasks.started++
	return true
}

// outer returns the scope that the caller itself is a task of, nil if it is
// none.
func (s *taskScope) outer() *taskScope {
	if s.parent.task == nil {
		return nil
	}
	return s.parent.task.scope
}

// caller returns the instance that this one is a task of, nil if it is none.
func (in *Instance) caller() *Instance {
	if in.task == nil {
		return nil
	}
	return in.task.scope.parent
}

// narrow returns what a task with the given policy may do.
func (s *taskScope) narrow(policy Policy) (Policy, error) {
	by := s.parent.policy
	by.Limits = s.parent.call.limits
	by.Dirs = slices.Clone(by.Dirs)
	for i := range by.Dirs {
		by.Dirs[i].Overlay = false // the task works on the caller's copy
	}
	tasks := policy.Tasks
	policy.Limits = policy.Limits.withDefaults()
	narrowed, err := policy.Intersect(by)
	if err != nil {
		return Policy{}, err
	}
	// Its own tasks are narrowed by what it may do itself, when it starts them.
	narrowed.Tasks = tasks
	if narrowed.Network.Resolver == nil {
		narrowed.Network.Resolver = by.Network.Resolver
	}
	if narrowed.Network.RootCAs == nil {
		narrowed.Network.RootCAs = by.Network.RootCAs
	}
	if narrowed.Deterministic != nil && by.Deterministic != nil {
		narrowed.Deterministic = &Deterministic{Seed: s.seed(narrowed.Deterministic.Seed)}
	}
	m := &s.parent.memory
	used := m.used.Load()
	narrowed.Limits.MemoryBytes = min(narrowed.Limits.MemoryBytes, m.limit-min(used, m.limit))
	if narrowed.Limits.MemoryBytes == 0 {
		return Policy{}, &LimitError{Limit: LimitMemory, Max: m.limit, Attempt: used + 1}
	}
	return narrowed, nil
}

// seed returns the seed of the next task, which follows from the caller's.
func (s *taskScope) seed(own uint64) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parent.seeds++
	return mixSeed(mixSeed(own) + s.parent.seeds)
}

// mixSeed spreads a number over 64 bits: the step of splitmix64.
func mixSeed(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// join makes a new instance one of the scope's, to be closed with it.
func (s *taskScope) join(in *Instance) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return ErrClosed
	}
	if in.policy.Deterministic != nil && s.parent.policy.Deterministic != nil {
		in.task.skipped = s.parent.clockNow()
		in.clock.skipped = in.task.skipped
	}
	s.instances[in] = struct{}{}
	return nil
}

// leave is called by an instance that is closed.
func (s *taskScope) leave(in *Instance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.instances, in)
	if s.settled {
		return
	}
	s.skipped += in.clock.skipped - in.task.skipped
	if in.task.started != nil {
		s.keep(*in.task.started) // no call has it
	}
}

// begin starts a call of a task: it sets aside what the call may use, and
// narrows its limits to that.
//
// Errors: ErrClosed, *LimitError where nothing is left.
func (s *taskScope) begin(in *Instance, c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return ErrClosed
	}
	l := &c.limits
	if s.fuel != Unlimited {
		if l.Fuel = min(l.Fuel, s.fuel); l.Fuel == 0 {
			return &LimitError{Export: c.export, Limit: LimitFuel, Max: s.parent.meter.limit}
		}
		s.fuel -= l.Fuel
	}
	if s.written != Unlimited {
		l.WrittenBytes = min(l.WrittenBytes, s.written)
		s.written -= l.WrittenBytes
	}
	outer := &s.parent.call
	l.LiftedBytes = min(l.LiftedBytes, outer.limits.LiftedBytes-min(outer.limits.LiftedBytes, outer.budget.Live()))
	l.Handles = min(l.Handles, s.handles)
	if c.report == outer.report {
		c.report = nil // what the caller's own call is told
	}
	if c.sum == outer.sum {
		c.sum = nil // the caller's own fuel has it
	}
	ctx, cancel := context.WithCancelCause(c.outer)
	stop := context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })
	c.outer, c.unhook = ctx, func() { stop(); cancel(nil) }
	s.running.Add(1)
	return nil
}

// end ends what begin began; r is how the call ended. Once the instance can be
// closed, running has to be told.
func (s *taskScope) end(in *Instance, c *call, r Report) {
	c.unhook()
	s.mu.Lock()
	defer s.mu.Unlock()
	fuel, written := in.meter.used(), in.output.written
	if s.fuel != Unlimited {
		s.fuel += c.limits.Fuel - fuel
	}
	if s.written != Unlimited {
		s.written += c.limits.WrittenBytes - written
	}
	s.usedFuel += fuel
	s.usedWritten += written
	if r.Export == instantiation && r.Outcome == OutcomeOK {
		in.task.started = &r
		return
	}
	if start := in.task.started; start != nil {
		r.addStart(start)
		in.task.started = nil
	}
	s.keep(r)
}

// overAt returns why a task's call must not go on, besides what its own limits
// and context say.
func (s *taskScope) overAt(now time.Time) error {
	if s.parent.call.overAt(now) != nil {
		return context.Canceled
	}
	return nil
}

// endTasks ends what the host function that has just returned has started, and
// charges the call for it.
//
// Errors: *egress.LimitError where the tasks passed one of the caller's, and
// those of fuel and of the caller's end.
func (in *Instance) endTasks() error {
	if in.serving.Swap(notServing) != servingTasks {
		return nil
	}
	in.scopeMu.Lock()
	s := in.scope
	in.scope = nil
	in.scopeMu.Unlock()
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.cancel()
	s.running.Wait()
	var open []*Instance
	s.mu.Lock()
	for task := range s.instances {
		open = append(open, task)
	}
	s.mu.Unlock()
	for _, task := range open {
		_ = task.Close(context.WithoutCancel(in.call.outer)) // the task is over, whatever became of its files
	}
	s.mu.Lock()
	s.settled = true // who still closes one of the tasks comes too late
	s.mu.Unlock()
	in.keepTaskReports(s.reports)
	in.output.written += min(s.usedWritten, math.MaxUint64-in.output.written)
	if in.policy.Deterministic != nil {
		in.clockSkip(s.skipped)
	}
	if err := in.burn(s.usedFuel); err != nil {
		return err
	}
	if failed, ok := errors.AsType[*egress.LimitError](in.network.gate.Failed()); ok {
		return failed
	}
	return in.stopped()
}
