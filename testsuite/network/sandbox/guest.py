"""Uses Python's own socket module."""

import asyncio
import encodings.idna  # noqa: F401
import select
import selectors
import socket

import wit_world
from componentize_py_types import Err


class WitWorld(wit_world.WitWorld):
    def act(self, what: str, host: str, port: int) -> str:
        try:
            return getattr(self, what)(host, port)
        except OSError as e:
            raise Err(f"{type(e).__name__}: {e}") from e

    def fetch(self, host: str, port: int) -> str:
        """Sends a line, and returns all that the peer sends."""
        with socket.create_connection((host, port)) as s:
            s.sendall(b"hello\n")
            s.shutdown(socket.SHUT_WR)
            parts = []
            while part := s.recv(1 << 16):
                parts.append(part)
        return b"".join(parts).decode()

    def flood(self, host: str, port: int) -> str:
        """Reads for as long as the peer sends."""
        with socket.create_connection((host, port)) as s:
            total = 0
            while part := s.recv(1 << 16):
                total += len(part)
        return str(total)

    def pour(self, host: str, port: int) -> str:
        """Sends 8 MiB and returns what the peer says to them."""
        with socket.create_connection((host, port)) as s:
            s.sendall(bytes(range(256)) * (8 << 12))
            s.shutdown(socket.SHUT_WR)
            return s.recv(100).decode()

    def serve(self, host: str, port: int) -> str:
        """Serves one connection, after telling its address to a peer."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            with socket.create_connection((host, port)) as peer:
                peer.sendall(str(server.getsockname()[1]).encode())
            s, address = server.accept()
            with s:
                data = s.recv(100)
                s.sendall(data[::-1])
        return f"{address[0]} {data.decode()}"

    def datagram(self, host: str, port: int) -> str:
        """Sends a datagram and waits for an answer."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"ping", (host, port))
            data, address = s.recvfrom(100)
        return f"{data.decode()} from {address[1] == port}"

    def resolve(self, host: str, port: int) -> str:
        """Looks a name up."""
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return " ".join(sorted({info[4][0] for info in infos}))

    def wait(self, host: str, port: int) -> str:
        """Waits for input with a time limit."""
        with socket.create_connection((host, port)) as s:
            ready, _, _ = select.select([s], [], [], 0.05)
            first = bool(ready)
            s.sendall(b"now")
            with selectors.DefaultSelector() as selector:
                selector.register(s, selectors.EVENT_READ)
                ready = selector.select(10)
            return f"{first} {bool(ready)} {s.recv(10).decode()}"

    def loop(self, host: str, port: int) -> str:
        """Connects for ever."""
        while True:
            with socket.create_connection((host, port)):
                pass

    def loops(self, host: str, port: int) -> str:
        """Talks to two peers at a time with asyncio."""

        async def one(text: bytes) -> bytes:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(text)
            await writer.drain()
            writer.write_eof()
            data = await reader.read()
            writer.close()
            return data

        async def both() -> list[bytes]:
            return await asyncio.gather(one(b"a"), one(b"b"))

        return b"".join(asyncio.run(both())).decode()
