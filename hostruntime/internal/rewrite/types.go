package rewrite

// A ValType is a core value type in its binary encoding.
type ValType byte

// The value types that are run.
const (
	I32       ValType = 0x7f
	I64       ValType = 0x7e
	F32       ValType = 0x7d
	F64       ValType = 0x7c
	V128      ValType = 0x7b
	FuncRef   ValType = 0x70
	ExternRef ValType = 0x6f
)

func (t ValType) isRef() bool     { return t == FuncRef || t == ExternRef }
func (t ValType) isNumeric() bool { return t >= F64 && t <= I32 }

// A FuncType is a core function's signature.
type FuncType struct {
	Params, Results []ValType
}

// A Kind says what an import or export is, in its binary encoding.
type Kind byte

// The kinds. Tags belong to exceptions, and Parse refuses them.
const (
	Func   Kind = 0
	Table  Kind = 1
	Memory Kind = 2
	Global Kind = 3
	Tag    Kind = 4
)

var kindNames = [...]string{"func", "table", "memory", "global", "tag"}

// String returns the kind as the text format spells it.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "invalid kind"
}

// An Extern is the type of an import, of an export, or of a definition.
type Extern struct {
	Kind Kind
	// Sig is a function's signature; it aliases the module's types.
	Sig FuncType
	// ValType is a global's type or a table's element type.
	ValType ValType
	Mutable bool
	// Min and Max are a table's elements or a memory's pages.
	Min, Max uint32
	HasMax   bool
}

// An Import is one import; Index is its place in the index space of its kind.
type Import struct {
	Module, Name string
	Index        uint32
	Extern

	typeIndex uint32
}

// An Export is one export.
type Export struct {
	Name  string
	Kind  Kind
	Index uint32
}

// An Element is one active element segment: Count references written to table
// Table from Offset on. wazero skips a segment that leaves its table where the
// specification traps, so whoever wants the trap checks beforehand.
type Element struct {
	Table  uint32
	Offset Expr
	Count  int
}

// A CustomSection is one custom section; Data aliases the input.
type CustomSection struct {
	Offset int
	Name   string
	Data   []byte
}

// MemoryInfo is a defined memory's limits as the module declares them.
type MemoryInfo struct {
	MinPages, MaxPages uint32
	HasMax             bool
}

var valTypeNames = map[ValType]string{
	I32: "i32", I64: "i64", F32: "f32", F64: "f64", V128: "v128", FuncRef: "funcref", ExternRef: "externref",
}

// String returns the type as the text format spells it.
func (t ValType) String() string {
	if name, ok := valTypeNames[t]; ok {
		return name
	}
	return "invalid type"
}
