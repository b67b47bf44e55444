package hostruntime_test

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// starter is a component that can be its own task; see tasks.wat.
//
//go:embed testdata/tasks.wasm
var starter []byte

// A tasks test has one component that starts itself.
type tasksTest struct {
	*testing.T
	component *hostruntime.Component
}

func newTasks(t *testing.T, observers ...hostruntime.Observer) *tasksTest {
	t.Helper()
	rt, err := hostruntime.New(t.Context(), hostruntime.Config{NoCache: true, Observers: observers})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close(context.Background()) })
	c, err := rt.Load(t.Context(), starter)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return &tasksTest{t, c}
}

// grant lets an instance start the component with the given policy.
func (t *tasksTest) grant(p hostruntime.Policy) []hostruntime.TaskGrant {
	return []hostruntime.TaskGrant{{Interface: "a:b/work", Component: t.component, Policy: p}}
}

// endless grants each generation the next one.
func (t *tasksTest) endless() []hostruntime.TaskGrant {
	grants := t.grant(hostruntime.Policy{Limits: hostruntime.Limits{TaskDepth: hostruntime.Unlimited}})
	grants[0].Policy.Tasks = grants
	return grants
}

// call calls a function of a new instance.
func (t *tasksTest) call(p hostruntime.Policy, name string, args ...value.Value) (value.Value, hostruntime.Report, error) {
	t.Helper()
	return t.callWith(t.Context(), p, nil, name, args...)
}

func (t *tasksTest) callWith(ctx context.Context, p hostruntime.Policy, imports hostruntime.Imports, name string, args ...value.Value) (value.Value, hostruntime.Report, error) {
	t.Helper()
	in, err := t.component.Instantiate(ctx, p, imports)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close(context.Background())
	var used hostruntime.Report
	v, err := in.Call(hostruntime.WithReport(ctx, &used), name, args...)
	return v, used, err
}

// limited fails the test unless a limit was reached, with the outcome it has.
func (t *tasksTest) limited(err error, used hostruntime.Report, limit, outcome string) {
	t.Helper()
	if e, ok := errors.AsType[*hostruntime.LimitError](err); !ok || e.Limit != limit || used.Outcome != outcome || used.Limit != limit {
		t.Errorf("error %v, outcome %s, want the limit %s and the outcome %s", err, used.Outcome, limit, outcome)
	}
}

// What a task uses is its caller's use, to the unit, and is reported once with
// the caller and once by itself.
func TestATasksFuelIsItsCallers(t *testing.T) {
	tt := newTasks(t)
	policy := hostruntime.Policy{Tasks: tt.grant(hostruntime.Policy{})}
	_, one, err := tt.call(policy, "spawn", value.U32(1), value.U32(1000))
	if err != nil {
		t.Fatal(err)
	}
	_, five, err := tt.call(policy, "spawn", value.U32(5), value.U32(1000))
	if err != nil || five.Tasks.Started != 5 || len(five.Tasks.Reports) != 5 || five.Tasks.Omitted != 0 {
		t.Fatalf("error %v, tasks %+v", err, five.Tasks)
	}
	task := one.Tasks.Reports[0]
	if task.Export != "a:b/work#spin" || task.Outcome != hostruntime.OutcomeOK || task.Fuel < 1000 {
		t.Errorf("the task's report: %+v", task)
	}
	// All that is done once but for the tasks is the same.
	if each := (five.Fuel - one.Fuel) / 4; each < task.Fuel || each > task.Fuel+200 {
		t.Errorf("a task costs %d, and its report says %d", each, task.Fuel)
	}
	if one.MemoryBytes < 2*task.MemoryBytes {
		t.Errorf("the caller had %d bytes at most and its task %d", one.MemoryBytes, task.MemoryBytes)
	}
	// The memory of one is given back before the next one starts, but for what
	// its report takes.
	if five.MemoryBytes > one.MemoryBytes+16<<10 {
		t.Errorf("five tasks took %d bytes, one %d", five.MemoryBytes, one.MemoryBytes)
	}

	// The caller's limit ends what they do together at the exact unit.
	policy.Limits.Fuel = five.Fuel
	if _, _, err := tt.call(policy, "spawn", value.U32(5), value.U32(1000)); err != nil {
		t.Error(err)
	}
	for _, fuel := range []uint64{five.Fuel - 1, five.Fuel - task.Fuel/2, one.Fuel} {
		policy.Limits.Fuel = fuel
		_, used, err := tt.call(policy, "spawn", value.U32(5), value.U32(1000))
		if err == nil || used.Fuel != fuel && used.Outcome == hostruntime.OutcomeFuel || used.Fuel > fuel {
			t.Errorf("with %d: error %v, used %d, outcome %s", fuel, err, used.Fuel, used.Outcome)
		}
	}
}

