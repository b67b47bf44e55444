"""Measures a component of the bench world on wasmtime; prints JSON, in seconds."""

import json
import os
import sys
import tempfile
import time

from wasmtime import Engine, Store, WasiConfig
from wasmtime.component import Component, Linker


def times(n, call, *args):
    samples = []
    for _ in range(n):
        start = time.perf_counter()
        call(*args)
        samples.append(time.perf_counter() - start)
    return samples


def main(path):
    figures = {"instantiate": [], "first": []}
    engine = Engine()
    start = time.perf_counter()
    component = Component.from_file(engine, path)
    figures["cold"] = [time.perf_counter() - start]

    with tempfile.TemporaryDirectory() as folder:
        cached = os.path.join(folder, "component")
        with open(cached, "wb") as file:
            file.write(component.serialize())
        figures["cached"] = times(5, Component.deserialize_file, engine, cached)

    linker = Linker(engine)
    linker.add_wasip2()
    linker.add_wasi_http()

    def instantiate():
        store = Store(engine)
        store.set_wasi(WasiConfig())
        store.set_wasi_http()
        return store, linker.instantiate(store, component)

    def export(store, instance, name):
        func = instance.get_func(store, name)

        def call(*args):
            result = func(store, *args)
            func.post_return(store)
            return result

        return call

    for _ in range(50):
        start = time.perf_counter()
        store, instance = instantiate()
        figures["instantiate"].append(time.perf_counter() - start)
        greet = export(store, instance, "greet")
        figures["first"] += times(1, greet, "world")

    figures["steady"] = times(5000, greet, "world")
    compute = export(store, instance, "compute")
    figures["compute"] = times(15, compute, 300_000)
    json.dump(figures, sys.stdout)


main(sys.argv[1])
