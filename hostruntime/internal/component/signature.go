package component

import "github.com/capsule-kit/capsule/wit/abi"

// maxFlatAsyncParams is the number of core parameters above which those of an
// asynchronously lowered function travel in memory.
//
// Spec: CanonicalABI, "Flattening", MAX_FLAT_ASYNC_PARAMS.
const maxFlatAsyncParams = 4

func maxLowerParams(o *CanonOptions) int {
	if o.Async {
		return maxFlatAsyncParams
	}
	return abi.MaxFlatParams
}

// flatten appends the core types of t, of which there must not be too many, to
// flat; pointer is the core type of addresses in the memory concerned.
//
// Spec: CanonicalABI, "Flattening", flatten_type.
func (d *decoder) flatten(flat []byte, t *abi.Type, pointer byte) []byte {
	if pointer == coreI32 || !d.facts(t).pointers {
		for _, core := range t.Flatten(nil) {
			flat = append(flat, byte(core))
		}
		return flat
	}
	switch t.Kind {
	case abi.Record, abi.Tuple:
		for i := range t.Fields {
			flat = d.flatten(flat, t.Fields[i].Type, pointer)
		}
		return flat
	case abi.Variant, abi.Option, abi.Result:
		start := len(flat) + 1
		flat = append(flat, coreI32)
		for i := range t.CaseCount() {
			if t.CaseType(i) == nil {
				continue
			}
			for j, core := range d.flatten(nil, t.CaseType(i), pointer) {
				if start+j == len(flat) {
					flat = append(flat, core)
				} else {
					flat[start+j] = byte(abi.Join(abi.CoreType(flat[start+j]), abi.CoreType(core)))
				}
			}
		}
		return flat
	}
	for range t.Length {
		flat = d.flatten(flat, t.Elem, pointer)
	}
	if t.Length == 0 {
		flat = append(flat, pointer, pointer) // a string, list or map
	}
	return flat
}

// flattenTypes returns the core types of types, or where they are more than
// most that of a pointer to them.
func (d *decoder) flattenTypes(types []*abi.Type, most int, pointer byte) []byte {
	count := 0
	for _, t := range types {
		if count += t.FlatCount(); count > most {
			return []byte{pointer}
		}
	}
	var flat []byte
	for _, t := range types {
		flat = d.flatten(flat, t, pointer)
	}
	return flat
}

func paramTypes(f *abi.Func) []*abi.Type {
	types := make([]*abi.Type, len(f.Params))
	for i, p := range f.Params {
		types[i] = p.Type
	}
	return types
}

// liftSignature returns the signature that a core function must have to be
// lifted as f.
//
// Spec: CanonicalABI, "Flattening", flatten_functype.
func (d *decoder) liftSignature(f *abi.Func, o *CanonOptions) *CoreFuncType {
	core := &CoreFuncType{Params: d.flattenTypes(paramTypes(f), abi.MaxFlatParams, o.pointer())}
	switch {
	case o.Async && o.HasCallback:
		core.Results = []byte{coreI32}
	case !o.Async && f.Result != nil:
		core.Results = d.flattenTypes([]*abi.Type{f.Result}, abi.MaxFlatResults, o.pointer())
	}
	return core
}

// lowerSignature returns the signature of the core function that f becomes
// when it is lowered.
//
// Spec: CanonicalABI, "Flattening", flatten_functype.
func (d *decoder) lowerSignature(f *abi.Func, o *CanonOptions) *CoreFuncType {
	core := &CoreFuncType{Params: d.flattenTypes(paramTypes(f), maxLowerParams(o), o.pointer())}
	inMemory := f.Result != nil && (o.Async || f.Result.FlatCount() > abi.MaxFlatResults)
	switch {
	case inMemory:
		core.Params = append(core.Params, o.pointer())
	case f.Result != nil:
		core.Results = d.flatten(nil, f.Result, o.pointer())
	}
	if o.Async {
		core.Results = []byte{coreI32}
	}
	return core
}