func TestTasksAreCounted(t *testing.T) {
	tt := newTasks(t)
	for _, most := range []uint64{1, 7} {
		policy := hostruntime.Policy{Limits: hostruntime.Limits{Tasks: most}, Tasks: tt.grant(hostruntime.Policy{})}
		if _, used, err := tt.call(policy, "spawn", value.U32(most), value.U32(0)); err != nil || used.Tasks.Started != most {
			t.Errorf("%d of %d: %v, %+v", most, most, err, used.Tasks)
		}
		_, used, err := tt.call(policy, "spawn", value.U32(most+1), value.U32(0))
		tt.limited(err, used, hostruntime.LimitTasks, hostruntime.OutcomeTasks)
	}
	// Those of tasks count for whoever started these.
	policy := hostruntime.Policy{Limits: hostruntime.Limits{Tasks: 3, TaskDepth: 100}, Tasks: tt.endless()}
	if v, used, err := tt.call(policy, "a:b/work#down", value.U32(3)); err != nil || v != value.U32(3) || used.Tasks.Started != 3 || len(used.Tasks.Reports) != 1 {
		t.Errorf("%v, %v, %+v", v, err, used.Tasks)
	}
	if _, used, err := tt.call(policy, "a:b/work#down", value.U32(4)); err == nil || used.Tasks.Started != 3 {
		t.Errorf("one more: %v, %+v", err, used.Tasks)
	}
}

// A grant that comes round to itself ends at the depth that the policy gives,
// and the innermost task's report says so.
func TestTasksAreBoundedInDepth(t *testing.T) {
	tt := newTasks(t)
	for depth, limits := range map[uint32]hostruntime.Limits{
		hostruntime.DefaultTaskDepth: {}, 1: {TaskDepth: 1}, 40: {TaskDepth: 40},
	} {
		policy := hostruntime.Policy{Limits: limits, Tasks: tt.endless()}
		v, _, err := tt.call(policy, "a:b/work#down", value.U32(depth))
		if err != nil || v != value.U32(depth) {
			t.Errorf("%d generations: %v, %v", depth, v, err)
		}
		_, used, err := tt.call(policy, "a:b/work#down", value.U32(1000))
		if err == nil {
			t.Fatalf("%d generations are no bound", depth)
		}
		innermost, generations := &used, uint32(0)
		for ; len(innermost.Tasks.Reports) > 0; generations++ {
			innermost = &innermost.Tasks.Reports[0]
		}
		if innermost.Limit != hostruntime.LimitTaskDepth || innermost.Outcome != hostruntime.OutcomeTasks || generations != depth {
			t.Errorf("%d generations: the innermost is the %dth, %s (%s)", depth, generations, innermost.Outcome, innermost.Error)
		}
	}
	// Without a grant of its own a task starts nothing.
	policy := hostruntime.Policy{Tasks: tt.grant(hostruntime.Policy{})}
	if _, _, err := tt.call(policy, "a:b/work#down", value.U32(2)); err == nil || !strings.Contains(err.Error(), "does not provide") {
		t.Errorf("error %v", err)
	}
}

// A grant's own limits hold, however large the caller's are, and the caller's
// hold, however large the grant's are.
func TestTasksHaveTheSmallerLimits(t *testing.T) {
	tt := newTasks(t)
	large := hostruntime.Limits{Fuel: hostruntime.Unlimited, MemoryBytes: hostruntime.Unlimited, WallTime: -1, Tasks: hostruntime.Unlimited, TaskDepth: hostruntime.Unlimited}
	small := hostruntime.Limits{Fuel: 5000, MemoryBytes: 1 << 20}
	for _, limits := range [][2]hostruntime.Limits{{large, small}, {small, large}} {
		policy := hostruntime.Policy{Limits: limits[0], Tasks: tt.grant(hostruntime.Policy{Limits: limits[1]})}
		_, used, err := tt.call(policy, "spawn", value.U32(1), value.U32(100_000))
		if err == nil || len(used.Tasks.Reports) != 1 {
			t.Fatalf("error %v, %+v", err, used.Tasks)
		}
		task := used.Tasks.Reports[0]
		if task.Outcome != hostruntime.OutcomeFuel || task.Fuel > 5000 || task.FuelLimit > 5000 || task.MemoryLimit > 1<<20 {
			t.Errorf("the task: %s, %d of %d units, %d bytes", task.Outcome, task.Fuel, task.FuelLimit, task.MemoryLimit)
		}
	}
}

