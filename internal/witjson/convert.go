package witjson

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/capsule-kit/capsule/wit"
	"github.com/capsule-kit/capsule/wit/abi"
)

// A converter turns the tool's resolved form into the model.
type converter struct {
	raw        *rawResolve
	packages   []*wit.Package
	interfaces []*wit.Interface
	worlds     []*wit.World
	types      []convertedType
}

// A convertedType is one entry of the tool's type table: a use of it, and,
// where it has a name, its definition.
type convertedType struct {
	typ *wit.Type
	def *wit.TypeDef
}

// Read returns the packages of a resolved form. None has positions.
func Read(data []byte) ([]*wit.Package, error) {
	c := &converter{raw: &rawResolve{}}
	if err := decodeStrict(data, c.raw); err != nil {
		return nil, fmt.Errorf("witjson: %w", err)
	}
	c.packages = makeAll[wit.Package](len(c.raw.Packages))
	c.interfaces = makeAll[wit.Interface](len(c.raw.Interfaces))
	c.worlds = makeAll[wit.World](len(c.raw.Worlds))
	steps := []func() error{c.convertPackages, c.convertTypes, c.convertInterfaces, c.convertWorlds}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, fmt.Errorf("witjson: %w", err)
		}
	}
	return c.packages, nil
}

func makeAll[T any](n int) []*T {
	list := make([]*T, n)
	for i := range list {
		list[i] = new(T)
	}
	return list
}

// at returns list[i]; indices come from another program's output.
func at[T any](list []T, i int) (T, error) {
	if i < 0 || i >= len(list) {
		var none T
		return none, fmt.Errorf("index %d out of range", i)
	}
	return list[i], nil
}

func atRef[T any](list []*T, i *int) (*T, error) {
	if i == nil {
		return nil, fmt.Errorf("an owner is missing")
	}
	return at(list, *i)
}

func (c *converter) convertPackages() error {
	for i, raw := range c.raw.Packages {
		p := c.packages[i]
		name, version, _ := strings.Cut(raw.Name, "@")
		p.Namespace, p.Name, _ = strings.Cut(name, ":")
		p.Version = version
		p.Docs = raw.Docs.String()
		for _, entry := range raw.Interfaces {
			it, err := at(c.interfaces, entry.value)
			if err != nil {
				return err
			}
			it.Name = entry.key
			p.Interfaces = append(p.Interfaces, it)
		}
		for _, entry := range raw.Worlds {
			w, err := at(c.worlds, entry.value)
			if err != nil {
				return err
			}
			w.Name = entry.key
			p.Worlds = append(p.Worlds, w)
		}
	}
	return nil
}

func (c *converter) convertInterfaces() error {
	for i, raw := range c.raw.Interfaces {
		it := c.interfaces[i]
		var err error
		if it.Package, err = atRef(c.packages, raw.Package); err != nil {
			return err
		}
		it.Inline = raw.Name == nil
		it.Docs, it.Stability = raw.Docs.String(), raw.Stability.stability()
		for _, entry := range raw.Types {
			t, err := at(c.types, entry.value)
			if err != nil {
				return err
			}
			if t.def == nil {
				return fmt.Errorf("interface %s: type %s has no definition", it.Name, entry.key)
			}
			it.Types = append(it.Types, t.def)
		}
		for _, entry := range raw.Functions {
			f, err := c.function(&entry.value, entry.key)
			if err != nil {
				return fmt.Errorf("interface %s: %w", it.Name, err)
			}
			it.Funcs = append(it.Funcs, f)
		}
	}
	return nil
}

func (c *converter) convertWorlds() error {
	for i, raw := range c.raw.Worlds {
		w := c.worlds[i]
		var err error
		if w.Package, err = atRef(c.packages, raw.Package); err != nil {
			return err
		}
		w.Docs, w.Stability = raw.Docs.String(), raw.Stability.stability()
		if w.Imports, err = c.worldItems(w, raw.Imports); err != nil {
			return fmt.Errorf("world %s: %w", w.Name, err)
		}
		if w.Exports, err = c.worldItems(w, raw.Exports); err != nil {
			return fmt.Errorf("world %s: %w", w.Name, err)
		}
	}
	return nil
}

