package wasi

import (
	"github.com/capsule-kit/capsule/hostruntime/value"
	"github.com/capsule-kit/capsule/wit/abi"
)

// The primitive types that WASI uses.
var (
	boolType   = abi.Primitive(abi.Bool)
	u8Type     = abi.Primitive(abi.U8)
	u16Type    = abi.Primitive(abi.U16)
	u32Type    = abi.Primitive(abi.U32)
	u64Type    = abi.Primitive(abi.U64)
	stringType = abi.Primitive(abi.String)
	bytesType  = abi.NewList(u8Type)
)

// fn returns a function type; result is nil where there is none.
func fn(result *abi.Type, params ...abi.Param) *abi.Func {
	return &abi.Func{Params: params, Result: result}
}

func param(name string, t *abi.Type) abi.Param { return abi.Param{Name: name, Type: t} }

func field(name string, t *abi.Type) abi.Field { return abi.Field{Name: name, Type: t} }

// one is a case with a payload, or none where t is nil.
func one(name string, t *abi.Type) abi.Case { return abi.Case{Name: name, Type: t} }

func own(r *Resource) *abi.Type { return abi.NewOwn(r.Type) }

func borrow(r *Resource) *abi.Type { return abi.NewBorrow(r.Type) }

// ok and fail return the two cases of a result; the payload may be nil.
func ok(v value.Value) value.Value   { return value.Result{Payload: v} }
func fail(v value.Value) value.Value { return value.Result{IsError: true, Payload: v} }

// okOr wraps v as a result's ok case unless making it was a trap.
func okOr(v value.Value, err error) (value.Value, error) {
	if err != nil {
		return nil, err
	}
	return ok(v), nil
}
