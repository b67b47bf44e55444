package component

import "github.com/capsule-kit/capsule/wit/abi"

// The codes of canonical options.
const (
	optUTF8       = 0x00
	optUTF16      = 0x01
	optLatin1     = 0x02
	optMemory     = 0x03
	optRealloc    = 0x04
	optPostReturn = 0x05
	optAsync      = 0x06
	optCallback   = 0x07
	optEnd        = 0x08
)

var optionNames = [optEnd]string{
	"string-encoding", "string-encoding", "string-encoding", "memory",
	"realloc", "post-return", "async", "callback",
}

// options reads the options of a canonical definition and checks each by
// itself and against the others.
//
// Spec: CanonicalABI, "canonopt Validation".
func (d *decoder) options(r *reader, s *scope, def *Canon) {
	o := &def.Options
	var seen [optEnd]bool
	for range r.count(optEnd, "canonical options") {
		at := r.pos
		code := r.byte("a canonical option")
		if code >= optEnd {
			r.fail(at, "unknown canonical option 0x%02x", code)
		}
		if r.err != nil {
			return
		}
		kind := code
		if code <= optLatin1 {
			kind = optUTF8
		}
		if seen[kind] {
			r.fail(at, "canonical option %s is specified more than once: the second conflicts with the first", optionNames[kind])
			return
		}
		seen[kind] = true
		switch code {
		case optUTF8, optUTF16, optLatin1:
			o.Encoding = StringEncoding(code)
		case optMemory:
			d.memoryOption(r, s, o)
		case optRealloc:
			o.HasRealloc, o.Realloc = true, r.u32("a core function index")
		case optPostReturn:
			o.HasPostReturn, o.PostReturn = true, r.u32("a core function index")
		case optAsync:
			o.Async = true
		case optCallback:
			o.HasCallback, o.Callback = true, r.u32("a core function index")
		}
	}
	switch {
	case o.HasRealloc && !o.HasMemory:
		r.fail(r.item, "canonical option realloc requires memory to also be specified")
	case o.HasCallback && !o.Async:
		r.fail(r.item, "cannot specify callback without async")
	case o.HasPostReturn && o.Async:
		r.fail(r.item, "cannot specify post-return function in async")
	}
	if o.HasRealloc {
		checkOptionFunc(r, s, "realloc", o.Realloc, o.coreFunc("pppp", "p"))
	}
	if o.HasCallback {
		checkOptionFunc(r, s, "callback", o.Callback, coreFunc("iii", "i"))
	}
}

// memoryOption reads the memory of a canonical definition.
func (d *decoder) memoryOption(r *reader, s *scope, o *CanonOptions) {
	o.HasMemory, o.Memory = true, r.u32("a core memory index")
	m, ok := at(r, s.coreMemories, SortCoreMemory, o.Memory)
	if ok && m.Shared {
		r.fail(r.item, "core memory %d is shared: mismatch in the shared flag for memories", o.Memory)
	}
	o.Memory64 = ok && m.Index64
	d.needs64(r, o.Memory64, "64-bit memories of canonical definitions")
}

// checkOptionFunc checks the signature of a core function given as an option.
func checkOptionFunc(r *reader, s *scope, option string, index uint32, want *CoreFuncType) {
	f, ok := at(r, s.coreFuncs, SortCoreFunc, index)
	if ok && !f.equal(want) {
		r.fail(r.item, "canonical option %s uses a core function with an incorrect signature: %s where %s is expected", option, f, want)
	}
}

// canonLift reads the rest of a `canon lift` and adds its function.
func (d *decoder) canonLift(r *reader, s *scope, def *Canon) {
	funcSort(r)
	def.CoreFunc = r.u32("a core function index")
	d.options(r, s, def)
	index := r.u32("a type index")
	core, _ := at(r, s.coreFuncs, SortCoreFunc, def.CoreFunc)
	t, ok := at(r, s.types, SortType, index)
	if !ok {
		return
	}
	if def.Type = t.Func; t.Func == nil {
		r.fail(r.item, "type index %d is %s where a function type is expected", index, t.describe())
		return
	}
	o := &def.Options
	checkAsync(r, o, t.Func)
	if !d.charge(r, len(t.Func.Params)) {
		return
	}
	want := d.liftSignature(t.Func, o)
	if !core.equal(want) {
		r.fail(r.item, "core function %d has signature %s where %s is expected for lifting %s: lowered parameter or result types do not match",
			def.CoreFunc, core, want, brief(t.Func.String()))
	}
	if o.HasPostReturn {
		checkOptionFunc(r, s, "post-return", o.PostReturn, &CoreFuncType{Params: core.Results})
	}
	if facts := d.funcFacts(t.Func); facts.flatParams > abi.MaxFlatParams || facts.pointers {
		require(r, o.HasMemory, "memory", "lift")
		require(r, o.HasRealloc, "realloc", "lift")
	}
	most := abi.MaxFlatResults
	if o.Async {
		most = abi.MaxFlatParams
	}
	if result := t.Func.Result; result != nil && (result.FlatCount() > most || d.facts(result).pointers) {
		require(r, o.HasMemory, "memory", "lift")
	}
	s.funcs = append(s.funcs, t.Func)
}

// canonLower reads the rest of a `canon lower`.
func (d *decoder) canonLower(r *reader, s *scope, def *Canon) {
	funcSort(r)
	def.Func = r.u32("a function index")
	d.options(r, s, def)
	f, ok := at(r, s.funcs, SortFunc, def.Func)
	if !ok {
		return
	}
	def.Type = f
	o := &def.Options
	switch {
	case o.HasPostReturn:
		r.fail(r.item, "canonical option post-return cannot be specified for lowerings")
	case o.HasCallback:
		r.fail(r.item, "canonical option callback cannot be specified for lowerings")
	}
	checkAsync(r, o, f)
	if !d.charge(r, len(f.Params)) {
		return
	}
	if facts := d.funcFacts(f); facts.flatParams > maxLowerParams(o) || facts.pointers {
		require(r, o.HasMemory, "memory", "lower")
	}
	if f.Result != nil {
		if d.facts(f.Result).pointers {
			require(r, o.HasMemory, "memory", "lower")
			require(r, o.HasRealloc, "realloc", "lower")
		}
		// An asynchronous result always travels in memory. The text of the
		// specification asks every async lower for a memory, its own tests
		// leave it out where nothing is stored.
		if f.Result.FlatCount() > abi.MaxFlatResults || o.Async {
			require(r, o.HasMemory, "memory", "lower")
		}
	}
	def.Core = d.lowerSignature(f, o)
}

// funcSort reads the sort of what is lifted or lowered.
func funcSort(r *reader) {
	if b := r.byte("a sort"); b != 0 {
		r.fail(r.pos-1, "0x%02x where the sort 0x00 (func) is expected", b)
	}
}

// checkAsync checks that the async option goes with an async function.
func checkAsync(r *reader, o *CanonOptions, f *abi.Func) {
	if o.Async && !f.Async {
		r.fail(r.item, "the async canonical option requires an async function type")
	}
}
