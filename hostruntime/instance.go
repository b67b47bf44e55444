package hostruntime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/tetratelabs/wazero/api"
)

// An Instance is one running sandbox: a component with memories, handles and
// a policy of its own.
//
// It serves one call at a time; a call while another is in progress gets
// ErrBusy. After a trap, a limit, an exit or a cancellation it has ended: its
// state is not to be trusted, and further calls get a *DeadError.
type Instance struct {
	component *Component
	// name is the policy's, and made when the instance was made.
	name    string
	made    time.Time
	limits  Limits
	imports []hostFunc
	// valueImports supply the plan's imported values, by index there.
	valueImports map[int]*bind.Import
	drops        map[string]func(ctx context.Context, rep any) error // of the host's resources

	busy   atomic.Bool
	closed atomic.Bool
	// dead is why the instance ended; read and written by whoever holds busy.
	dead error

	cores     []api.Module // by core slot
	parts     []part       // by component instance
	resources []*handle.ResourceType
	wasiTypes map[*handle.ResourceType]bool // those that WASI serves
	functions map[link.CoreRef]*coreFunc
	lifted    []*lifted // by index in the plan, made on first use
	lowered   []*lowered
	memory    memoryBudget
	memories  []*linearMemory
	// reused, while the instance starts, is where cores come from; nil if they
	// are new. started says that it has.
	reused  *coreSet
	started bool
	// chargeMemory is memory.charge.
	chargeMemory func(int64) bool
	meter        meter
	clock        fuelClock // where the policy is deterministic
	stacks       nativeStacks
	// stackMemory is what of them is charged to memory.
	stackMemory int64
	handles     handle.Quota
	wasi        *wasi.Host
	roots       []*os.Root // of the granted folders
	granted     []grantedDir
	overlays    []grantedCopy
	values      []value.Value // of the plan
	acted       int           // of the plan's actions
	output      outputQuota
	lines       lineCount
	observed    []func() // to be told when the instance is closed
	stdout      capture
	stderr      capture
	network     network
	recorder    *recorder // nil unless a journal is written
	replayer    *replayer // nil unless one is replayed

	call  call
	guest context.Context // of the guest's code; see guestContext

	// policy is what the instance was started with. Tasks are bounded by it.
	policy Policy
	// task is the instance's place as a task, nil if it is none.
	task *taskLink
	// serving says whether a host function is at work, and scope are the tasks
	// that it has started: a host function's other goroutines may be first.
	serving atomic.Uint32
	scopeMu sync.Mutex
	scope   *taskScope
	// asked is what the guest asks of its next task, and lastTask how its last
	// one ended; each may be nil. seeds counts its deterministic tasks.
	asked    *taskRequest
	lastTask *taskEnding
	seeds    uint64
}

// A part is the run-time state of one component instance.
//
// Spec: CanonicalABI, "Component Instance State", ComponentInstance.
type part struct {
	handles  *handle.Table
	mayLeave bool
	mayEnter bool
	tasks    taskState
}

// Instantiate starts a sandbox: it runs the component's initialisation under
// the policy's limits. What imports don't serve, WASI does as far as the
// policy grants it; anything else traps when called, naming itself.
//
// Errors: *LinkError where an import's type is not what the host serves; a
// policy that contradicts itself, or that grants what there isn't; ErrClosed;
// and, from the guest's initialisation, *LimitError, *Trap, *ExitError and
// ctx's error. Nothing stays open on error.
func (c *Component) Instantiate(ctx context.Context, policy Policy, imports ...Imports) (*Instance, error) {
	if err := policy.flaw(); err != nil {
		return nil, err
	}
	task, err := startsTask(ctx, policy)
	if err != nil {
		return nil, err
	}
	if task != nil {
		policy = task.policy
		if err := policy.flaw(); err != nil {
			return nil, err
		}
	}
	tasks, err := c.taskImports(policy.Tasks, imports)
	if err != nil {
		return nil, err
	}
	resolved, values, err := c.resolveImports(append([]Imports{tasks}, imports...))
	if policy.Replay != nil {
		policy, err = policy.replayed(), nil // nothing that was supplied is called
	}
	if err != nil {
		return nil, err
	}
	in := &Instance{
		component:    c,
		policy:       policy,
		task:         task,
		name:         policy.Name,
		made:         time.Now(),
		limits:       policy.Limits.withDefaults(),
		imports:      resolved,
		valueImports: values,
		cores:        make([]api.Module, len(c.plan.Steps)),
		functions:    map[link.CoreRef]*coreFunc{},
		lifted:       make([]*lifted, len(c.plan.Lifted)),
		lowered:      make([]*lowered, len(c.plan.Trampolines)),
	}
	in.guest = guestContext{in}
	in.memory.limit = in.limits.MemoryBytes
	in.chargeMemory = in.memory.charge
	if task != nil {
		in.memory.outer = &task.scope.parent.memory
	}
	if err := in.connect(ctx, &policy); err != nil {
		return nil, err
	}
	in.drops = hostDrops(imports)
	in.makeParts()
	if err := c.register(in); err != nil {
		return nil, errors.Join(err, in.disconnect())
	}
	if task != nil {
		err = task.scope.join(in)
	}
	if err == nil {
		err = in.start(ctx)
	}
	if err != nil {
		_ = in.Close(ctx) // the first error is the one that matters
		return nil, err
	}
	in.observeInstance()
	return in, nil
}