// A failure is an error where the type has one; the caller goes on.
func TestAFailedTaskIsAnErrorOfItsCallers(t *testing.T) {
	tt := newTasks(t)
	policy := hostruntime.Policy{Tasks: tt.grant(hostruntime.Policy{Limits: hostruntime.Limits{Fuel: 5000}})}
	for n, want := range map[uint32]string{
		12:      "ok(12)",
		13:      `err("the task failed: trap: a:b/work#try-spin: trap: unreachable")`,
		100_000: `err("the task failed: fuel: the limit of fuel was reached")`,
	} {
		v, used, err := tt.call(policy, "attempt", value.U32(n))
		if err != nil || value.Format(v) != want {
			t.Errorf("%d: %v, %v, want %s", n, v, err, want)
		}
		outcome := hostruntime.OutcomeOK
		if n != 12 {
			outcome = hostruntime.OutcomeGuestError
		}
		if used.Outcome != outcome || used.Tasks.Started != 1 || used.Tasks.Reports[0].Outcome != strings.SplitN(want+": ok", ": ", 3)[1] && n != 12 {
			t.Errorf("%d: outcome %s, %+v", n, used.Outcome, used.Tasks)
		}
	}
	// Without such an error the caller ends too, with the task's end as cause.
	_, used, err := tt.call(policy, "spawn", value.U32(1), value.U32(100_000))
	limit, ok := errors.AsType[*hostruntime.LimitError](err)
	if !ok || limit.Export != "a:b/work#spin" || used.Outcome != hostruntime.OutcomeHostError {
		t.Errorf("%v, outcome %s", err, used.Outcome)
	}
}

// The caller's time and its context end a task, and then the caller itself.
func TestTasksEndWithTheirCaller(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	tt := newTasks(t, hostruntime.Observer{Call: func(c context.Context, call hostruntime.CallInfo) (context.Context, func(*hostruntime.Report)) {
		if call.Name == "to be cancelled" && !call.Instantiation {
			time.AfterFunc(time.Millisecond, cancel)
		}
		return c, nil
	}})
	policy := hostruntime.Policy{Tasks: tt.grant(hostruntime.Policy{Limits: hostruntime.Limits{WallTime: -1}})}
	policy.Limits.WallTime = 50 * time.Millisecond
	_, used, err := tt.call(policy, "attempt", value.U32(math.MaxUint32))
	tt.limited(err, used, hostruntime.LimitWallTime, hostruntime.OutcomeTimeout)
	policy.Limits.WallTime = -1
	policy.Tasks[0].Policy.Name = "to be cancelled"
	_, used, err = tt.callWith(ctx, policy, nil, "attempt", value.U32(math.MaxUint32))
	if !errors.Is(err, context.Canceled) || used.Outcome != hostruntime.OutcomeCancelled {
		t.Errorf("%v, outcome %s", err, used.Outcome)
	}
	if task := used.Tasks.Reports; len(task) != 1 || task[0].Outcome != hostruntime.OutcomeCancelled {
		t.Errorf("tasks %+v", task)
	}
	// A task's own limit is its own affair.
	policy.Tasks[0].Policy.Name = ""
	policy.Tasks[0].Policy.Limits.WallTime = time.Millisecond
	v, used, err := tt.call(policy, "attempt", value.U32(math.MaxUint32))
	if err != nil || used.Tasks.Reports[0].Outcome != hostruntime.OutcomeTimeout {
		t.Errorf("%v, %v, %+v", v, err, used.Tasks)
	}
}

func TestTaskGrantsThatCantBe(t *testing.T) {
	tt := newTasks(t)
	serves := hostruntime.HostFunc("a:b/work", "spin", nil)
	for want, c := range map[string]struct {
		grants  []hostruntime.TaskGrant
		imports hostruntime.Imports
	}{
		"no component":            {grants: []hostruntime.TaskGrant{{Interface: "a:b/work"}}},
		"no functions there":      {grants: []hostruntime.TaskGrant{{Interface: "a:b/other", Component: tt.component}}},
		"two grants serve":        {grants: append(tt.grant(hostruntime.Policy{}), tt.grant(hostruntime.Policy{})...)},
		"the host serves its fun": {grants: tt.grant(hostruntime.Policy{}), imports: hostruntime.Imports{serves}},
	} {
		_, err := tt.component.Instantiate(t.Context(), hostruntime.Policy{Tasks: c.grants}, c.imports)
		if _, ok := errors.AsType[*hostruntime.LinkError](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want a LinkError: %s", err, want)
		}
	}
}

