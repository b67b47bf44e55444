package hostruntime

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A TaskGrant lets a guest start tasks by calling functions that it imports:
// each call starts a new instance of another component, runs the function that
// this exports, and closes the instance.
//
// If a task fails, its caller gets an error where the function's type has one
// that fits: a `result` with no error type, with a string, with the record
// failure of the interface capsule:tasks/types, or with a variant that has a
// case for that. Where there is none, the caller ends with a trap.
//
// Through the interface capsule:tasks/control a guest narrows what its next
// task may have, learns how the last one ended, and what is left for tasks.
type TaskGrant struct {
	// Interface is what the guest imports and Component exports, with a version of
	// the same semver track if it has one ("ns:pkg/iface@1.0.0"); empty for
	// functions of the worlds themselves. Its functions must not pass resources.
	Interface string
	// Component is what is started: one of the same Runtime or another, open as
	// long as instances may start it.
	Component *Component
	// Policy is the most that such a task may have, to start and to run together.
	// It gets that, as far as the policy of the instance that starts it allows it
	// too and has something left: see AsTask. What it may start itself, under its
	// own Tasks, has no more than it has.
	Policy Policy
	// Imports serve what the component imports.
	Imports []Imports
}

// taskImports returns what grants serve to the component. own is what the host
// serves besides.
//
// Errors: *LinkError.
func (c *Component) taskImports(grants []TaskGrant, own []Imports) (Imports, error) {
	imports := slices.Clip(controlImports)
	if len(grants) == 0 {
		return imports, nil
	}
	hosts, granted, imported := supply(own), map[string]bool{}, c.importedItems()
	for i := range grants {
		g := &grants[i]
		refuse := func(reason string) error {
			return &LinkError{Item: "task " + g.Interface, Reason: reason}
		}
		if g.Component == nil {
			return nil, refuse("the grant has no component")
		}
		found := false
		for j := range g.Component.plan.Exports {
			e := &g.Component.plan.Exports[j]
			if leftover(e) || e.Lifted < 0 || track(e.Interface) != track(g.Interface) {
				continue
			}
			found = true
			name := itemName(track(e.Interface), e.Name)
			if !imported[name] {
				continue
			}
			switch {
			case len(e.Type.Handles()) > 0:
				return nil, refuse("its function " + e.Name + " passes resources, which can't outlive the task")
			case hosts.find(g.Interface, e.Name) != nil:
				return nil, refuse("the host serves its function " + e.Name + " already")
			case granted[name]:
				return nil, refuse("two grants serve its function " + e.Name)
			}
			granted[name] = true
			imports = append(imports, g.serve(e))
		}
		if !found {
			return nil, refuse("the component has no functions there; it exports " + g.Component.exportNames())
		}
	}
	return imports, nil
}

// importedItems returns what the component imports, by the names that itemName
// has for their tracks.
func (c *Component) importedItems() map[string]bool {
	items := make(map[string]bool, len(c.plan.Imports))
	for _, imp := range c.plan.Imports {
		items[itemName(track(imp.Interface), imp.Name)] = true
		if imp.Implements != "" {
			items[itemName(track(imp.Implements), imp.Name)] = true
		}
	}
	return items
}

// serve returns the import that an export of the granted component serves.
func (g *TaskGrant) serve(e *link.Export) bind.Import {
	return bind.Import{
		Interface: e.Interface, Name: e.Name, Type: e.Type.String(),
		Values: func(ctx context.Context, args []value.Value) (value.Value, error) {
			h, ok := ctx.Value(hostedKey{}).(*hostContext)
			if !ok {
				return nil, errNotServing
			}
			result, used, err := g.run(ctx, h.in.nextTask(), itemName(e.Interface, e.Name), args)
			h.in.lastTask = newEnding(&used)
			if err == nil {
				return result, nil
			}
			if limit, ok := errors.AsType[*LimitError](err); ok && limit.owner == h.in {
				return nil, err
			}
			if over := h.in.stopped(); over != nil {
				return nil, over
			}
			if failed := h.in.network.gate.Failed(); failed != nil {
				return nil, failed
			}
			if failure, ok := failureResult(e.Type.Result, &used); ok {
				return failure, nil
			}
			return nil, err
		},
	}
}

// run starts an instance, calls a function of it, and closes it.
func (g *TaskGrant) run(ctx context.Context, asked *taskRequest, name string, args []value.Value) (result value.Value, used Report, err error) {
	policy, err := asked.narrow(g.Policy)
	if err == nil {
		result, err = g.call(WithReport(AsTask(ctx), &used), policy, name, args, &used)
	}
	if err != nil && (used.Outcome == "" || used.Outcome == OutcomeOK) {
		// The call never began.
		fuel, memory := used.Fuel, used.MemoryBytes
		used = Unstarted(name, err)
		used.Fuel, used.MemoryBytes = fuel, memory
	}
	return result, used, err
}

func (g *TaskGrant) call(ctx context.Context, policy Policy, name string, args []value.Value, used *Report) (value.Value, error) {
	in, err := g.Component.Instantiate(ctx, policy, g.Imports...)
	if err != nil {
		return nil, err
	}
	start := *in.task.started
	var result value.Value
	left, err := in.limits.after(&start)
	if err == nil {
		result, err = in.Call(WithLimits(ctx, left), name, args...)
	}
	if used.Export != instantiation {
		used.addStart(&start)
	}
	if failed := in.Close(context.WithoutCancel(ctx)); err == nil {
		err = failed
	}
	return result, err
}

// after returns what of a task's limits is left for its call once it has started:
// they are for both together.
//
// Errors: *LimitError where nothing is.
func (l Limits) after(start *Report) (Limits, error) {
	left := Limits{}
	if l.Fuel != Unlimited {
		if left.Fuel = l.Fuel - min(start.Fuel, l.Fuel); left.Fuel == 0 {
			return left, &LimitError{Export: instantiation, Limit: LimitFuel, Max: l.Fuel}
		}
	}
	if l.WallTime != math.MaxInt64 {
		if left.WallTime = l.WallTime - start.WallTime; left.WallTime <= 0 {
			return left, &LimitError{Export: instantiation, Limit: LimitWallTime, Max: uint64(l.WallTime), cause: context.DeadlineExceeded}
		}
	}
	return left, nil
}
