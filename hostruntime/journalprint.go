package hostruntime

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime/internal/canon"
	"github.com/capsule-kit/capsule/hostruntime/internal/journal"
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// PrintJournal writes a journal as lines of text, each with its record's number:
// calls, imports and drops in their order, with their values in WAVE. The
// component isn't needed. Values and names are escaped; of a value, at most so
// many characters are written, 0 for all.
//
// Errors: *ReplayError for a journal that is damaged or cut short, once all
// before that is written; those of the reader and the writer.
func PrintJournal(w io.Writer, from io.Reader, maxValue int) error {
	out := bufio.NewWriter(w)
	p := journalPrinter{out: out, most: maxValue, reader: journal.NewReader(from)}
	if p.most == 0 {
		p.most = math.MaxInt
	}
	var err error
	for again := true; again && err == nil; again = p.reader.More() {
		err = p.journal()
	}
	if damage, ok := errors.AsType[*journal.DamageError](err); ok {
		err = &ReplayError{Record: damage.Number, Offset: damage.Offset, Call: p.call, Recorded: damage.Reason}
	}
	return errors.Join(out.Flush(), err)
}

type journalPrinter struct {
	out    *bufio.Writer
	most   int
	reader *journal.Reader
	record journal.Record
	call   string // in progress
	index  int    // of its function
	known  map[definition]journal.Func
}

func (p *journalPrinter) journal() error {
	p.call, p.known = "", map[definition]journal.Func{}
	if err := p.reader.Begin(); err != nil {
		return err
	}
	for {
		var err error
		if p.record, err = p.reader.Next(); err != nil {
			return err
		}
		b := journal.NewBody(p.record.Body)
		p.print(b)
		if err := b.End(); err != nil {
			return &ReplayError{Record: p.record.Number, Offset: p.record.Offset, Call: p.call, Recorded: err.Error()}
		}
		if p.record.Kind == journal.KindClose {
			return nil
		}
	}
}

// line writes one line about the record. Texts in it must be escaped.
func (p *journalPrinter) line(format string, args ...any) {
	fmt.Fprintf(p.out, "%d %s\n", p.record.Number, fmt.Sprintf(format, args...))
}

func (p *journalPrinter) print(b *journal.Body) {
	switch p.record.Kind {
	case journal.KindHeader:
		h := b.Header()
		seed := ""
		if h.Deterministic {
			seed = fmt.Sprintf(", deterministic with seed %d", h.Seed)
		}
		p.line("journal of component %x, fuel model %d%s", h.Component, h.FuelModel, seed)
	case journal.KindFunc:
		f := b.Function()
		p.known[definition{f.Side, f.Index}] = f
	case journal.KindCall:
		p.printCall(b.Call())
	case journal.KindImport:
		s := b.Served()
		f := p.function(journal.Import, s.Index)
		args := p.args(s.Args, f)
		switch {
		case s.Failed:
			p.line("  import %s(%s) failed", oneLine(f.Name), args)
		case f.Type.Result == nil:
			p.line("  import %s(%s)", oneLine(f.Name), args)
		default:
			p.line("  import %s(%s) -> %s", oneLine(f.Name), args, p.value(s.Result, f.Type.Result))
		}
		p.meanwhile(s.Refusals, s.Outputs)
	case journal.KindDrop:
		s := b.Served()
		p.line("  drop %s #%d", oneLine(p.function(journal.Resource, s.Index).Name), journal.NewBody(s.Args).Uint())
		p.meanwhile(s.Refusals, s.Outputs)
	case journal.KindValue:
		v := b.Imported()
		f := p.function(journal.Value, v.Index)
		p.line("  value %s = %s", oneLine(f.Name), p.value(v.Value, f.Type.Result))
	case journal.KindRefusal:
		p.meanwhile([]journal.Refusal{b.Refusal()}, nil)
	case journal.KindReturn:
		r := b.Return()
		f := p.function(journal.Export, p.index)
		if f.Type.Result != nil {
			p.line("  result %s", p.value(r.Result, f.Type.Result))
		}
	case journal.KindEnd:
		p.printEnd(b.EndOfCall())
	case journal.KindClose:
		p.line("closed")
	default:
		p.line("  %s", p.record.Kind)
		b.Rest()
	}
}