// Hundreds of tasks, however they end, leave neither goroutines nor memory.
func TestTasksLeaveNothing(t *testing.T) {
	tt := newTasks(t)
	in, err := tt.component.Instantiate(t.Context(), hostruntime.Policy{
		Limits: hostruntime.Limits{MemoryBytes: 1 << 20, Tasks: hostruntime.Unlimited},
		Tasks:  tt.grant(hostruntime.Policy{Limits: hostruntime.Limits{Fuel: 2000}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close(context.Background())
	round := func() (memory uint64) {
		for range 100 {
			for _, n := range []uint32{1, 13, 1_000_000} {
				var used hostruntime.Report
				if _, err := in.Call(hostruntime.WithReport(t.Context(), &used), "attempt", value.U32(n)); err != nil {
					t.Fatal(err)
				}
				memory = used.MemoryBytes
			}
		}
		return memory
	}
	before := round()
	goroutines := runtime.NumGoroutine()
	if after := round(); after != before {
		t.Errorf("%d bytes at most in a call, %d after three hundred tasks", before, after)
	}
	if now := runtime.NumGoroutine(); now > goroutines {
		t.Errorf("%d goroutines, then %d", goroutines, now)
	}
}

// Runs with tasks are equal under a deterministic policy, and tasks of equal
// calls are.
func TestDeterministicTasks(t *testing.T) {
	tt := newTasks(t)
	run := func() string {
		policy := hostruntime.Policy{Deterministic: &hostruntime.Deterministic{Seed: 7}, Limits: hostruntime.Limits{Fuel: 30_000}, Tasks: tt.endless()}
		v, used, err := tt.call(policy, "a:b/work#down", value.U32(3))
		text := fmt.Sprint(v, err, used.Fuel, used.MemoryBytes)
		for r := &used; len(r.Tasks.Reports) > 0; {
			r = &r.Tasks.Reports[0]
			text += fmt.Sprint(" ", r.Fuel, r.MemoryBytes, r.Outcome)
		}
		return text
	}
	first := run()
	for range 5 {
		runtime.GC()
		if again := run(); again != first {
			t.Errorf("%s, then %s", first, again)
		}
	}
}

// A journal has what tasks came to, and is replayed without them.
func TestTasksAreReplayed(t *testing.T) {
	tt := newTasks(t)
	for _, fuel := range []uint64{hostruntime.Unlimited, 4000} {
		var journal bytes.Buffer
		policy := hostruntime.Policy{Record: &journal, Tasks: tt.grant(hostruntime.Policy{}), Limits: hostruntime.Limits{Fuel: fuel}}
		_, used, err := tt.call(policy, "spawn", value.U32(5), value.U32(1000))
		if (err != nil) != (fuel != hostruntime.Unlimited) || used.Tasks.Started == 0 {
			t.Fatalf("%v, %+v", err, used.Tasks)
		}
		reports, err := hostruntime.Replay(t.Context(), tt.component, &journal, hostruntime.Policy{})
		if err != nil {
			t.Fatal(err)
		}
		if last := reports[len(reports)-1]; last.Fuel != used.Fuel || last.Outcome != used.Outcome || last.Error != used.Error {
			t.Errorf("recorded %s with %d units (%s), replayed %s with %d (%s)", used.Outcome, used.Fuel, used.Error, last.Outcome, last.Fuel, last.Error)
		}
	}
}

// Whatever limits a policy and a grant have, no task has more than either, and
// all tasks together use no more than their caller may.
func TestTasksNeverHaveMore(t *testing.T) {
	tt := newTasks(t)
	amounts := []uint64{1, 300, 5000, 70_000, 1 << 20, math.MaxInt64, math.MaxInt64 + 1, hostruntime.Unlimited - 1, hostruntime.Unlimited}
	r := rand.New(rand.NewPCG(1, 2))
	some := func() uint64 { return amounts[r.IntN(len(amounts))] }
	for range 200 {
		limits := func() hostruntime.Limits {
			return hostruntime.Limits{Fuel: some(), MemoryBytes: some(), WrittenBytes: some(), Tasks: some() % 10, TaskDepth: some(), WallTime: 10 * time.Second}
		}
		own, granted := limits(), limits()
		in, err := tt.component.Instantiate(t.Context(), hostruntime.Policy{Limits: own, Tasks: tt.grant(hostruntime.Policy{Limits: granted})})
		if err != nil {
			continue // there is too little to start with
		}
		var used hostruntime.Report
		_, err = in.Call(hostruntime.WithReport(t.Context(), &used), "spawn", value.U32(3), value.U32(500))
		in.Close(t.Context())
		if used.Fuel > own.Fuel || used.MemoryBytes > own.MemoryBytes {
			t.Errorf("used %d of %d units, %d of %d bytes", used.Fuel, own.Fuel, used.MemoryBytes, own.MemoryBytes)
		}
		for _, task := range used.Tasks.Reports {
			if task.Fuel > min(own.Fuel, granted.Fuel) || task.FuelLimit > min(own.Fuel, granted.Fuel) || task.MemoryLimit > min(own.MemoryBytes, granted.MemoryBytes) {
				t.Errorf("%+v and %+v: a task used %d of %d units, %d of %d bytes (%v)", own, granted, task.Fuel, task.FuelLimit, task.MemoryBytes, task.MemoryLimit, err)
			}
		}
	}
}
