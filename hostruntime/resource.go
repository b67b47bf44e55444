package hostruntime

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/handle"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/internal/wasi"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// makeResources gives the instance its resource types. Imports of one WASI
// resource, under several names and versions, are one type.
func (in *Instance) makeResources(plan *link.Plan) {
	in.resources = make([]*handle.ResourceType, len(plan.Resources))
	in.wasiTypes = map[*handle.ResourceType]bool{}
	shared := map[*wasi.Resource]*handle.ResourceType{}
	for i := range plan.Resources {
		r := &plan.Resources[i]
		if r.Instance >= 0 {
			in.resources[i] = &handle.ResourceType{Name: r.Name, Impl: &in.parts[r.Instance]}
			continue
		}
		if iface, ok := lookupWASI(r.Import, r.Implements); ok {
			if known, ok := iface.Resources[r.Name]; ok {
				if shared[known] == nil {
					shared[known] = &handle.ResourceType{
						Name: r.Name,
						Dtor: func(_ context.Context, rep any) error { return known.Drop(in.wasi, rep) },
					}
				}
				in.resources[i] = shared[known]
				in.wasiTypes[shared[known]] = true
				continue
			}
		}
		drop := dropProvided
		for _, iface := range []string{r.Import, track(r.Import), r.Implements, track(r.Implements)} {
			if known := in.drops[itemName(iface, r.Name)]; known != nil && (iface != "" || r.Import == "") {
				drop = known
				break
			}
		}
		in.resources[i] = &handle.ResourceType{Name: r.Name, Dtor: drop}
	}
}

// HostResource tells the host when a guest drops a resource that the host
// defines: rep is the Go value that a host function returned in a
// value.Handle. iface and name are what the component imports; iface is empty
// for a resource type that the world itself imports. A resource type without
// one can be used all the same.
//
// drop is called once for each own handle: when the guest drops it, or when
// the instance is closed, with a context that doesn't end then. An error ends the
// guest's call with a trap of that cause.
func HostResource(iface, name string, drop func(ctx context.Context, rep any) error) bind.Import {
	return bind.Import{Interface: iface, Name: name, Drop: drop}
}

// hostDrops returns the destructors among imports, by name and by semver track.
func hostDrops(imports []Imports) map[string]func(ctx context.Context, rep any) error {
	drops := map[string]func(ctx context.Context, rep any) error{}
	for _, list := range imports {
		for i := range list {
			imp := &list[i]
			if imp.Drop == nil {
				continue
			}
			drop := func(ctx context.Context, rep any) (err error) {
				what := &link.HostFunc{Interface: imp.Interface, Name: "[resource-drop]" + imp.Name}
				defer func() {
					if r := recover(); r != nil {
						err = &HostPanic{Func: itemName(what.Interface, what.Name), Value: r, Stack: debug.Stack()}
					}
				}()
				if err := imp.Drop(ctx, rep); err != nil {
					return hostError(what, err)
				}
				return nil
			}
			drops[itemName(track(imp.Interface), imp.Name)] = drop
			drops[itemName(imp.Interface, imp.Name)] = drop
		}
	}
	return drops
}

// A GuestResource stands for a resource that a guest defines, in a
// value.Handle: what Rep holds. The host owns what a call returned. It can be
// passed to the instance that it came from, where a function borrows it, or
// once where one wants to own it, and is dropped with Instance.Drop.
type GuestResource struct {
	in       *Instance
	resource *handle.ResourceType
	rep      any
	// gone says why the handle can't be used any more; empty while it can.
	gone string
}

// wrap returns what stands for a resource on the host's side: a host resource
// is the host's own value, a guest's is opaque.
func (x *crossing) wrap(rt *handle.ResourceType, rep any) any {
	if rt.Impl == nil {
		return rep
	}
	return &GuestResource{in: x.in, resource: rt, rep: rep}
}

// Close drops the resource as Instance.Drop does. It is idempotent, and does
// nothing where the resource was given away or ended with its instance.
//
// Errors: those of Call.
func (r *GuestResource) Close(ctx context.Context) error {
	err := r.in.begin(ctx, "[resource-drop]"+r.resource.Name)
	if err != nil {
		if _, dead := errors.AsType[*DeadError](err); dead || err == ErrClosed {
			return nil
		}
		return err
	}
	if r.gone != "" {
		return r.in.end(nil)
	}
	return r.in.end(r.in.drop(value.Handle{Resource: r.resource.Name, Rep: r}))
}

