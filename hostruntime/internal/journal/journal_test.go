package journal_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/canon/valuegen"
	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
	"pgregory.net/rapid"
)

// Any value of any type comes back from its form, read by the type that came
// back from its own.
func TestValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := valuegen.Types(4).Draw(t, "type")
		v := valuegen.Values(typ).Draw(t, "value")
		b := journal.NewBody(journal.AppendFunc(nil, &abi.Func{Params: []abi.Param{{Name: "p", Type: typ}}, Result: typ}))
		f := b.Func()
		if err := b.End(); err != nil || f.Result.String() != typ.String() || f.Result != f.Params[0].Type {
			t.Fatalf("%v: %s came back as %s", err, typ, f.Result)
		}
		form, err := journal.AppendValue(nil, v, typ)
		if err != nil {
			t.Fatal(err)
		}
		b = journal.NewBody(form)
		got := b.Value(f.Result, canon.NewBudget(1<<30))
		if err := b.End(); err != nil || !value.Equal(got, v) {
			t.Fatalf("%v: %s came back as %s", err, value.Format(v), value.Format(got))
		}
	})
}

// What a value takes is charged before it is allocated.
func TestValueIsCharged(t *testing.T) {
	typ := abi.NewList(abi.Primitive(abi.U32))
	form := append(journal.AppendUint(nil, 10_000), make([]byte, 10_000)...)
	b := journal.NewBody(form)
	b.Value(typ, canon.NewBudget(10_000))
	if _, ok := errors.AsType[*canon.BudgetError](b.Err()); !ok {
		t.Errorf("got %v, want the budget's error", b.Err())
	}
	b = journal.NewBody(journal.AppendUint(nil, 1<<40))
	if b.Value(typ, nil); b.Err() == nil {
		t.Error("a list has more elements than its record bytes")
	}
}

func TestRecords(t *testing.T) {
	var out bytes.Buffer
	w := journal.NewWriter(&out)
	bodies := [][]byte{{}, []byte("body"), bytes.Repeat([]byte("long "), 50_000)}
	for _, body := range bodies {
		if err := w.Write(journal.KindValue, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	r := journal.NewReader(bytes.NewReader(out.Bytes()))
	if err := r.Begin(); err != nil {
		t.Fatal(err)
	}
	offset := int64(len(journal.Magic))
	for i, body := range bodies {
		record, err := r.Next()
		if err != nil || record.Number != i || record.Offset != offset || record.Kind != journal.KindValue || !bytes.Equal(record.Body, body) {
			t.Fatalf("record %d: %d at %d, %v", i, record.Number, record.Offset, err)
		}
		offset = record.Offset + int64(len(body)) + 6
		if len(body) > 127 {
			offset += 2
		}
	}
	if r.More() {
		t.Error("there is more")
	}
	damage, ok := errors.AsType[*journal.DamageError](func() error { _, err := r.Next(); return err }())
	if !ok || !damage.Cut || damage.Number != len(bodies) || damage.Offset != int64(out.Len()) {
		t.Errorf("at the end: %+v", damage)
	}
}

// Left out, doubled or swapped records are noticed by their sums.
func TestOrder(t *testing.T) {
	var out bytes.Buffer
	w := journal.NewWriter(&out)
	for _, body := range []string{"a", "b", "c"} {
		_ = w.Write(journal.KindCall, []byte(body))
	}
	_ = w.Flush()
	head, records := out.Bytes()[:len(journal.Magic)], out.Bytes()[len(journal.Magic):]
	record := func(i int) []byte { return records[i*7 : i*7+7] } // kind, length, body and sum
	for _, order := range [][]int{{0, 2}, {1, 0}, {0, 0}, {1}} {
		bad := bytes.Clone(head)
		for _, i := range order {
			bad = append(bad, record(i)...)
		}
		r := journal.NewReader(bytes.NewReader(bad))
		err := r.Begin()
		for range order {
			if err == nil {
				_, err = r.Next()
			}
		}
		if damage, ok := errors.AsType[*journal.DamageError](err); !ok || damage.Cut {
			t.Errorf("records %v: %v", order, err)
		}
	}
}

func TestNoJournal(t *testing.T) {
	for _, text := range []string{"", "capsule", "PK\x03\x04 something else", "capsule journal 2\n"} {
		err := journal.NewReader(bytes.NewReader([]byte(text))).Begin()
		if _, ok := errors.AsType[*journal.DamageError](err); !ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzBodies(f *testing.F) {
	header := journal.Header{FuelModel: 1}
	f.Add(header.Append(nil))
	call := journal.Call{Kind: journal.Function, Name: "f", Refusals: []journal.Refusal{{Attempt: 1, Total: 2}}, Args: []byte{1}}
	f.Add(call.Append(nil))
	served := journal.Served{Args: []byte("abc"), Outputs: []journal.Output{{Text: []byte("bc")}, {Stderr: true, Text: []byte("x")}}}
	f.Add(served.Append(nil))
	function := journal.Func{Name: "f", Type: &abi.Func{Result: abi.NewOption(abi.NewList(abi.Primitive(abi.String)))}}
	f.Add(function.Append(nil))
	end := journal.End{Outcome: "ok", Fuel: 7, Report: []byte("{}")}
	f.Add(end.Append(nil))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, read := range []func(*journal.Body){
			func(b *journal.Body) { b.Header() },
			func(b *journal.Body) { b.Call() },
			func(b *journal.Body) { b.Served() },
			func(b *journal.Body) { b.Imported() },
			func(b *journal.Body) { b.Return() },
			func(b *journal.Body) { b.Refusal() },
			func(b *journal.Body) { b.EndOfCall() },
			func(b *journal.Body) {
				if f := b.Function(); b.Err() == nil && f.Type.Result != nil {
					journal.NewBody(body).Value(f.Type.Result, canon.NewBudget(1<<20))
				}
			},
		} {
			read(journal.NewBody(body))
		}
	})
}
