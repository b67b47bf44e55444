package journal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"

	"github.com/capsule-kit/capsule/wit/abi"
)

// A Header says what was run.
type Header struct {
	// Component is the SHA-256 of the component's bytes.
	Component [sha256.Size]byte
	// FuelModel is the version of what fuel counts.
	FuelModel uint64
	// Deterministic says that clocks and randomness came from Seed.
	Deterministic bool
	Seed          uint64
}

// Append appends the body of a KindHeader.
func (h *Header) Append(b []byte) []byte {
	b = append(b, h.Component[:]...)
	b = AppendUint(b, h.FuelModel)
	return AppendUint(AppendBool(b, h.Deterministic), h.Seed)
}

// Header reads the body of a KindHeader.
func (b *Body) Header() (h Header) {
	copy(h.Component[:], b.Take(sha256.Size))
	h.FuelModel, h.Deterministic, h.Seed = b.Uint(), b.Bool(), b.Uint()
	return h
}

// A Side says where a function is defined, or what else has a type.
type Side byte

// The sides. Each has indices of its own.
const (
	Import   Side = iota // a function, by the component's index of its imports
	Export               // a function, by the component's index of lifted ones
	Value                // an imported value, by its index
	Resource             // a resource type, by its index
	sides
)

// A Func names a function. That of a value has it for its result, that of a
// resource neither parameters nor a result.
type Func struct {
	Side  Side
	Index int
	Name  string
	Type  *abi.Func
}

// Append appends the body of a KindFunc.
func (f *Func) Append(b []byte) []byte {
	b = AppendUint(append(b, byte(f.Side)), uint64(f.Index))
	return AppendFunc(AppendBytes(b, f.Name), f.Type)
}

// Function reads the body of a KindFunc.
func (b *Body) Function() (f Func) {
	if f.Side = Side(b.Byte()); f.Side >= sides {
		b.fail(fmt.Errorf("a definition of unknown sort %d", f.Side))
	}
	f.Index, f.Name = b.index(), b.Text()
	f.Type = b.Func()
	return f
}

func (b *Body) index() int { return int(b.Upto(math.MaxInt32)) }

// Limits are those of one call, as hostruntime.Limits has them.
type Limits struct {
	Fuel, MemoryBytes                               uint64
	WallTime                                        int64
	LiftedBytes, OutputBytes, WrittenBytes, Handles uint64
}

func (l *Limits) append(b []byte) []byte {
	b = AppendUint(AppendUint(b, l.Fuel), l.MemoryBytes)
	b = AppendInt(b, l.WallTime)
	b = AppendUint(AppendUint(b, l.LiftedBytes), l.OutputBytes)
	return AppendUint(AppendUint(b, l.WrittenBytes), l.Handles)
}

func (b *Body) limits() Limits {
	return Limits{
		Fuel: b.Uint(), MemoryBytes: b.Uint(), WallTime: b.Int(),
		LiftedBytes: b.Uint(), OutputBytes: b.Uint(), WrittenBytes: b.Uint(), Handles: b.Uint(),
	}
}

// A CallKind says what the host called.
type CallKind byte

// The kinds of call.
const (
	// Instantiation has no arguments.
	Instantiation CallKind = iota
	// Function has the lifted function's index and its arguments.
	Function
	// Drop has the index of a guest's resource type and a representation.
	Drop
	// Failed ended before its arguments were lowered, which aren't recorded.
	Failed
	callKinds
)

// A Refusal says that a growth of linear memory was refused.
type Refusal struct {
	// Attempt counts the growths of the call that were neither refused by the
	// memory's own maximum nor fit what it has, from 1.
	Attempt uint64
	// Total is what the instance would have had.
	Total uint64
}

func (r *Refusal) append(b []byte) []byte { return AppendUint(AppendUint(b, r.Attempt), r.Total) }

// Append appends the body of a KindRefusal.
func (r *Refusal) Append(b []byte) []byte { return r.append(b) }

// Refusal reads the body of a KindRefusal.
func (b *Body) Refusal() Refusal { return Refusal{b.Uint(), b.Uint()} }

func appendRefusals(b []byte, list []Refusal) []byte {
	b = AppendUint(b, uint64(len(list)))
	for i := range list {
		b = list[i].append(b)
	}
	return b
}

func (b *Body) refusals() []Refusal {
	var list []Refusal
	for range b.Count() {
		list = append(list, b.Refusal())
	}
	return list
}

// A Call begins a call from the host.
type Call struct {
	Kind   CallKind
	Name   string
	Limits Limits
	// Refusals are those while the arguments were lowered.
	Refusals []Refusal
	// Index is the function's or resource type's, Rep that of the resource.
	Index int
	Rep   uint32
	// Args are the arguments, one after the other.
	Args []byte
}

// Append appends the body of a KindCall.
func (c *Call) Append(b []byte) []byte {
	b = AppendBytes(append(b, byte(c.Kind)), c.Name)
	b = appendRefusals(c.Limits.append(b), c.Refusals)
	b = AppendUint(AppendUint(b, uint64(c.Index)), uint64(c.Rep))
	return append(b, c.Args...)
}

// Call reads the body of a KindCall. Args are the record's own.
func (b *Body) Call() (c Call) {
	if c.Kind = CallKind(b.Byte()); c.Kind >= callKinds {
		b.fail(fmt.Errorf("a call of unknown sort %d", c.Kind))
	}
	c.Name, c.Limits, c.Refusals = b.Text(), b.limits(), b.refusals()
	c.Index, c.Rep = b.index(), uint32(b.Upto(math.MaxUint32))
	c.Args = b.Rest()
	return c
}