// unwrap returns what v, on the host's side, stands for; called is the name of
// its type there.
//
// Errors: *canon.ArgumentError.
func unwrap(rt *handle.ResourceType, v any, called string) (any, error) {
	guest, ok := v.(*GuestResource)
	if rt.Impl == nil {
		if ok {
			return nil, &canon.ArgumentError{Want: "a handle of " + rt.Name, Got: "a handle of " + guest.resource.Name}
		}
		return v, nil
	}
	if v == nil {
		return nil, &canon.ArgumentError{Want: "a handle of " + rt.Name, Got: "nil"}
	}
	if !ok || guest.resource != rt {
		got := "a handle of " + called
		if called == rt.Name {
			got = "one of another instance"
		}
		return nil, &canon.ArgumentError{Want: "a handle of " + rt.Name, Got: got}
	}
	if guest.gone != "" {
		return nil, &canon.ArgumentError{Want: "a handle of " + rt.Name, Got: "one that " + guest.gone}
	}
	return guest.rep, nil
}

// Drop drops an own handle of a resource that the guest defines, as a call
// returned it: the guest's destructor runs, as a call does. What the guest
// still has of its own when the instance is closed needs no Drop.
//
// Errors: *ArgumentError for a handle that is no such one, or isn't any more;
// else those of Call.
func (in *Instance) Drop(ctx context.Context, h value.Handle) error {
	if err := in.begin(ctx, "[resource-drop]"+h.Resource); err != nil {
		return err
	}
	return in.end(in.drop(h))
}

func (in *Instance) drop(h value.Handle) error {
	guest, ok := h.Rep.(*GuestResource)
	if !ok {
		return &canon.ArgumentError{Want: "a handle of a guest's resource", Got: fmt.Sprintf("%T", h.Rep)}
	}
	for i, rt := range in.resources {
		if rt != guest.resource {
			continue
		}
		if _, err := unwrap(rt, h.Rep, h.Resource); err != nil {
			return err
		}
		if err := in.journalDropped(i, guest.rep); err != nil {
			return err
		}
		guest.gone = "was dropped"
		return in.destroy(host, rt, i, guest.rep)
	}
	return &canon.ArgumentError{Want: "a handle of this instance's", Got: "one of another instance"}
}

// dropResource is `canon resource.drop`, called by component instance caller.
//
// Spec: CanonicalABI, "canon resource.drop".
func (in *Instance) dropResource(caller int, rt *handle.ResourceType, resource int, index uint32) error {
	h, err := in.parts[caller].handles.Drop(rt, index)
	if err != nil {
		return asTrap(err)
	}
	if !h.Own {
		return nil
	}
	switch {
	case rt.Dtor == nil:
	case in.replayer != nil:
		return in.replayer.drop(resource, index)
	case in.recorder != nil:
		return in.recorder.drop(caller, rt, resource, index, h.Rep)
	}
	return in.destroy(caller, rt, resource, h.Rep)
}

// destroy ends a resource whose last handle caller, a component instance or
// the host, has dropped.
func (in *Instance) destroy(caller int, rt *handle.ResourceType, resource int, what any) error {
	if rt.Dtor != nil {
		return rt.Dtor(in.call.context(), what)
	}
	plan := &in.component.plan.Resources[resource]
	if plan.Instance == host || plan.Dtor == nil {
		return nil
	}
	rep, ok := what.(uint32)
	if !ok {
		return fmt.Errorf("resource %q has a representation of type %T", rt.Name, what)
	}
	if err := in.enter(plan.Instance, caller); err != nil {
		return err
	}
	defer in.leave(plan.Instance, caller)
	if plan.Instance != caller {
		// A destructor of another instance is a task of its own there.
		tasks := &in.parts[plan.Instance].tasks
		outer := tasks.begin(runningTask{})
		defer func() { tasks.running = outer }()
	}
	stack := [1]uint64{uint64(rep)}
	return in.callCore(in.core(plan.Dtor), stack[:])
}

// dropLeftovers ends what the guest still holds of the host's resources.
func (in *Instance) dropLeftovers() error {
	var errs []error
	for i := range in.parts {
		in.parts[i].handles.Drain(func(e handle.Entry) {
			// Behind those of a replay there is nothing.
			if h, ok := e.(*handle.ResourceHandle); ok && h.Own && h.Type.Dtor != nil && in.replayer == nil {
				errs = append(errs, h.Type.Dtor(context.Background(), h.Rep))
			}
		})
	}
	return errors.Join(errs...)
}
