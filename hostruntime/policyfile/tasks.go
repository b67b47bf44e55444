package policyfile

import (
	"errors"
	"slices"
	"time"

	"github.com/capsule-kit/capsule/hostruntime"
	"github.com/capsule-kit/capsule/internal/tomlkeys"
)

// A Start lets a task's guest start another task of the file: by calling the
// functions of an interface that it imports.
type Start struct {
	// Interface is empty for the functions of the worlds themselves.
	Interface string
	// Task is the other one's name, or the task's own.
	Task string
}

// readStarts reads the list tasks of grants.
func (t *Task) readStarts(g *table) *mistake {
	values, err := get[[]any](g, "tasks", "a list of tables")
	if err != nil {
		return err
	}
	for _, value := range values {
		fields, ok := value.(map[string]any)
		if !ok {
			return mistaken("want tables, not %s", tomlkeys.Quote(value)).under("tasks")
		}
		one := newTable(fields)
		var s Start
		if s.Interface, err = get[string](one, "interface", "an interface's name"); err != nil {
			return err.within("tasks")
		}
		if s.Task, err = get[string](one, "task", "a task's name"); err != nil {
			return err.within("tasks")
		}
		if err := one.rest(); err != nil {
			return err.within("tasks")
		}
		if s.Task == "" {
			return mistaken("want the name of a task").under("tasks")
		}
		t.Starts = append(t.Starts, s)
	}
	return nil
}

// checkStarts returns an error where a task would start one that isn't there.
func (f *File) checkStarts(keys *tomlkeys.Keys) error {
	for _, t := range f.Tasks {
		for _, s := range t.Starts {
			if f.task(s.Task) == nil {
				return mistaken("there is no task %s in the file", tomlkeys.Quote(s.Task)).under("tasks").under("grants").in(f.Path, t.Name, keys)
			}
		}
	}
	return nil
}

// task returns the task called name, nil if there is none.
func (f *File) task(name string) *Task {
	i := slices.IndexFunc(f.Tasks, func(t *Task) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return f.Tasks[i]
}

// Grants returns what the task called name may start, with the policies that
// the file gives the others, whose own grants of tasks included. component
// returns the component of a task; it is called once for each.
//
// A task that is come round to again, such as one that may start itself, has
// the same grants there: the limits of tasks end it.
//
// Errors: component's, and those of Policy.
func (f *File) Grants(name string, component func(task string) (*hostruntime.Component, error)) ([]hostruntime.TaskGrant, error) {
	known := map[string][]hostruntime.TaskGrant{}
	components := map[string]*hostruntime.Component{}
	var grants func(name string) ([]hostruntime.TaskGrant, error)
	grants = func(name string) ([]hostruntime.TaskGrant, error) {
		if list, ok := known[name]; ok {
			return list, nil
		}
		t, err := f.Task(name)
		if err != nil {
			return nil, err
		}
		list := make([]hostruntime.TaskGrant, len(t.Starts))
		known[name] = list // whoever comes round sees it filled
		for i, s := range t.Starts {
			policy, err := f.Policy(s.Task)
			if err != nil {
				return nil, err
			}
			if components[s.Task] == nil {
				if components[s.Task], err = component(s.Task); err != nil {
					return nil, err
				}
			}
			if policy.Tasks, err = grants(s.Task); err != nil {
				return nil, err
			}
			list[i] = hostruntime.TaskGrant{Interface: s.Interface, Component: components[s.Task], Policy: policy}
		}
		return list, nil
	}
	return grants(name)
}

// readRetry reads the table retry.
func readRetry(p *hostruntime.RetryPolicy, t *table) *mistake {
	text, ok, err := t.scalar("max-retries")
	if err != nil {
		return err
	}
	if ok {
		n, e := parseCount(text)
		if e != nil || n > maxRetries {
			return mistaken("want a number from 1 to %d, not %s", maxRetries, tomlkeys.Quote(t.values["max-retries"])).under("max-retries")
		}
		p.MaxRetries = int(n)
	}
	if p.RetryOn, err = t.texts("on"); err != nil {
		return err
	}
	for _, one := range []struct {
		key  string
		into *time.Duration
	}{{"back-off", &p.BackOff}, {"max-back-off", &p.MaxBackOff}} {
		text, err := get[string](t, one.key, "a time")
		if err != nil {
			return err
		}
		if text == "" {
			continue
		}
		var e error
		if *one.into, e = ParseDuration(text); e != nil {
			return mistaken("%v", e).under(one.key)
		}
	}
	if text, ok, err := t.scalar("fuel"); err != nil {
		return err
	} else if ok {
		var e error
		if p.Fuel, e = ParseFuel(text); e != nil {
			return mistaken("%v", e).under("fuel")
		}
	}
	if e := p.Check(); e != nil {
		return mistaken("%v", errors.Unwrap(e)).under("on")
	}
	return t.rest()
}

// maxRetries is more than makes sense.
const maxRetries = 1000
