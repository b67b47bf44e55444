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

// flatSignature returns flat as a core function type.
func flatSignature(flat abi.FlatFunc) *CoreFuncType {
	return &CoreFuncType{Params: coreCodes(flat.Params), Results: coreCodes(flat.Results)}
}

func coreCodes(types []abi.CoreType) []byte {
	var codes []byte
	for _, t := range types {
		codes = append(codes, byte(t))
	}
	return codes
}

// liftSignature returns the signature that a core function must have to be
// lifted as f.
//
// Spec: CanonicalABI, "Flattening", flatten_functype.
func liftSignature(f *abi.Func, o *CanonOptions) *CoreFuncType {
	core := flatSignature(f.FlattenLift())
	if !o.Async {
		return core
	}
	core.Results = nil
	if o.HasCallback {
		core.Results = []byte{coreI32}
	}
	return core
}

// lowerSignature returns the signature of the core function that f becomes
// when it is lowered.
//
// Spec: CanonicalABI, "Flattening", flatten_functype.
func lowerSignature(f *abi.Func, o *CanonOptions) *CoreFuncType {
	if !o.Async {
		return flatSignature(f.FlattenLower())
	}
	core := &CoreFuncType{Results: []byte{coreI32}}
	count := 0
	for _, p := range f.Params {
		count += p.Type.FlatCount()
	}
	if count > maxFlatAsyncParams {
		core.Params = []byte{coreI32}
	} else {
		for _, p := range f.Params {
			core.Params = append(core.Params, coreCodes(p.Type.Flatten(nil))...)
		}
	}
	if f.Result != nil {
		core.Params = append(core.Params, coreI32)
	}
	return core
}
