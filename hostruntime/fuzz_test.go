package hostruntime

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// corpus returns the components that the link plan is fuzzed with, which call
// each other, hand resources around and trap.
func corpus(f *testing.F) [][]byte {
	files, err := filepath.Glob("internal/link/testdata/fuzz/FuzzBuild/*")
	if err != nil || len(files) == 0 {
		f.Fatal("no corpus: ", err)
	}
	var components [][]byte
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		_, literal, _ := strings.Cut(strings.TrimSpace(string(text)), "(")
		bytes, err := strconv.Unquote(strings.TrimSuffix(literal, ")"))
		if err != nil {
			f.Fatalf("%s: %v", path, err)
		}
		components = append(components, []byte(bytes))
	}
	return components
}

// FuzzRun loads, instantiates and calls whatever comes. It must end, in time,
// with one of the documented errors or with none.
func FuzzRun(f *testing.F) {
	for _, bytes := range corpus(f) {
		f.Add(bytes)
	}
	rt, err := New(context.Background(), Config{NoCache: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = rt.Close(context.Background()) })
	limits := Limits{MemoryBytes: 4 << 20, WallTime: 200 * time.Millisecond, LiftedBytes: 1 << 20, Handles: 100}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		ctx := t.Context()
		component, err := rt.Load(ctx, bytes)
		if err != nil {
			documented(t, err)
			return
		}
		defer func() {
			if err := component.Close(ctx); err != nil {
				t.Error(err)
			}
		}()
		in, err := component.Instantiate(ctx, Policy{Limits: limits})
		if err != nil {
			documented(t, err)
			return
		}
		var handles []value.Value
		for _, e := range component.Exports() {
			args := make([]value.Value, len(e.Type.Params))
			for i, p := range e.Type.Params {
				args[i] = sample(p.Type, &handles, 0)
			}
			result, err := in.Call(ctx, e.String(), args...)
			if err != nil {
				documented(t, err)
			}
			if h, ok := result.(value.Handle); ok {
				handles = append(handles, h)
			}
		}
		for _, h := range handles {
			if err := in.Drop(ctx, h.(value.Handle)); err != nil {
				documented(t, err)
			}
		}
	})
}

// documented fails the test for an error of no type that package users know,
// and for panics of ours, which arrive as a host function's failure.
func documented(t *testing.T, err error) {
	t.Helper()
	if strings.Contains(err.Error(), "panicked") || strings.Contains(err.Error(), "goroutine ") {
		t.Errorf("a panic of ours: %v", err)
	}
	if trap, ok := errors.AsType[*Trap](err); ok && trap.Cause != nil {
		t.Errorf("a failure of the host: %v", err)
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		switch e.(type) {
		case *FormatError, *UnsupportedError, *LinkError, *ArgumentError, *Trap, *LimitError, *ExitError, *DeadError:
			return
		}
	}
	t.Errorf("undocumented error %T: %v", err, err)
}

// sample returns a value of a type. Handles come from those at hand.
func sample(t *abi.Type, handles *[]value.Value, depth int) value.Value {
	if depth > 20 {
		return nil // refused, which is a case too
	}
	part := func(t *abi.Type) value.Value {
		if t == nil {
			return nil
		}
		return sample(t, handles, depth+1)
	}
	switch t.Kind {
	case abi.Bool:
		return value.Bool(true)
	case abi.S8:
		return value.S8(-1)
	case abi.U8:
		return value.U8(200)
	case abi.S16:
		return value.S16(-1)
	case abi.U16:
		return value.U16(60000)
	case abi.S32:
		return value.S32(-1)
	case abi.U32:
		return value.U32(1)
	case abi.S64:
		return value.S64(-1)
	case abi.U64:
		return value.U64(1 << 63)
	case abi.F32:
		return value.F32(1.5)
	case abi.F64:
		return value.F64(-0.5)
	case abi.Char:
		return value.Char('é')
	case abi.String:
		return value.String("é€𝄞")
	case abi.List:
		return value.List{part(t.Elem)}
	case abi.Map:
		return value.Map{{Key: part(t.Key), Value: part(t.Elem)}}
	case abi.Record:
		record := make(value.Record, len(t.Fields))
		for i, f := range t.Fields {
			record[i] = value.Field{Name: f.Name, Value: part(f.Type)}
		}
		return record
	case abi.Tuple:
		tuple := make(value.Tuple, len(t.Fields))
		for i, f := range t.Fields {
			tuple[i] = part(f.Type)
		}
		return tuple
	case abi.Variant:
		return value.Variant{Case: t.Cases[0].Name, Payload: part(t.Cases[0].Type)}
	case abi.Enum:
		return value.Enum(t.Cases[0].Name)
	case abi.Option:
		return value.Option{Some: part(t.Elem)}
	case abi.Result:
		return value.Result{Payload: part(t.Cases[0].Type)}
	case abi.Flags:
		return value.Flags(t.Labels[:1])
	}
	if len(*handles) > 0 {
		return (*handles)[len(*handles)-1]
	}
	return value.Handle{}
}
