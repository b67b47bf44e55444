package link

import "github.com/capsule-kit/capsule/hostruntime/internal/component"

// The canonical definitions that are run besides those that package component
// names.
const (
	taskReturn      component.CanonOp = 0x09
	contextGet      component.CanonOp = 0x0a
	contextSet      component.CanonOp = 0x0b
	backpressureInc component.CanonOp = 0x24
	backpressureDec component.CanonOp = 0x25
)

// canon plans a canonical definition.
func (b *builder) canon(s *scope, d *component.Canon) {
	if d.Op == component.CanonLift {
		b.limit(len(b.plan.Lifted), maxFunctions, "lifted functions")
		b.plan.Lifted = append(b.plan.Lifted, Lifted{
			Instance: s.instance,
			Core:     s.get(b, component.SortCoreFunc, d.CoreFunc).core,
			Type:     d.Type,
			Options:  b.options(s, &d.Options),
		})
		s.add(component.SortFunc, item{lifted: len(b.plan.Lifted) - 1})
		return
	}
	b.limit(len(b.plan.Trampolines), maxTrampolines, "canonical functions")
	t := Trampoline{Instance: s.instance, Core: d.Core, Name: d.Name}
	switch d.Op {
	case component.CanonLower:
		f := s.get(b, component.SortFunc, d.Func)
		t.Type, t.Options = d.Type, b.options(s, &d.Options)
		switch {
		case f.lifted >= 0:
			t.Kind, t.Target = LowerGuest, f.lifted
		case d.Options.Async:
			f := b.plan.Imports[f.host]
			t.Kind, t.Name = Unsupported, "the asynchronous call of import "+path(f.Interface, f.Name)
		default:
			t.Kind, t.Target = LowerHost, f.host
		}
	case component.CanonResourceNew:
		t.Kind, t.Target = ResourceNew, b.resource(s, d)
	case component.CanonResourceDrop:
		t.Kind, t.Target = ResourceDrop, b.resource(s, d)
	case component.CanonResourceRep:
		t.Kind, t.Target = ResourceRep, b.resource(s, d)
	case taskReturn:
		t.Kind, t.Type, t.Options = TaskReturn, d.Type, b.options(s, &d.Options)
	case contextGet, contextSet:
		if d.Slot64 {
			b.fail("%s of i64 is not supported", d.Name)
		}
		t.Kind, t.Target = ContextGet, int(d.Slot)
		if d.Op == contextSet {
			t.Kind = ContextSet
		}
	case backpressureInc:
		t.Kind = BackpressureInc
	case backpressureDec:
		t.Kind = BackpressureDec
	default:
		t.Kind = Unsupported
	}
	b.plan.Trampolines = append(b.plan.Trampolines, t)
	s.add(component.SortCoreFunc, item{core: CoreRef{Slot: -1, Trampoline: len(b.plan.Trampolines) - 1}})
}

func (b *builder) resource(s *scope, d *component.Canon) int {
	index, ok := b.plan.Instances[s.instance].Resources[d.Resource]
	if !ok {
		b.fail("%s: resource type %q has no definition here: the validator should have refused it", d.Name, d.Resource.Name)
	}
	return index
}

func (b *builder) options(s *scope, o *component.CanonOptions) Options {
	if o.Memory64 {
		b.fail("64-bit memories are not supported: nothing runs them")
	}
	resolved := Options{Encoding: o.Encoding, Async: o.Async}
	ref := func(has bool, sort component.Sort, index uint32) *CoreRef {
		if !has {
			return nil
		}
		ref := s.get(b, sort, index).core
		return &ref
	}
	resolved.Memory = ref(o.HasMemory, component.SortCoreMemory, o.Memory)
	resolved.Realloc = ref(o.HasRealloc, component.SortCoreFunc, o.Realloc)
	resolved.PostReturn = ref(o.HasPostReturn, component.SortCoreFunc, o.PostReturn)
	resolved.Callback = ref(o.HasCallback, component.SortCoreFunc, o.Callback)
	return resolved
}
