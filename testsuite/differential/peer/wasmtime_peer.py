"""Runs a component's echo functions on wasmtime.

Arguments: the component, and where to keep it compiled. Each line of standard
input is a call, {"func": name, "args": [value, …]}; each line of standard
output is what came of it:

    {"seen": [[value, …], …], "noted": [text, …], "result": value, "trap": message}

where seen is the arguments of each call that the guest made of the host's echo
functions, noted those of note, and trap is empty without one.

Values are JSON that loses nothing: numbers are strings, integers in decimal,
floats as the hexadecimal digits of their bits ("nan" for every NaN); records
are objects, tuples and lists arrays, flags sorted arrays of names, and variants,
options and results {"tag": case, "val": payload}, val only with a payload.
"""

import json
import math
import os
import struct
import sys
import tempfile

from wasmtime import Config, Engine, Store, WasiConfig, WasmtimeError
from wasmtime.component import Component, Linker, Record, Variant, _types

# wasmtime's Python guesses a variant's case from the payload's class where it
# thinks it can: True would be taken for a u8. Every case is tagged here.
_types.VariantLikeType._tagged = lambda self: True

INTEGERS = (
    *(_types.S8, _types.S16, _types.S32, _types.S64),
    *(_types.U8, _types.U16, _types.U32, _types.U64),
)
FLOATS = {_types.F32: ">f", _types.F64: ">d"}
VARIANTS = (_types.VariantType, _types.OptionType, _types.ResultType)


class Codec:
    """Values of one type, with its parts looked up once."""

    def __init__(self, ty):
        self.ty = ty
        if isinstance(ty, _types.ListType):
            self.element = Codec(ty.element)
        elif isinstance(ty, _types.TupleType):
            self.elements = [Codec(t) for t in ty.elements]
        elif isinstance(ty, _types.RecordType):
            self.fields = [(name, Codec(t)) for name, t in ty.fields]
        elif isinstance(ty, VARIANTS):
            self.cases = {name: t and Codec(t) for name, t in ty._cases()}

    def decode(self, v):
        ty = self.ty
        if isinstance(ty, INTEGERS):
            return int(v)
        if form := FLOATS.get(type(ty)):
            return math.nan if v == "nan" else struct.unpack(form, bytes.fromhex(v))[0]
        if isinstance(ty, _types.ListType):
            items = [self.element.decode(e) for e in v]
            return bytes(items) if isinstance(self.element.ty, _types.U8) else items
        if isinstance(ty, _types.TupleType):
            return tuple(c.decode(e) for c, e in zip(self.elements, v, strict=True))
        if isinstance(ty, _types.RecordType):
            record = Record()
            for name, c in self.fields:
                setattr(record, name, c.decode(v[name]))
            return record
        if isinstance(ty, _types.FlagsType):
            return set(v)
        if isinstance(ty, VARIANTS):
            payload = self.cases[v["tag"]]
            return Variant(v["tag"], payload and payload.decode(v["val"]))
        return v  # bool, char, string, enum

    def encode(self, v):
        ty = self.ty
        if isinstance(ty, INTEGERS):
            return str(v)
        if form := FLOATS.get(type(ty)):
            return "nan" if math.isnan(v) else struct.pack(form, v).hex()
        if isinstance(ty, _types.ListType):
            return [self.element.encode(e) for e in v]
        if isinstance(ty, _types.TupleType):
            return [c.encode(e) for c, e in zip(self.elements, v, strict=True)]
        if isinstance(ty, _types.RecordType):
            return {name: c.encode(getattr(v, name)) for name, c in self.fields}
        if isinstance(ty, _types.FlagsType):
            return sorted(v)
        if isinstance(ty, VARIANTS):
            form = {"tag": v.tag}
            if payload := self.cases[v.tag]:
                form["val"] = payload.encode(v.payload)
            return form
        return v


def load(engine, path, cached):
    try:
        return Component.deserialize_file(engine, cached)
    except WasmtimeError:
        component = Component.from_file(engine, path)
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(cached), delete=False) as file:
        file.write(component.serialize())
    os.replace(file.name, cached)
    return component


ECHO = "test:differential/echo@0.1.0"
NOTES = "test:differential/notes@0.1.0"


class Guest:
    def __init__(self, path, cached):
        config = Config()
        config.cranelift_opt_level = "none"  # compiles in half the time
        self.engine = Engine(config)
        self.component = load(self.engine, path, cached)
        self.linker = Linker(self.engine)
        self.linker.add_wasip2()
        self.linker.add_wasi_http()
        self.seen, self.noted = [], []
        self.params, self.results = {}, {}

        imports = self.component.type.imports(self.engine)
        with self.linker.root() as root:
            with root.add_instance(NOTES) as notes:
                notes.add_func("note", lambda store, text: self.noted.append(text))
            self.serve_all(imports[ECHO], root)
        self.start()

    def serve_all(self, interface, root):
        with root.add_instance(ECHO) as echo:
            for name, item in interface.ty.exports(self.engine).items():
                if not isinstance(item.ty, _types.FuncType):
                    continue
                self.params[name] = [Codec(ty) for _, ty in item.ty.params]
                self.results[name] = Codec(item.ty.result)
                echo.add_func(name, self.serve(self.params[name]))

    def serve(self, params):
        def echo(store, *args):
            self.seen.append([c.encode(v) for c, v in zip(params, args, strict=True)])
            return args[0] if len(args) == 1 else args

        return echo

    def start(self):
        self.store = Store(self.engine)
        self.store.set_wasi(WasiConfig())
        self.instance = self.linker.instantiate(self.store, self.component)
        self.echo = self.instance.get_export_index(self.store, ECHO)

    def call(self, name, args):
        index = self.instance.get_export_index(self.store, name, self.echo)
        func = self.instance.get_func(self.store, index)
        args = [c.decode(v) for c, v in zip(self.params[name], args, strict=True)]
        self.seen, self.noted = [], []
        result, trap = None, ""
        try:
            result = self.results[name].encode(func(self.store, *args))
            func.post_return(self.store)
        except WasmtimeError as err:
            # A trap ends the instance.
            trap = str(err) or "trap"
            self.start()
        return {"seen": self.seen, "noted": self.noted, "result": result, "trap": trap}


def main(path, cached):
    guest = Guest(path, cached)
    for line in sys.stdin:
        request = json.loads(line)
        json.dump(guest.call(request["func"], request["args"]), sys.stdout)
        print()


main(*sys.argv[1:])
