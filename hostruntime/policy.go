package hostruntime

import (
	"context"
	"io"
	"log/slog"
	"math"
	"time"
)

// Unlimited lifts a limit that is a number; the runtime's own bounds remain.
const Unlimited = math.MaxUint64

// The limits of the zero Limits.
const (
	DefaultFuel         = Unlimited // wall time bounds it
	DefaultMemoryBytes  = 256 << 20
	DefaultWallTime     = 10 * time.Second
	DefaultLiftedBytes  = 64 << 20
	DefaultOutputBytes  = 64 << 10
	DefaultWrittenBytes = 16 << 20
	DefaultHandles      = 10_000
	DefaultTasks        = 100
	DefaultTaskDepth    = 4
	DefaultLogLines     = 1000
)

// MaxMemoryBytes is the most that one linear memory can have, whatever the
// limit says: just under 2 GiB.
const MaxMemoryBytes = 1<<31 - 1<<16

// A Policy is what one instance may do. The zero value grants nothing and has
// the default limits.
type Policy struct {
	// Name is what logs, traces and metrics call the instance: the host's word
	// for what it is there for, such as the task's name, rather than one for
	// each instance. Default none.
	Name   string
	Limits Limits
	// Args are what the guest sees as its arguments, the program's name
	// first; default none.
	Args []string
	// Env are environment variables, "K=V"; default none.
	Env []string
	// Dirs are the folders that the guest sees; default none.
	Dirs []Dir
	// Network is what the guest may reach; default nothing.
	Network Network
	// Tasks are what the guest may start as tasks; default none.
	Tasks []TaskGrant
	// Deterministic makes runs equal; such a policy can't grant folders or the
	// network, and its Stdin must be a *bytes.Reader, *bytes.Buffer or
	// *strings.Reader. Default nil: real clocks and real randomness.
	Deterministic *Deterministic
	// Stdin is what the guest can read; default nothing.
	Stdin io.Reader
	// Stdout and Stderr receive the guest's output as it is written, on top
	// of the capture in the report; default nil. The text is the guest's own:
	// see EscapeText. They are called from the goroutine that runs the guest,
	// which is told of an error of theirs as of a failed write.
	Stdout, Stderr io.Writer
	// Record receives a journal of the instance: all that the host tells the
	// guest, and so all that the guest has seen, for Replay to repeat. Write
	// errors end the call. It is one instance's, or that of several, one after
	// the other. Default nil, which costs nothing.
	Record io.Writer
	// Replay is a journal to answer the guest from, instead of the world: the
	// host must make the calls that are in it, in their order. What was granted
	// and supplied counts for nothing then; of Limits, those that aren't zero
	// say what recorded limits may be at most, and WallTime how long each call
	// may take now. See the function Replay, which makes the calls itself.
	// Default nil.
	Replay io.Reader
	// Log gets each line of the guest's output as a record "guest output" at
	// level Info, on top of all else: attributes name, export, stream ("stdout"
	// or "stderr") and line, which is escaped. Of a line above 4 KiB there is
	// the beginning, and cutBytes. Records have the call's context, so that they
	// belong to its span. Default nil.
	Log *slog.Logger
}

// A Dir grants a guest one folder and everything beneath it, and nothing
// outside of it: links that lead out, and "..", are refused.
type Dir struct {
	// Host is the folder's path here, Guest the path by which the guest
	// knows it: "/data".
	Host, Guest string
	// Writable lets the guest create, change and delete files, within MaxBytes
	// and MaxEntries. What it leaves there is as little to be trusted as the
	// guest: there can be symbolic links that lead out of the folder, so read it
	// through an os.Root.
	Writable bool
	// MaxBytes is by how much the guest may make files in the folder longer, all
	// together, as long as the instance lives; a write beyond it fails with the
	// error that the guest knows for a full disk quota. Lengths count, so a hole
	// in a file costs as much as what would fill it. What it cuts off or deletes
	// of what it added is given back, on Linux and macOS; deleting what others
	// put there gives it nothing. Default 64 MiB; Unlimited lifts it.
	MaxBytes uint64
	// MaxEntries is how many files, folders and links more than before there may
	// be in the folder and beneath it; one more fails likewise. Default 1,000.
	MaxEntries uint64
	// Overlay lets the guest work on a copy, which Instance.CommitDirs carries
	// over to the folder; else it is lost when the instance is closed. The
	// folder is copied when the instance starts, to the system's temporary
	// folder: at most 256 MiB and 10,000 files, folders and links.
	Overlay bool
}

