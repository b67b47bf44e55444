"""Has the specification's definitions.py move values between two guests.

Argument: the path of definitions.py. Each line of standard input is a journey,

    {"types": [type, …], "values": [value, …], "from": encoding, "to": encoding,
     "max-flat": number}

of values that the host lowers into one guest, lifts out of it and lowers into
another. Each line of standard output is what came of it: per guest the core
values as numbers, the memory in hexadecimal and the realloc calls, and whether
what is lifted from the second guest is what was lowered into the first.

A type is {"kind": keyword, …} with what the kind needs; values are JSON as the
host's value package writes it.
"""

import __future__

import json
import struct
import sys
import types

PRIMITIVES = {
    "bool": "Bool",
    "char": "Char",
    "string": "String",
    "f32": "F32",
    "f64": "F64",
    **{
        sign.lower() + bits: sign + bits
        for sign in "SU"
        for bits in ("8", "16", "32", "64")
    },
}


def load_definitions(path):
    """The annotations need a newer Python, unless they aren't evaluated."""
    with open(path) as file:
        code = compile(file.read(), path, "exec", __future__.annotations.compiler_flag)
    module = sys.modules["definitions"] = types.ModuleType("definitions")
    exec(code, module.__dict__)  # noqa: S102
    # NaNs are canonical, not random.
    module.DETERMINISTIC_PROFILE = True
    return module


d = load_definitions(sys.argv[1])


def read_type(t):
    if t is None:
        return None
    kind = t["kind"]
    if kind in PRIMITIVES:
        return getattr(d, PRIMITIVES[kind] + "Type")()
    if kind == "list":
        return d.ListType(read_type(t["elem"]), int(t["length"]) or None)
    if kind == "map":
        return d.MapType(read_type(t["key"]), read_type(t["elem"]))
    if kind == "record":
        return d.RecordType([d.FieldType(n, read_type(u)) for n, u in t["parts"]])
    if kind == "tuple":
        return d.TupleType([read_type(u) for _, u in t["parts"]])
    if kind == "variant":
        return d.VariantType([d.CaseType(n, read_type(u)) for n, u in t["parts"]])
    if kind == "enum":
        return d.EnumType([n for n, _ in t["parts"]])
    if kind == "result":
        return d.ResultType(*(read_type(u) for _, u in t["parts"]))
    if kind == "option":
        return d.OptionType(read_type(t["elem"]))
    assert kind == "flags", kind
    return d.FlagsType(t["labels"])


def read_value(v, t):
    """Returns what definitions.py wants for v: it takes despecialized values."""
    match t:
        case d.BoolType() | d.CharType():
            return v
        case d.StringType():
            return (v, "utf8", len(v.encode()))
        case d.F32Type():
            return struct.unpack("<f", struct.pack("<f", float(v)))[0]
        case d.F64Type():
            return float(v)
        case d.PrimValType():
            return int(v)
        case d.ListType(elem, _):
            return [read_value(e, elem) for e in v]
        case d.MapType(key, elem):
            return [{"0": read_value(k, key), "1": read_value(e, elem)} for k, e in v]
        case d.RecordType(fields):
            return {f.label: read_value(v[f.label], f.t) for f in fields}
        case d.TupleType(elems):
            return {
                str(i): read_value(e, u)
                for i, (e, u) in enumerate(zip(v, elems, strict=True))
            }
        case d.EnumType():
            return {v: None}
        case d.FlagsType(labels):
            return {label: label in v for label in labels}
        case d.VariantType(cases):
            [payload] = [c.t for c in cases if c.label == v["tag"]]
            return {v["tag"]: payload and read_value(v["val"], payload)}
        case d.ResultType(ok, error):
            if v["tag"] == "ok":
                return {"ok": ok and read_value(v["val"], ok)}
            return {"error": error and read_value(v["val"], error)}
        case d.OptionType(some):
            if v is None:
                return {"none": None}
            if isinstance(some, d.OptionType):
                v = v["val"]
            return {"some": read_value(v, some)}
    raise AssertionError(t)


class Guest(d.LiftLowerContext):
    """A memory whose allocator moves each block to the end."""

    def __init__(self, encoding):
        self.next, self.calls = 16, []
        memory = d.MemInst(bytearray(64), "i32")
        super().__init__(
            d.LiftLowerOptions(string_encoding=encoding, memory=memory), None
        )

    def reallocate(self, old, old_size, align, size):
        self.calls.append([old, old_size, align, size])
        memory = self.opts.memory.bytes
        begin = d.align_to(self.next, align)
        self.next = begin + size
        memory.extend(bytes(max(0, d.align_to(self.next, 8) - len(memory))))
        kept = min(old_size, size)
        memory[begin : begin + kept] = memory[old : old + kept]
        return begin

    def lower(self, values, ts, max_flat):
        flat = d.lower_flat_values(self, max_flat, values, ts)
        kinds = d.flatten_types(ts, self.opts)
        if len(kinds) > max_flat:
            kinds = ["i32"]
        core = [self.bits(v, kind) for v, kind in zip(flat, kinds, strict=True)]
        memory = self.opts.memory.bytes.hex()
        return flat, {"flat": core, "memory": memory, "calls": self.calls}

    @staticmethod
    def bits(v, kind):
        if kind == "f32":
            return d.core_i32_reinterpret_f32(v)
        if kind == "f64":
            return d.core_i64_reinterpret_f64(v)
        return int(v)

    def lift(self, flat, ts, max_flat):
        return d.lift_flat_values(self, max_flat, d.CoreValueIter(flat), ts)


def plain(v):
    """Takes the encodings away that lifted strings remember."""
    if isinstance(v, tuple):
        return v[0]
    if isinstance(v, list):
        return [plain(e) for e in v]
    if isinstance(v, dict):
        return {k: plain(e) for k, e in v.items()}
    return v


def journey(request):
    ts = [read_type(t) for t in request["types"]]
    values = [read_value(v, t) for v, t in zip(request["values"], ts, strict=True)]
    max_flat = int(request["max-flat"])
    first, second = Guest(request["from"]), Guest(request["to"])
    flat, sent = first.lower(values, ts, max_flat)
    lifted = first.lift(flat, ts, max_flat)
    flat, received = second.lower(lifted, ts, max_flat)
    back = second.lift(flat, ts, max_flat)
    # As text: NaN isn't equal to itself, and -0.0 is to 0.0.
    return {
        "guests": [sent, received],
        "back": repr(plain(back)) == repr(plain(values)),
    }


for line in sys.stdin:
    # Numbers stay text until their type is known: -0 is a float.
    print(json.dumps(journey(json.loads(line, parse_int=str, parse_float=str))))
