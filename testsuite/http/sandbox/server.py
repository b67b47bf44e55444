"""Answers requests: exports wasi:http/incoming-handler."""

from urllib.parse import parse_qs, urlsplit

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports.streams import StreamError_Closed
from wit_world.imports.types import (
    ErrorCode_LoopDetected,
    Fields,
    IncomingBody,
    OutgoingBody,
    OutgoingResponse,
    ResponseOutparam,
)

served = 0


def pieces(body):
    """The pieces of an incoming body as they come."""
    with body.stream() as stream:
        while True:
            try:
                yield stream.blocking_read(1 << 16)
            except Err as error:
                if isinstance(error.value, StreamError_Closed):
                    return
                raise


def write(stream, data: bytes) -> None:
    for at in range(0, len(data), 4096):
        stream.blocking_write_and_flush(data[at : at + 4096])


def respond(response_out, status: int, headers, parts, trailers=None) -> None:
    """Sends a response whose body is made while it is sent."""
    response = OutgoingResponse(Fields.from_list(headers))
    response.set_status_code(status)
    body = response.body()
    ResponseOutparam.set(response_out, Ok(response))
    with body.write() as stream:
        for part in parts:
            write(stream, part)
    OutgoingBody.finish(body, trailers)


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request, response_out) -> None:
        global served
        served += 1
        url = urlsplit(request.path_with_query() or "/")
        headers = request.headers()
        asked = b", ".join(headers.get("X-Asked")).decode()
        if url.path == "/hello":
            name = parse_qs(url.query)["name"][0]
            text = f"hello {name}, {asked}"
            respond(
                response_out, 201, [("x-served", str(served).encode())], [text.encode()]
            )
        elif url.path == "/echo":
            respond(response_out, 200, [], pieces(request.consume()))
        elif url.path == "/length":
            total = sum(len(piece) for piece in pieces(request.consume()))
            respond(response_out, 200, [], [str(total).encode()])
        elif url.path == "/slowly":
            respond(
                response_out, 200, [], (f"piece {n};".encode() for n in range(1, 21))
            )
        elif url.path == "/trailers":
            future = IncomingBody.finish(request.consume())
            with future.subscribe() as pollable:
                pollable.block()
            fields = future.get().value.value
            respond(
                response_out,
                200,
                [],
                [b"see below"],
                Fields.from_list([("x-end", fields.get("x-end")[0])]),
            )
        elif url.path == "/spin":
            while True:
                pass
        elif url.path == "/throw":
            raise ValueError("not for the client")
        elif url.path == "/silent":
            pass
        elif url.path == "/error":
            ResponseOutparam.set(response_out, Err(ErrorCode_LoopDetected()))
        elif url.path == "/cut":
            response = OutgoingResponse(Fields())
            body = response.body()
            ResponseOutparam.set(response_out, Ok(response))
            with body.write() as stream:
                write(stream, b"the beginning")
            raise ValueError("in the middle of it")
        else:
            respond(response_out, 404, [], [b"nothing here"])
