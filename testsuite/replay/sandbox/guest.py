"""Looks at clocks, random numbers, files and the network on request."""

import datetime
import encodings.idna  # noqa: F401
import os
import random
import socket
import sys
import time
import uuid

import wit_world
from componentize_py_types import Err
from wit_world.imports import host

kept = []


class WitWorld(wit_world.WitWorld):
    def act(self, what: str, argument: str) -> str:
        try:
            return str(getattr(self, what)(argument))
        except OSError as e:
            raise Err(f"{type(e).__name__}: {e}") from e

    def world(self, argument: str) -> str:
        before = time.monotonic()
        time.sleep(0.01)
        print("printed at", time.time())
        print("and on the other stream", file=sys.stderr)
        return repr(
            (
                random.random(),
                uuid.uuid4(),
                os.urandom(8),
                hash(argument),
                datetime.datetime.now(),
                time.monotonic() - before,
                sys.argv,
                dict(os.environ),
            )
        )

    def files(self, argument: str) -> str:
        with open("/data/in.txt") as file:
            text = file.read()
        with open("/data/out.txt", "w") as file:
            file.write(text * 2)
        os.rename("/data/out.txt", "/data/" + argument)
        return repr(
            (text, sorted(os.listdir("/data")), os.stat("/data/in.txt").st_mtime)
        )

    def fetch(self, argument: str) -> str:
        name, port = argument.split(":")
        with socket.create_connection((name, int(port))) as s:
            s.sendall(b"GET / HTTP/1.0\r\n\r\n")
            parts = []
            while part := s.recv(1 << 12):
                parts.append(part)
        return b"".join(parts).decode()

    def host(self, argument: str) -> str:
        things = [host.Thing(f"{argument} {i}") for i in range(3)]
        names = [thing.name() for thing in things]
        for thing in things:
            thing.__exit__(None, None, None)
        try:
            answer = host.ask(argument)
        except Err as e:
            answer = f"no: {e.value}"
        return repr((names, answer))

    def raises(self, argument: str) -> str:
        raise ValueError(argument)

    def loop(self, argument: str) -> str:
        while True:
            random.random()

    def sleep(self, argument: str) -> str:
        time.sleep(1000)
        return "slept"

    def exit(self, argument: str) -> str:
        sys.exit(3)

    def eat(self, argument: str) -> str:
        try:
            while True:
                kept.append(bytes(1 << 20))
        except MemoryError:
            count = len(kept)
            kept.clear()
            return f"ate {count}"