func (p *journalPrinter) printCall(c journal.Call) {
	p.call, p.index = c.Name, c.Index
	name, l := oneLine(c.Name), &c.Limits
	switch c.Kind {
	case journal.Function:
		p.line("call %s(%s)", name, p.args(c.Args, p.function(journal.Export, c.Index)))
	case journal.Drop:
		p.line("call %s #%d", name, c.Rep)
	case journal.Failed:
		p.line("call %s, which failed before it began", name)
	default:
		p.line("call %s", name)
	}
	limits := []string{}
	add := func(what string, n uint64) {
		if n != Unlimited {
			limits = append(limits, what+" "+amount(what, n))
		}
	}
	add(LimitFuel, l.Fuel)
	add(LimitMemory, l.MemoryBytes)
	if l.WallTime >= 0 {
		add(LimitWallTime, uint64(l.WallTime))
	}
	p.line("  limits: %s", strings.Join(limits, ", "))
	p.meanwhile(c.Refusals, nil)
}

func (p *journalPrinter) printEnd(e journal.End) {
	p.meanwhile(nil, e.Outputs)
	text := ""
	if e.Text != "" {
		text = ": " + oneLine(e.Text)
	}
	p.line("end %s, %d units of fuel, %v%s", oneLine(e.Outcome), e.Fuel, time.Duration(e.WallTime).Round(time.Microsecond), text)
	p.call = ""
}

// meanwhile writes what happened during what the record is about.
func (p *journalPrinter) meanwhile(refusals []journal.Refusal, outputs []journal.Output) {
	for _, r := range refusals {
		p.line("  memory refused at growth %d, to %s", r.Attempt, amount(LimitMemory, r.Total))
	}
	for _, o := range outputs {
		stream := "stdout"
		if o.Stderr {
			stream = "stderr"
		}
		p.line("    %s %s", stream, p.text(value.String(strings.ToValidUTF8(string(o.Text), "\ufffd"))))
	}
}

// function returns what is known of a function.
func (p *journalPrinter) function(side journal.Side, index int) journal.Func {
	if f, ok := p.known[definition{side, index}]; ok {
		return f
	}
	return journal.Func{Name: fmt.Sprintf("<unknown %d>", index), Type: &abi.Func{}}
}

// args writes arguments, or what is wrong with them.
func (p *journalPrinter) args(form []byte, f journal.Func) string {
	b, budget := journal.NewBody(form), canon.MakeBudget(maxReplayedBytes)
	texts := make([]string, len(f.Type.Params))
	for i, param := range f.Type.Params {
		v := b.Value(param.Type, &budget)
		if b.Err() != nil {
			break
		}
		texts[i] = p.text(v)
	}
	if err := b.End(); err != nil {
		return "<" + oneLine(err.Error()) + ">"
	}
	return strings.Join(texts, ", ")
}

func (p *journalPrinter) value(form []byte, t *abi.Type) string {
	if t == nil {
		return "<of unknown type>"
	}
	return p.args(form, journal.Func{Type: &abi.Func{Params: []abi.Param{{Type: t}}}})
}

// text writes a value, handles with their numbers.
func (p *journalPrinter) text(v value.Value) string {
	if bytes, ok := v.(value.Bytes); ok && len(bytes) > p.most {
		v = bytes[:p.most] // it would be cut below
	}
	text := value.Format(mapHandles(v, func(h value.Handle) value.Handle {
		h.Resource = fmt.Sprintf("%s #%d", h.Resource, h.Rep)
		return h
	}))
	if len(text) > p.most && utf8.RuneCountInString(text) > p.most {
		return string([]rune(text)[:p.most]) + "…"
	}
	return text
}

// oneLine escapes text that is to stay on its line.
func oneLine(text string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(EscapeText(text))
}
