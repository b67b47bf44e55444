package hostruntime

import (
	"context"
	"slices"
	"time"
)

// An Observer is told of what happens in a Runtime, for logs, traces and
// metrics: see LogCalls, and package otel. Functions that are nil are left out.
//
// They are called on the goroutine that loads or calls, from several at once,
// and their time is the call's. They must not panic, and not call the instance.
type Observer struct {
	// Load is called when a component of so many bytes begins to be decoded and
	// compiled, and ended, if it isn't nil, when that is over. The context must
	// come from ctx.
	Load func(ctx context.Context, byteLen int) (_ context.Context, ended func(error))
	// Call is called when a call begins, and ended, if it isn't nil, when it is
	// over, with its report, which must not be changed. The context must come
	// from ctx, and is what the host's functions get theirs from.
	//
	// A call that is refused, since the instance is busy, closed or dead, is
	// none.
	Call func(ctx context.Context, call CallInfo) (_ context.Context, ended func(*Report))
	// Instance is called when an instance is ready, with its policy's name, and
	// closed, if it isn't nil, when it is closed.
	Instance func(name string) (closed func())
}

// CallInfo says which call begins.
type CallInfo struct {
	// Name is the policy's.
	Name string
	// Export is the function, by a name of the component's: "ns:pkg/iface#func".
	Export string
	// Instantiation says that no function is called: the instance starts.
	Instantiation bool
	// Made is when the instance was made: what a NetworkRecord's Began counts
	// from.
	Made time.Time
}

// observeLoad tells of a component that is about to be loaded.
func (rt *Runtime) observeLoad(ctx context.Context, byteLen int) (context.Context, func(error)) {
	var ends []func(error)
	for i := range rt.observers {
		if begin := rt.observers[i].Load; begin != nil {
			inner, ended := begin(ctx, byteLen)
			if ctx = inner; ended != nil {
				ends = append(ends, ended)
			}
		}
	}
	return ctx, func(err error) {
		for _, ended := range slices.Backward(ends) {
			ended(err)
		}
	}
}

// observeCall tells of a call that begins.
func (in *Instance) observeCall(ctx context.Context) (context.Context, []func(*Report)) {
	call := CallInfo{
		Name: in.name, Export: in.call.export, Instantiation: in.call.export == instantiation, Made: in.made,
	}
	var ends []func(*Report)
	for i := range in.component.rt.observers {
		if begin := in.component.rt.observers[i].Call; begin != nil {
			inner, ended := begin(ctx, call)
			if ctx = inner; ended != nil {
				ends = append(ends, ended)
			}
		}
	}
	return ctx, ends
}

// observeInstance tells of an instance that is ready.
func (in *Instance) observeInstance() {
	for i := range in.component.rt.observers {
		if ready := in.component.rt.observers[i].Instance; ready != nil {
			if closed := ready(in.name); closed != nil {
				in.observed = append(in.observed, closed)
			}
		}
	}
}