// connect opens what the policy grants, and what output goes to. Nothing stays
// open on error.
func (in *Instance) connect(ctx context.Context, policy *Policy) error {
	dirs, err := in.openDirs(ctx, policy.Dirs)
	if err != nil {
		return err
	}
	if err := in.network.open(&policy.Network, in.task.gate(), &in.stdout, &in.stderr); err != nil {
		return errors.Join(err, in.closeDirs())
	}
	config := wasi.Config{
		Args: policy.Args, Env: policy.Env, Dirs: dirs, Stdin: policy.Stdin,
		Memory: in.chargeMemory, Stdout: &in.network.stdout, Stderr: &in.network.stderr, Network: in.network.gate,
	}
	if policy.Deterministic != nil {
		in.makeDeterministic(policy.Deterministic, &config)
	}
	in.wasi = wasi.New(config)
	in.stdout = capture{quota: &in.output, charge: in.chargeMemory, through: policy.Stdout}
	in.stderr = capture{quota: &in.output, charge: in.chargeMemory, through: policy.Stderr}
	if policy.Stderr != nil && in.component.readable != nil {
		in.stderr.through = &lineWriter{to: policy.Stderr, readable: in.component.readable}
	}
	if policy.Log != nil {
		in.stdout.log = &lineLog{in: in, logger: policy.Log, stream: "stdout"}
		in.stderr.log = &lineLog{in: in, logger: policy.Log, stream: "stderr"}
	}
	in.handles.Memory = in.chargeMemory
	if err := in.openJournal(policy); err != nil {
		return errors.Join(err, in.disconnect())
	}
	return nil
}

// disconnect is the reverse of connect, before anything has run.
func (in *Instance) disconnect() error {
	in.network.close()
	return errors.Join(in.wasi.Close(), in.closeDirs())
}

func (c *Component) register(in *Instance) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	c.instances[in] = struct{}{}
	return nil
}

// makeParts gives every component instance its table, and every resource type
// its identity.
func (in *Instance) makeParts() {
	plan := in.component.plan
	in.parts = make([]part, len(plan.Instances))
	for i := range in.parts {
		p := &in.parts[i]
		*p = part{handles: handle.NewTable(p, 0), mayLeave: true, mayEnter: true}
		p.handles.Quota = &in.handles
	}
	in.makeResources(plan)
}

// Close ends the instance and frees what it holds, but for core instances that
// the component keeps for a later one; what the guest held of the host's is
// dropped. It is idempotent. An instance that serves a call is not closed: cancel
// the call's context first.
//
// Errors: ErrBusy; those of Policy.Record's writer, of the host's functions for
// dropped resources, and of the file system.
func (in *Instance) Close(ctx context.Context) error {
	if !in.busy.CompareAndSwap(false, true) {
		if in.closed.Load() {
			return nil
		}
		return ErrBusy
	}
	in.closed.Store(true) // busy stays set: nothing starts any more
	in.component.mu.Lock()
	delete(in.component.instances, in)
	in.component.mu.Unlock()

	// WASI first: its own resources then end in an order of its choice, and
	// the drops that follow have nothing left to do.
	in.network.close()
	errs := []error{in.wasi.Close(), in.dropLeftovers(), in.closeDirs(), in.closeJournal()}
	errs = append(errs, in.closeCores(ctx))
	in.memory.end()
	if in.task != nil {
		in.task.scope.leave(in)
	}
	for _, closed := range slices.Backward(in.observed) {
		closed()
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("hostruntime: closing an instance: %w", err)
	}
	return nil
}

// Component returns what the instance runs.
func (in *Instance) Component() *Component { return in.component }
