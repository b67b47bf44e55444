package abi

// A CoreType is the core WebAssembly type of one flattened value.
type CoreType byte

// The core types that flattening produces, with their binary encoding.
const (
	I32 CoreType = 0x7f
	I64 CoreType = 0x7e
	C32 CoreType = 0x7d // f32
	C64 CoreType = 0x7c // f64
)

// String returns the core type's text form.
func (c CoreType) String() string {
	switch c {
	case I32:
		return "i32"
	case I64:
		return "i64"
	case C32:
		return "f32"
	case C64:
		return "f64"
	}
	return "invalid"
}

// Flatten appends the core types of t to flat. Callers compare FlatCount with
// their limit first: a type can flatten to very many values.
//
// Spec: CanonicalABI, "Flattening", flatten_type.
func (t *Type) Flatten(flat []CoreType) []CoreType {
	if t.layout.flat != nil {
		return append(flat, t.layout.flat...)
	}
	switch t.Kind {
	case S64, U64:
		return append(flat, I64)
	case F32:
		return append(flat, C32)
	case F64:
		return append(flat, C64)
	case String, Map:
		return append(flat, I32, I32)
	case List:
		if t.Length == 0 {
			return append(flat, I32, I32)
		}
		for range t.Length {
			flat = t.Elem.Flatten(flat)
		}
		return flat
	case Record, Tuple:
		for i := range t.Fields {
			flat = t.Fields[i].Type.Flatten(flat)
		}
		return flat
	case Variant, Enum, Option, Result:
		return t.flattenCases(flat)
	}
	return append(flat, I32)
}

func (t *Type) flattenCases(flat []CoreType) []CoreType {
	start := len(flat)
	flat = append(flat, I32)
	var one []CoreType
	for i := range t.CaseCount() {
		c := t.CaseType(i)
		if c == nil {
			continue
		}
		one = c.Flatten(one[:0])
		for j, core := range one {
			if at := start + 1 + j; at < len(flat) {
				flat[at] = Join(flat[at], core)
			} else {
				flat = append(flat, core)
			}
		}
	}
	return flat
}

// Join returns the core type that can hold either a or b.
//
// Spec: CanonicalABI, "Flattening", join.
func Join(a, b CoreType) CoreType {
	if a == b {
		return a
	}
	if (a == I32 && b == C32) || (a == C32 && b == I32) {
		return I32
	}
	return I64
}

// A FlatFunc is the core signature of a component function.
type FlatFunc struct {
	Params  []CoreType
	Results []CoreType
	// ParamsInMemory says that the parameters travel as one tuple in memory.
	ParamsInMemory bool
	// ResultInMemory says that the result travels in memory: a lifted
	// function returns its address, a lowered one takes it as last parameter.
	ResultInMemory bool
}

// FlattenLift returns the signature of the core function under `canon lift`.
//
// Spec: CanonicalABI, "Flattening", flatten_functype with context "lift".
func (f *Func) FlattenLift() FlatFunc { return f.flatten(false) }

// FlattenLower returns the signature of the core function that `canon lower`
// makes.
//
// Spec: CanonicalABI, "Flattening", flatten_functype with context "lower".
func (f *Func) FlattenLower() FlatFunc { return f.flatten(true) }

func (f *Func) flatten(lower bool) FlatFunc {
	var flat FlatFunc
	count := 0
	for _, p := range f.Params {
		count = min(count+p.Type.FlatCount(), flatTooMany)
	}
	if count > MaxFlatParams {
		flat.ParamsInMemory = true
		flat.Params = []CoreType{I32}
	} else {
		for _, p := range f.Params {
			flat.Params = p.Type.Flatten(flat.Params)
		}
	}
	if f.Result == nil {
		return flat
	}
	if f.Result.FlatCount() > MaxFlatResults {
		flat.ResultInMemory = true
		if lower {
			flat.Params = append(flat.Params, I32)
		} else {
			flat.Results = []CoreType{I32}
		}
		return flat
	}
	flat.Results = f.Result.Flatten(nil)
	return flat
}

// ParamTuple returns the tuple in which spilled parameters are laid out.
func (f *Func) ParamTuple() *Type {
	elems := make([]*Type, len(f.Params))
	for i, p := range f.Params {
		elems[i] = p.Type
	}
	return NewTuple(elems...)
}
