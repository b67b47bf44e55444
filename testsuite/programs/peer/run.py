"""Runs a program on wasmtime: run.py COMPONENT FOLDER NAME [ARG...].

The program finds FOLDER at /data, and writes to the standard streams; its exit
status is this one's.
"""

import os
import pathlib
import sys
from importlib import metadata

import wasmtime
from wasmtime import component

engine = wasmtime.Engine()
store = wasmtime.Store(engine)
config = wasmtime.WasiConfig()
config.argv = sys.argv[3:]
config.inherit_stdin()
config.inherit_stdout()
config.inherit_stderr()
config.preopen_dir(sys.argv[2], "/data")
store.set_wasi(config)

# Compiling takes longest, and is done once.
compiled = pathlib.Path(f"{sys.argv[1]}.{metadata.version('wasmtime')}")
if not compiled.exists():
    bytecode = component.Component.from_file(engine, sys.argv[1]).serialize()
    partial = compiled.with_suffix(f".{os.getpid()}")
    partial.write_bytes(bytecode)
    partial.rename(compiled)
program = component.Component.deserialize_file(engine, str(compiled))

linker = component.Linker(engine)
linker.add_wasip2()
instance = linker.instantiate(store, program)
# An index is found for any version of the track.
run = program.get_export_index("run", program.get_export_index("wasi:cli/run@0.2.0"))
try:
    result = instance.get_func(store, run)(store)
except wasmtime.ExitTrap as trap:
    sys.exit(trap.code)
sys.exit(0 if result.tag == "ok" else 1)
