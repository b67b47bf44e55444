"""Runs components on wasmtime, for TestMutated.

Each line of standard input is {"file": path, "funcs": [name, …]}. Each line of
standard output is what came of it: {"refused": message}, {"instance": message}
for one that can't be instantiated, or {"calls": [[outcome, outcome], …]}, two
calls of each function on an instance of its own. An outcome is {"trap": message}
or {"value": value}; only numbers, texts and truth values are told, others are
null.
"""

import json
import sys

from wasmtime import Config, Engine, Store, Trap, WasmtimeError
from wasmtime.component import Component, Linker

FUEL = 3_000_000  # a guest that hangs is stopped there


def last_line(error):
    return str(error).strip().splitlines()[-1].strip()


def instantiate(engine, component):
    store = Store(engine)
    store.set_fuel(FUEL)
    return store, Linker(engine).instantiate(store, component)


def call(store, func):
    try:
        value = func(store)
        if hasattr(func, "post_return"):
            func.post_return(store)
    except (WasmtimeError, Trap) as e:
        return {"trap": last_line(e)}
    return {"value": value if isinstance(value, (bool, int, str)) else None}


def run(engine, job):
    try:
        with open(job["file"], "rb") as f:
            component = Component(engine, f.read())
    except (WasmtimeError, Trap) as e:
        return {"refused": str(e)}
    calls = []
    try:
        instantiate(engine, component)
        for name in job["funcs"] or ():
            store, instance = instantiate(engine, component)
            func = instance.get_func(store, name)
            calls.append([call(store, func), call(store, func)])
    except (WasmtimeError, Trap) as e:
        return {"instance": last_line(e)}
    return {"calls": calls}


def main():
    config = Config()
    config.consume_fuel = True
    config.wasm_component_model_map = True
    config.wasm_component_model_implements = True
    engine = Engine(config)
    for line in sys.stdin:
        print(json.dumps(run(engine, json.loads(line))), flush=True)


main()
