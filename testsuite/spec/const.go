package spec

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/capsule-kit/capsule/hostruntime/value"
)

// A Const is a value as a script writes it.
type Const struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
}

// value returns the constant as the runtime's dynamic API takes it.
func (c *Const) value() (value.Value, error) {
	switch c.Type {
	case "bool":
		return decode[value.Bool](c)
	case "string":
		return decode[value.String](c)
	case "enum":
		return decode[value.Enum](c)
	case "flags":
		return decode[value.Flags](c)
	case "char":
		s, err := decode[value.String](c)
		if err != nil {
			return nil, err
		}
		r, _ := utf8.DecodeRuneInString(string(s.(value.String)))
		return value.Char(r), nil
	case "list", "tuple":
		return c.sequence()
	case "map":
		return c.entries()
	case "record":
		return c.record()
	case "variant", "option", "result":
		return c.variant()
	}
	return c.number()
}

func decode[T value.Value](c *Const) (value.Value, error) {
	var v T
	err := json.Unmarshal(c.Value, &v)
	return v, err
}

// number returns a number: scripts write them as text, floats by their bits.
func (c *Const) number() (value.Value, error) {
	var text string
	if err := json.Unmarshal(c.Value, &text); err != nil {
		return nil, err
	}
	signed := func(bits int) int64 { n, _ := strconv.ParseInt(text, 10, bits); return n }
	unsigned := func(bits int) uint64 { n, _ := strconv.ParseUint(text, 10, bits); return n }
	switch c.Type {
	case "s8":
		return value.S8(signed(8)), nil
	case "s16":
		return value.S16(signed(16)), nil
	case "s32":
		return value.S32(signed(32)), nil
	case "s64":
		return value.S64(signed(64)), nil
	case "u8":
		return value.U8(unsigned(8)), nil
	case "u16":
		return value.U16(unsigned(16)), nil
	case "u32":
		return value.U32(unsigned(32)), nil
	case "u64":
		return value.U64(unsigned(64)), nil
	case "f32":
		return value.F32(math.Float32frombits(uint32(unsigned(32)))), nil
	case "f64":
		return value.F64(math.Float64frombits(unsigned(64))), nil
	}
	return nil, fmt.Errorf("constants of type %s are not supported", c.Type)
}

func (c *Const) sequence() (value.Value, error) {
	var elems []Const
	if err := json.Unmarshal(c.Value, &elems); err != nil {
		return nil, err
	}
	values := make([]value.Value, len(elems))
	for i := range elems {
		var err error
		if values[i], err = elems[i].value(); err != nil {
			return nil, err
		}
	}
	if c.Type == "tuple" {
		return value.Tuple(values), nil
	}
	return value.List(values), nil
}

func (c *Const) entries() (value.Value, error) {
	var entries [][2]Const
	if err := json.Unmarshal(c.Value, &entries); err != nil {
		return nil, err
	}
	m := make(value.Map, len(entries))
	for i := range entries {
		k, err := entries[i][0].value()
		if err != nil {
			return nil, err
		}
		v, err := entries[i][1].value()
		if err != nil {
			return nil, err
		}
		m[i] = value.Entry{Key: k, Value: v}
	}
	return m, nil
}

func (c *Const) record() (value.Value, error) {
	var fields [][2]json.RawMessage
	if err := json.Unmarshal(c.Value, &fields); err != nil {
		return nil, err
	}
	record := make(value.Record, len(fields))
	for i, f := range fields {
		if err := json.Unmarshal(f[0], &record[i].Name); err != nil {
			return nil, err
		}
		v, err := payload(f[1])
		if err != nil {
			return nil, err
		}
		record[i].Value = v
	}
	return record, nil
}

func (c *Const) variant() (value.Value, error) {
	if c.Type == "option" {
		some, err := payload(c.Value)
		return value.Option{Some: some}, err
	}
	if c.Type == "result" {
		var r map[string]json.RawMessage
		if err := json.Unmarshal(c.Value, &r); err != nil {
			return nil, err
		}
		if e, ok := r["Err"]; ok {
			v, err := payload(e)
			return value.Result{IsError: true, Payload: v}, err
		}
		v, err := payload(r["Ok"])
		return value.Result{Payload: v}, err
	}
	var v struct {
		Case    string
		Payload json.RawMessage
	}
	if err := json.Unmarshal(c.Value, &v); err != nil {
		return nil, err
	}
	p, err := payload(v.Payload)
	return value.Variant{Case: v.Case, Payload: p}, err
}

// payload returns a constant that may be missing.
func payload(raw json.RawMessage) (value.Value, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var c Const
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, err
	}
	return c.value()
}
