package hostruntime

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/capsule-kit/capsule/hostruntime/bind"
	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
	"github.com/capsule-kit/capsule/hostruntime/value"
)

// HostValue supplies a value that a component imports: a constant of its
// configuration. iface is empty for a value that the world itself imports. A
// HostFunc without parameters can stand in for it, and is then called once for
// each instance.
func HostValue(iface, name string, v value.Value) bind.Import {
	return HostFunc(iface, name, func(context.Context, []value.Value) (value.Value, error) { return v, nil })
}

// Value returns a value that the component exports, as instantiation made it.
// name is as for Call. It stays valid after the instance is closed and must not
// be changed.
//
// Errors: *LinkError for an unknown or ambiguous name.
func (in *Instance) Value(name string) (value.Value, error) {
	iface, short := splitName(name)
	found, others := -1, 0
	for _, e := range in.component.plan.ExportedValues {
		switch {
		case e.Name != short:
		case e.Interface == iface:
			return in.values[e.Value], nil
		case iface == "" || withoutVersion(e.Interface) == iface:
			found, others = e.Value, others+1
		}
	}
	if others > 1 {
		return nil, &LinkError{Item: name, Reason: "several exported values have this name: say of which interface"}
	}
	if found < 0 {
		return nil, &LinkError{Item: name, Reason: "the component exports no such value"}
	}
	return in.values[found], nil
}

// splitName splits the name of an export into those of the interface, empty if
// there is none, and of the item.
func splitName(name string) (iface, short string) {
	if at := strings.LastIndexByte(name, '#'); at >= 0 {
		return name[:at], name[at+1:]
	}
	return "", name
}

// resolveValues finds what supplies each imported value, by index in the
// plan's values.
//
// Errors: *LinkError for one that nothing supplies.
func (c *Component) resolveValues(own supplied) (map[int]*bind.Import, error) {
	supplied := map[int]*bind.Import{}
	for i := range c.plan.Values {
		v := &c.plan.Values[i]
		if v.Import == nil {
			continue
		}
		imp := own.find(v.Import.Interface, v.Import.Name)
		if imp == nil || imp.Values == nil {
			return nil, &LinkError{
				Item:   "import " + itemName(v.Import.Interface, v.Import.Name),
				Reason: fmt.Sprintf("the component needs a value of type %.200s there", v.Type),
			}
		}
		supplied[i] = imp
	}
	return supplied, nil
}

// makeValues gives the values that are known before anything runs.
func (in *Instance) makeValues() error {
	in.values = make([]value.Value, len(in.component.plan.Values))
	constants := map[any]value.Value{}
	for i := range in.component.plan.Values {
		v := &in.component.plan.Values[i]
		var err error
		switch {
		case v.Import != nil:
			in.values[i], err = in.journaledValue(i, v)
		case v.Constant != nil:
			known, ok := constants[v.Constant]
			if !ok {
				known, err = canon.Literal(v.Constant.Bytes, v.Type, &in.call.budget)
				constants[v.Constant] = known
			}
			in.values[i] = known
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// suppliedValue returns what the host supplies for an imported value.
func (in *Instance) suppliedValue(v *link.Value, imp *bind.Import) (given value.Value, err error) {
	name := itemName(v.Import.Interface, v.Import.Name)
	defer func() {
		if r := recover(); r != nil {
			err = &HostPanic{Func: name, Value: r, Stack: debug.Stack()}
		}
	}()
	given, err = imp.Values(in.call.context(), nil)
	if err != nil {
		return nil, &hostFuncError{name: name, err: err}
	}
	err = canon.Check(given, v.Type)
	if argument, ok := errors.AsType[*canon.ArgumentError](err); ok {
		err = &LinkError{Item: "import " + name, Reason: "its value: " + argument.Error()}
	}
	return given, err
}
