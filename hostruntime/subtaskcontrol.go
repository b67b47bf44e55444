package hostruntime

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// controlInterface is the interface through which a guest deals with its tasks;
// wit/packages/capsule-tasks.wit says what each function does.
const controlInterface = "capsule:tasks/control@0.1.0"

// A taskRequest is what a guest asks for its next task to be narrowed to; a nil
// one asks for nothing.
type taskRequest struct {
	limits                    Limits
	none                      string // the limit of which it asks for nothing at all
	folders, network, subtask bool   // to be withheld
}

// narrow returns the policy as it was asked for.
//
// Errors: *LimitError where nothing is to be had of something.
func (r *taskRequest) narrow(p Policy) (Policy, error) {
	if r == nil {
		return p, nil
	}
	if r.none != "" {
		return p, &LimitError{Export: instantiation, Limit: r.none}
	}
	p.Limits = p.Limits.withDefaults().narrow(r.limits)
	if r.folders {
		p.Dirs = nil
	}
	if r.network {
		p.Network = Network{}
	}
	if r.subtask {
		p.Tasks = nil
	}
	return p, nil
}

// nextTask returns what the guest has asked for its next task, once.
func (in *Instance) nextTask() *taskRequest {
	r := in.asked
	in.asked = nil
	return r
}

// The types of capsule:tasks/control.
var (
	optionU64  = abi.NewOption(abi.Primitive(abi.U64))
	limitNames = []string{"fuel", "memory-bytes", "wall-time", "written-bytes", "tasks", "task-depth"}
	limitsType = func() *abi.Type {
		var fields []abi.Field
		for _, name := range limitNames {
			fields = append(fields, abi.Field{Name: name, Type: optionU64})
		}
		return abi.NewRecord(fields...)
	}()
	grantsType = abi.NewFlags("folders", "network", "tasks")
	endingType = abi.NewRecord(
		abi.Field{Name: "outcome", Type: outcomeType},
		abi.Field{Name: "message", Type: abi.Primitive(abi.String)},
		abi.Field{Name: "fuel", Type: abi.Primitive(abi.U64)},
		abi.Field{Name: "memory-bytes", Type: abi.Primitive(abi.U64)},
	)
)

// controlImports serves capsule:tasks/control.
var controlImports = func() Imports {
	serve := func(name string, t *abi.Func, run func(in *Instance, args []value.Value) value.Value) bind.Import {
		return bind.Import{
			Interface: controlInterface, Name: name, Type: t.String(),
			Values: func(ctx context.Context, args []value.Value) (value.Value, error) {
				h, ok := ctx.Value(hostedKey{}).(*hostContext)
				if !ok {
					return nil, errNotServing
				}
				return run(h.in, args), nil
			},
		}
	}
	return Imports{
		serve("narrow-next", &abi.Func{Params: []abi.Param{{Name: "to", Type: limitsType}, {Name: "without", Type: grantsType}}},
			func(in *Instance, args []value.Value) value.Value {
				in.asked = readRequest(args[0].(value.Record), args[1].(value.Flags))
				return nil
			}),
		serve("last", &abi.Func{Result: abi.NewOption(endingType)}, func(in *Instance, _ []value.Value) value.Value {
			return in.lastEnding()
		}),
		serve("left", &abi.Func{Result: limitsType}, func(in *Instance, _ []value.Value) value.Value {
			return in.leftForTasks()
		}),
	}
}()

// readRequest reads the arguments of narrow-next. A zero asks for nothing at
// all, and what is more than there can be for no narrowing.
func readRequest(to value.Record, without value.Flags) *taskRequest {
	r := &taskRequest{
		folders: slices.Contains(without, "folders"), network: slices.Contains(without, "network"),
		subtask: slices.Contains(without, "tasks"),
	}
	read := func(i int, limit string) uint64 {
		n, asked := to[i].Value.(value.Option).Some.(value.U64)
		if asked && n == 0 {
			r.none = limit
		}
		return uint64(n)
	}
	r.limits.Fuel = read(0, LimitFuel)
	r.limits.MemoryBytes = read(1, LimitMemory)
	r.limits.WallTime = time.Duration(min(read(2, LimitWallTime), math.MaxInt64))
	r.limits.WrittenBytes = read(3, LimitOutput)
	// No tasks, or no generation of them, is what withholding the grants gives.
	if n, asked := to[4].Value.(value.Option).Some.(value.U64); asked {
		r.limits.Tasks, r.subtask = uint64(n), r.subtask || n == 0
	}
	if n, asked := to[5].Value.(value.Option).Some.(value.U64); asked {
		r.limits.TaskDepth, r.subtask = uint64(n), r.subtask || n == 0
	}
	return r
}

// A taskEnding is what a guest can learn of how its last task ended.
type taskEnding struct {
	outcome, message  string
	fuel, memoryBytes uint64
}

func newEnding(r *Report) *taskEnding {
	e := &taskEnding{outcome: r.Outcome, fuel: r.Fuel, memoryBytes: r.MemoryBytes}
	if r.Outcome != OutcomeOK && r.Outcome != OutcomeGuestError {
		e.message = r.failure()
	}
	return e
}

// lastEnding returns an option<ending>.
func (in *Instance) lastEnding() value.Value {
	e := in.lastTask
	if e == nil {
		return value.Option{}
	}
	return value.Option{Some: value.Record{
		{Name: "outcome", Value: value.Enum(e.outcome)},
		{Name: "message", Value: value.String(e.message)},
		{Name: "fuel", Value: value.U64(e.fuel)},
		{Name: "memory-bytes", Value: value.U64(e.memoryBytes)},
	}}
}

// leftForTasks returns limits: what a task could have at most, none where there
// is no limit. The time isn't told where runs are to be equal.
func (in *Instance) leftForTasks() value.Value {
	c := &in.call
	left := func(limit, used uint64) value.Value {
		if limit == Unlimited {
			return value.Option{}
		}
		return value.Option{Some: value.U64(limit - min(used, limit))}
	}
	var wallTime value.Value = value.Option{}
	if deadline, ok := c.context().Deadline(); ok && in.policy.Deterministic == nil {
		wallTime = value.Option{Some: value.U64(max(0, time.Until(deadline)))}
	}
	values := []value.Value{
		left(in.meter.limit, in.meter.used()), left(in.memory.limit, in.memory.used.Load()), wallTime,
		left(c.limits.WrittenBytes, in.output.written), left(c.limits.Tasks, c.tasks.started),
		left(c.limits.TaskDepth, 0),
	}
	record := make(value.Record, len(values))
	for i, v := range values {
		record[i] = value.Field{Name: limitNames[i], Value: v}
	}
	return record
}