// An Output is what the guest printed while something else went on.
type Output struct {
	// Stderr says to which stream.
	Stderr bool
	Text   []byte
}

// appendOutputs appends what was printed. What ends the arguments, as that of a
// stream's write does, is not written again.
func appendOutputs(b []byte, list []Output, args []byte) []byte {
	b = AppendUint(b, uint64(len(list)))
	for _, o := range list {
		b = AppendBool(b, o.Stderr)
		n := len(args) - len(o.Text)
		same := n >= 0 && string(args[n:]) == string(o.Text)
		b = AppendBool(b, same)
		if same {
			b = AppendUint(b, uint64(len(o.Text)))
		} else {
			b = AppendBytes(b, o.Text)
		}
	}
	return b
}

func (b *Body) outputs(args []byte) []Output {
	var list []Output
	for range b.Count() {
		o := Output{Stderr: b.Bool()}
		if !b.Bool() {
			o.Text = b.Bytes()
		} else if n := b.Uint(); n > uint64(len(args)) {
			b.fail(errors.New("output of more than the arguments"))
		} else {
			o.Text = args[uint64(len(args))-n:]
		}
		list = append(list, o)
	}
	return list
}

// A Served is the call of an import, or the drop of a host's resource. Of a
// drop, Args is the handle, and there is no result.
type Served struct {
	// Index is the import's or resource type's.
	Index int
	// Failed says that it ended the call; there is no result then.
	Failed bool
	// Late says that what was lifted was paid for after the result had been
	// lowered; Lifted is how many bytes the call had lifted by then.
	Late   bool
	Lifted uint64
	// Fuel is how much the call had used afterwards.
	Fuel     uint64
	Refusals []Refusal
	Outputs  []Output
	// Args are the arguments, Result the result.
	Args, Result []byte
}

// Append appends the body of a KindImport or KindDrop.
func (s *Served) Append(b []byte) []byte {
	b = AppendBytes(AppendUint(b, uint64(s.Index)), s.Args)
	b = AppendBool(AppendBool(b, s.Failed), s.Late)
	b = AppendUint(AppendUint(b, s.Lifted), s.Fuel)
	b = appendOutputs(appendRefusals(b, s.Refusals), s.Outputs, s.Args)
	return append(b, s.Result...)
}

// Served reads the body of a KindImport or KindDrop, whose parts are the
// record's own.
func (b *Body) Served() (s Served) {
	s.Index, s.Args = b.index(), b.Bytes()
	s.Failed, s.Late, s.Lifted, s.Fuel = b.Bool(), b.Bool(), b.Uint(), b.Uint()
	s.Refusals = b.refusals()
	s.Outputs = b.outputs(s.Args)
	s.Result = b.Rest()
	return s
}

// A Return is the result of a call, before post-return.
type Return struct {
	// Lifted is how many bytes the call had lifted by then.
	Lifted uint64
	Result []byte
}

// Append appends the body of a KindReturn.
func (r *Return) Append(b []byte) []byte { return append(AppendUint(b, r.Lifted), r.Result...) }

// Return reads the body of a KindReturn.
func (b *Body) Return() Return { return Return{b.Uint(), b.Rest()} }

// An Imported is an imported value.
type Imported struct {
	Index int
	Value []byte
}

// Append appends the body of a KindValue.
func (v *Imported) Append(b []byte) []byte { return append(AppendUint(b, uint64(v.Index)), v.Value...) }

// Imported reads the body of a KindValue.
func (b *Body) Imported() Imported { return Imported{b.index(), b.Rest()} }

// An End is the end of a call.
type End struct {
	// Forced says that it came from outside, and that the guest by itself
	// would not have ended there.
	Forced bool
	// Error is a form of the error, empty for none; Text is its text.
	Error   []byte
	Outcome string
	Text    string
	// Fuel is how much the call had used, MemoryBytes the most that it held,
	// LiftedBytes how much it had lifted, HostCalls how often it called the
	// host, and WallTime how long it took, in nanoseconds.
	Fuel, MemoryBytes, LiftedBytes, HostCalls uint64
	WallTime                                  int64
	Outputs                                   []Output
	// Report is what else there is to tell, as JSON.
	Report []byte
}

// Append appends the body of a KindEnd.
func (e *End) Append(b []byte) []byte {
	b = AppendBytes(AppendBool(b, e.Forced), e.Error)
	b = AppendBytes(AppendBytes(b, e.Outcome), e.Text)
	b = AppendUint(AppendUint(b, e.Fuel), e.MemoryBytes)
	b = AppendUint(AppendUint(b, e.LiftedBytes), e.HostCalls)
	b = AppendInt(b, e.WallTime)
	return AppendBytes(appendOutputs(b, e.Outputs, nil), e.Report)
}

// EndOfCall reads the body of a KindEnd.
func (b *Body) EndOfCall() (e End) {
	e.Forced, e.Error = b.Bool(), b.Bytes()
	e.Outcome, e.Text = b.Text(), b.Text()
	e.Fuel, e.MemoryBytes, e.LiftedBytes, e.HostCalls = b.Uint(), b.Uint(), b.Uint(), b.Uint()
	e.WallTime = b.Int()
	e.Outputs, e.Report = b.outputs(nil), b.Bytes()
	return e
}