func (c *converter) worldItems(w *wit.World, raw ordered[rawWorldItem]) ([]wit.Item, error) {
	var items []wit.Item
	for _, entry := range raw {
		switch item := entry.value; {
		case item.Interface != nil:
			it, err := at(c.interfaces, item.Interface.ID)
			if err != nil {
				return nil, err
			}
			if it.Inline {
				it.Name = entry.key
			}
			name := it.ID()
			if entry.key != fmt.Sprintf("interface-%d", item.Interface.ID) {
				name = entry.key
			}
			items = append(items, wit.Item{Name: name, Interface: it, Docs: item.Interface.Docs.String(),
				Stability: item.Interface.Stability.stability(), ExternalID: item.Interface.ExternalID})
		case item.Function != nil:
			// The key is what the component calls it: an include may have
			// renamed it, and the function's own name is then still the old one.
			f, err := c.function(item.Function, entry.key)
			if err != nil {
				return nil, err
			}
			items = append(items, wit.Item{Name: f.ExternName(), Func: f})
		case item.Type != nil:
			t, err := at(c.types, *item.Type)
			if err != nil {
				return nil, err
			}
			if t.def == nil {
				return nil, fmt.Errorf("type %s has no definition", entry.key)
			}
			w.Types = append(w.Types, t.def)
		default:
			return nil, fmt.Errorf("item %s is of an unknown kind", entry.key)
		}
	}
	return items, nil
}

func (c *converter) function(raw *rawFunc, key string) (*wit.Func, error) {
	f := &wit.Func{Name: key, Docs: raw.Docs.String(), Stability: raw.Stability.stability(), ExternalID: raw.ExternalID}
	tag := raw.Kind.tag
	if plain, ok := strings.CutPrefix(tag, "async-"); ok {
		f.Async, tag = true, plain
	}
	switch {
	case strings.HasSuffix(tag, "getter"):
		f.Accessor, tag = wit.Getter, strings.TrimSuffix(strings.TrimSuffix(tag, "getter"), "-")
	case strings.HasSuffix(tag, "setter"):
		f.Accessor, tag = wit.Setter, strings.TrimSuffix(strings.TrimSuffix(tag, "setter"), "-")
	}
	f.Name = f.Name[strings.LastIndexByte(f.Name, ']')+1:]
	switch tag {
	case "":
	case "freestanding":
	case "method":
		f.Kind = wit.Method
	case "static":
		f.Kind = wit.Static
	case "constructor":
		f.Kind = wit.Constructor
	default:
		return nil, fmt.Errorf("function %s is of an unknown kind %q", key, tag)
	}
	if f.Kind != wit.Freestanding {
		var index int
		if err := json.Unmarshal(raw.Kind.body, &index); err != nil {
			return nil, fmt.Errorf("function %s: %w", key, err)
		}
		t, err := at(c.types, index)
		if err != nil || t.def == nil || !t.def.Resource {
			return nil, fmt.Errorf("function %s belongs to no resource", key)
		}
		f.Resource = t.def
		if f.Kind == wit.Constructor {
			f.Name = "constructor"
			f.Resource.Methods = append([]*wit.Func{f}, f.Resource.Methods...)
		} else {
			_, f.Name, _ = strings.Cut(f.Name, ".")
			f.Resource.Methods = append(f.Resource.Methods, f)
		}
	}
	for _, p := range raw.Params {
		t, err := c.use(p.Type, len(c.types))
		if err != nil || t.typ == nil {
			return nil, fmt.Errorf("function %s: parameter %s: %w", key, p.Name, errMissing(err))
		}
		f.Params = append(f.Params, wit.Param{Name: p.Name, Type: t.typ})
	}
	result, err := c.use(raw.Result, len(c.types))
	if err != nil {
		return nil, fmt.Errorf("function %s: result: %w", key, err)
	}
	f.Result = result.typ
	return f, nil
}

func errMissing(err error) error {
	if err == nil {
		return fmt.Errorf("the type is missing")
	}
	return err
}

// abiKind returns the kind of a primitive type by its WIT name.
func abiKind(name string) (abi.Kind, bool) {
	for k := abi.Bool; k <= abi.ErrorContext; k++ {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}
