package hostruntime

import (
	"github.com/capsule-kit/capsule/hostruntime/internal/component"
	"github.com/capsule-kit/capsule/hostruntime/internal/link"
)

// A Description says what a component is, without running it.
type Description struct {
	// Imports and Exports are its functions, those of interfaces included.
	// What a toolchain left behind for its own use is not among them.
	Imports, Exports []FuncInfo
	// ImportNames are all it imports, in order: interfaces and functions.
	ImportNames []string
	// ExportNames are all it exports.
	ExportNames []string
	// Modules are the core modules, nested components' included.
	Modules []ModuleInfo
	// Components counts the component instances that it unfolds to, and
	// CoreInstances the core ones.
	Components, CoreInstances int
}

// A ModuleInfo describes one core module.
type ModuleInfo struct {
	// Offset and Bytes locate it in the component.
	Offset, Bytes int
	// Imports and Exports count its imports and exports.
	Imports, Exports int
}

// Inspect decodes and validates a component without compiling it.
//
// Errors: *FormatError, *UnsupportedError.
func Inspect(bytes []byte) (*Description, error) {
	decoded, plan, err := decode(bytes)
	if err != nil {
		return nil, err
	}
	d := describe(decoded, plan)
	return &d, nil
}

func describe(decoded *component.Component, plan *link.Plan) Description {
	d := Description{Components: len(plan.Instances), CoreInstances: len(plan.Steps)}
	for _, f := range plan.Imports {
		d.Imports = append(d.Imports, FuncInfo{f.Interface, f.Name, f.Type})
	}
	hidden := map[string]bool{}
	for i := range plan.Exports {
		e := &plan.Exports[i]
		if leftover(e) {
			hidden[e.Name], hidden[e.Interface] = e.Interface == "", e.Interface != ""
			continue
		}
		d.Exports = append(d.Exports, FuncInfo{e.Interface, e.Name, e.Type})
	}
	for _, i := range decoded.Imports {
		d.ImportNames = append(d.ImportNames, i.Name)
	}
	for _, e := range decoded.Exports {
		if !hidden[e.Name] {
			d.ExportNames = append(d.ExportNames, e.Name)
		}
	}
	d.addModules(decoded)
	return d
}

func (d *Description) addModules(c *component.Component) {
	for _, def := range c.Defs {
		switch def := def.(type) {
		case *component.CoreModule:
			d.Modules = append(d.Modules, ModuleInfo{
				Offset: def.Pos(), Bytes: len(def.Bytes),
				Imports: len(def.Type.Imports), Exports: len(def.Type.Exports),
			})
		case *component.Nested:
			d.addModules(def.Component)
		}
	}
}
