"""Misbehaves on request."""

import os
import random
import sys
import time
import uuid

import wit_world
from componentize_py_types import Err
from wit_world.imports import host

kept = []


class WitWorld(wit_world.WitWorld):
    def act(self, what: str) -> str:
        match what:
            case "hello":
                return "hello"
            case "loop":
                while True:
                    pass
            case "long builtin":
                return str(sum(range(10**12)))
            case "big number":
                return str(len(str(10 ** (10**7))))
            case "allocate":
                while True:
                    kept.append(bytes(1 << 20))
            case "allocate and recover":
                try:
                    while True:
                        kept.append(bytes(1 << 20))
                except MemoryError:
                    kept.clear()
                    return "out of memory"
            case "raise":
                raise ValueError("the guest's own words")
            case "print":
                print("to stdout")
                print("to stderr", file=sys.stderr)
                return "printed"
            case "flood":
                for _ in range(10_000):
                    print("x" * 99)
                return "flooded"
            case "exit":
                sys.exit(3)
            case "ask":
                return host.ask("what is it?")
            case "dice":
                before = time.monotonic()
                time.sleep(1000)
                waited = time.monotonic() - before
                return repr(
                    (
                        random.random(),
                        uuid.uuid4(),
                        os.urandom(4),
                        hash(what),
                        time.time(),
                        waited,
                    )
                )
            case "count":
                total = 0
                for i in range(1_000_000):
                    total += i
                return str(total)
            case "environment":
                return repr((sys.argv, dict(os.environ), sys.stdin.read()))
            case "open":
                with open("/etc/passwd") as file:
                    return file.read()
            case "read":
                with open("/data/in.txt") as file:
                    return file.read()
            case "write":
                with open("/data/out.txt", "w") as file:
                    file.write("written")
                return "written"
            case "escape":
                with open("/data/../secret.txt") as file:
                    return file.read()
            case "follow":
                with open("/data/link.txt") as file:
                    return file.read()
            case _:
                return f"unknown: {what}"

    def refuse(self, reason: str) -> int:
        raise Err(reason)
