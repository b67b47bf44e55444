package link

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/component"
)

// FuzzBuild plans whatever the decoder accepts. Its corpus has components of
// testsuite/spec/runtime: nested ones, resources, adapters between memories; and
// hostile ones.
//
// A plan is followed without further checks, so what is in it must be there,
// and there before it is used.
func FuzzBuild(f *testing.F) {
	f.Fuzz(func(t *testing.T, bytes []byte) {
		decoded, err := component.Decode(bytes)
		if err != nil {
			return
		}
		plan, err := Build(decoded)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); !ok || e.Offset < 0 || e.Offset > len(bytes) {
				t.Fatalf("got %#v", err)
			}
			return
		}
		p := planChecker{t, plan}
		for i, in := range plan.Instances {
			p.check(in.Parent < i, "instance %d has parent %d", i, in.Parent)
			for r, index := range in.Resources {
				p.check(r != nil && index >= 0 && index < len(plan.Resources), "instance %d has resource %d", i, index)
			}
		}
		for slot := range plan.Steps {
			p.step(slot)
		}
		all := len(plan.Steps)
		for i := range plan.Trampolines {
			p.trampoline(i, all)
		}
		for i := range plan.Lifted {
			p.lifted(i, all)
		}
		for _, r := range plan.Resources {
			p.check(r.Instance >= -1 && r.Instance < len(plan.Instances), "resource %q of instance %d", r.Name, r.Instance)
			p.ref(r.Dtor, all)
		}
		for _, e := range plan.Exports {
			p.check(e.Type != nil && e.Lifted < len(plan.Lifted), "export %q", e.Name)
			p.check(e.Lifted >= 0 || e.Import >= 0 && e.Import < len(plan.Imports), "export %q of import %d", e.Name, e.Import)
		}
		p.values()
	})
}

// The corpus is of use only as long as it can be planned.
func TestCorpus(t *testing.T) {
	const dir = "testdata/fuzz/FuzzBuild"
	for _, name := range []string{"resources", "reentrance", "async", "async-calls", "host-resource", "provides", "uses", "values", "nested-values"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		_, literal, _ := strings.Cut(strings.TrimSpace(string(text)), "(")
		bytes, err := strconv.Unquote(strings.TrimSuffix(literal, ")"))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		decoded, err := component.Decode([]byte(bytes))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, err := Build(decoded); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type planChecker struct {
	t    *testing.T
	plan *Plan
}

func (p planChecker) check(ok bool, format string, args ...any) {
	if !ok {
		p.t.Helper()
		p.t.Errorf(format, args...)
	}
}

// values checks that every value is known before it is used.
func (p planChecker) values() {
	known := map[int]bool{}
	for i, v := range p.plan.Values {
		p.check(v.Type != nil && (v.Constant == nil || v.Import == nil), "value %d", i)
		known[i] = v.Constant != nil || v.Import != nil
	}
	after := 0
	for i, a := range p.plan.Actions {
		p.check(a.After >= after && a.After <= len(p.plan.Steps), "action %d comes after %d steps", i, a.After)
		after = a.After
		if a.Start == nil {
			p.check(known[a.A] && known[a.B], "values %d and %d are compared before they are known", a.A, a.B)
			continue
		}
		for _, arg := range a.Start.Args {
			p.check(known[arg], "value %d is an argument before it is known", arg)
		}
		if a.Start.Lifted >= 0 {
			p.lifted(a.Start.Lifted, a.After)
		} else {
			p.check(a.Start.Import >= 0 && a.Start.Import < len(p.plan.Imports), "start function of import %d", a.Start.Import)
		}
		if a.Start.Result >= 0 {
			known[a.Start.Result] = true
		}
	}
	for _, e := range p.plan.ExportedValues {
		p.check(known[e.Value], "value %d is exported before it is known", e.Value)
	}
}

// step checks that all a core instance needs is made before it.
func (p planChecker) step(slot int) {
	s := &p.plan.Steps[slot]
	p.check(s.Instance >= 0 && s.Instance < len(p.plan.Instances), "step %d of instance %d", slot, s.Instance)
	if len(s.Sources) != len(s.Module.Type.Imports) {
		p.t.Fatalf("step %d has %d sources for %d imports", slot, len(s.Sources), len(s.Module.Type.Imports))
	}
	for i := range s.Sources {
		p.ref(&s.Sources[i], slot)
		if s.Sources[i].IsTrampoline() {
			// The module's start function can call it.
			p.trampoline(s.Sources[i].Trampoline, slot)
		}
	}
}

// ref checks a reference to what must exist before core slot before.
func (p planChecker) ref(r *CoreRef, before int) {
	if r == nil {
		return
	}
	if r.IsTrampoline() {
		p.check(r.Trampoline >= 0 && r.Trampoline < len(p.plan.Trampolines), "trampoline %d", r.Trampoline)
		return
	}
	if r.Slot >= before {
		p.t.Fatalf("core slot %d is used before slot %d", r.Slot, before)
	}
	for _, e := range p.plan.Steps[r.Slot].Module.Type.Exports {
		if e.Name == r.Name {
			return
		}
	}
	p.t.Errorf("core slot %d has no export %q", r.Slot, r.Name)
}

func (p planChecker) options(o *Options, before int) {
	p.ref(o.Memory, before)
	p.ref(o.Realloc, before)
	p.ref(o.PostReturn, before)
	p.ref(o.Callback, before)
}

func (p planChecker) trampoline(index, before int) {
	tr := &p.plan.Trampolines[index]
	p.check(tr.Core != nil && tr.Instance >= 0 && tr.Instance < len(p.plan.Instances), "trampoline %d of instance %d", index, tr.Instance)
	p.options(&tr.Options, before)
	length := 1
	switch tr.Kind {
	case LowerHost:
		p.check(tr.Type != nil, "trampoline %d without a type", index)
		length = len(p.plan.Imports)
	case LowerGuest:
		p.check(tr.Type != nil, "trampoline %d without a type", index)
		if length = len(p.plan.Lifted); tr.Target < length {
			p.lifted(tr.Target, before)
		}
	case ResourceNew, ResourceDrop, ResourceRep:
		length = len(p.plan.Resources)
	case ContextGet, ContextSet:
		length = 2
	}
	p.check(tr.Target >= 0 && tr.Target < length, "trampoline %d of kind %d has target %d of %d", index, tr.Kind, tr.Target, length)
}

func (p planChecker) lifted(index, before int) {
	l := &p.plan.Lifted[index]
	p.check(l.Type != nil && l.Instance >= 0 && l.Instance < len(p.plan.Instances), "lifted function %d of instance %d", index, l.Instance)
	p.ref(&l.Core, before)
	p.options(&l.Options, before)
}