// Limits bound one instance. For each, zero is the documented default and
// Unlimited lifts it.
type Limits struct {
	// Fuel bounds the work of each call, and of instantiation, in units that
	// are the same on every machine: see FuelModel. FuelLow, FuelMedium and
	// FuelHigh are sizes to choose from. A call that runs out ends at the exact
	// unit. Default Unlimited: the wall time bounds it.
	Fuel uint64
	// MemoryBytes bounds all that the instance takes up: linear memories and
	// tables, and what the host holds for the guest, such as lifted values,
	// captured output, handles, buffers of streams and of HTTP, and native
	// stacks beyond the first MiB. All of it is checked before it is allocated,
	// but for native stacks. A guest that asks for more is refused it, and sees
	// its language's own out-of-memory error; its linear memories end a 32nd, at
	// most 1 MiB, before the limit, for the host's part. Compiled code, which instances
	// share, is not in it. Default 256 MiB.
	MemoryBytes uint64
	// WallTime bounds each call, host functions and waiting included, and
	// instantiation. Negative is unlimited. Default 10 s. The context of a host
	// function ends with it; one that goes on holds up the call until it returns,
	// and the guest is then stopped at its next check, a host call or a slice of
	// fuel: what ends before that ends well, if late.
	WallTime time.Duration
	// LiftedBytes bounds what the values that a call has moved out of the
	// guest take in the host at a time: a host function's arguments count until
	// it returns, a result until the call ends. Default 64 MiB.
	LiftedBytes uint64
	// OutputBytes bounds how much of standard output, and as much again of
	// standard error, one call's report keeps: the beginning and the end. More
	// output is dropped, not refused. Default 64 KiB.
	OutputBytes uint64
	// WrittenBytes bounds what one call writes to standard output and standard
	// error together; more ends it. Default 16 MiB.
	WrittenBytes uint64
	// Handles bounds the handles that the guest holds at a time. Default 10,000.
	Handles uint64
	// Tasks bounds how many tasks one call starts, those that its tasks start
	// included; one more ends it. Default 100.
	Tasks uint64
	// TaskDepth bounds the generations of them: with 1 the tasks start none.
	// Default 4.
	TaskDepth uint64
	// LogLines bounds how many lines of one call's output, and of its tasks',
	// become records of Policy.Log. More are dropped, and counted in the report. Default 1,000.
	LogLines uint64
}

// withDefaults gives every limit a number.
func (l Limits) withDefaults() Limits {
	l.Fuel = orDefault(l.Fuel, DefaultFuel)
	l.MemoryBytes = orDefault(l.MemoryBytes, DefaultMemoryBytes)
	l.LiftedBytes = orDefault(l.LiftedBytes, DefaultLiftedBytes)
	l.OutputBytes = orDefault(l.OutputBytes, DefaultOutputBytes)
	l.WrittenBytes = orDefault(l.WrittenBytes, DefaultWrittenBytes)
	l.Handles = orDefault(l.Handles, DefaultHandles)
	l.Tasks = orDefault(l.Tasks, DefaultTasks)
	l.TaskDepth = orDefault(l.TaskDepth, DefaultTaskDepth)
	l.LogLines = orDefault(l.LogLines, DefaultLogLines)
	l.WallTime = orDefaultTime(l.WallTime, DefaultWallTime)
	return l
}

func orDefault(n, value uint64) uint64 {
	if n == 0 {
		return value
	}
	return n
}

// orDefaultTime is orDefault for times, of which negative ones are unlimited.
func orDefaultTime(d, value time.Duration) time.Duration {
	switch {
	case d == 0:
		return value
	case d < 0:
		return math.MaxInt64
	}
	return d
}

// narrow returns the smaller of each limit; a zero asks for nothing.
func (l Limits) narrow(by Limits) Limits {
	least := func(have, want uint64) uint64 {
		if want == 0 || have == 0 {
			return max(have, want)
		}
		return min(have, want)
	}
	l.Fuel = least(l.Fuel, by.Fuel)
	l.MemoryBytes = least(l.MemoryBytes, by.MemoryBytes)
	l.LiftedBytes = least(l.LiftedBytes, by.LiftedBytes)
	l.OutputBytes = least(l.OutputBytes, by.OutputBytes)
	l.WrittenBytes = least(l.WrittenBytes, by.WrittenBytes)
	l.Handles = least(l.Handles, by.Handles)
	l.Tasks = least(l.Tasks, by.Tasks)
	l.TaskDepth = least(l.TaskDepth, by.TaskDepth)
	l.LogLines = least(l.LogLines, by.LogLines)
	switch {
	case l.WallTime <= 0:
		l.WallTime = by.WallTime
	case by.WallTime > 0:
		l.WallTime = min(l.WallTime, by.WallTime)
	}
	return l
}

type limitsKey struct{}

// WithLimits returns a context whose calls have limits narrower than their
// instance's policy: of each the smaller one holds. Zero fields ask for
// nothing. Nothing can be widened. MemoryBytes narrows further growth: an
// instance that has more already keeps it.
func WithLimits(ctx context.Context, limits Limits) context.Context {
	if outer, ok := ctx.Value(limitsKey{}).(*Limits); ok {
		limits = outer.narrow(limits)
	}
	return context.WithValue(ctx, limitsKey{}, &limits)
}
