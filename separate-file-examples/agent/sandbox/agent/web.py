"""HTTP requests, by wasi:http, one at a time."""

from urllib.parse import urlsplit

from componentize_py_types import Err
from wit_world.imports import outgoing_handler
from wit_world.imports.streams import StreamError_Closed
from wit_world.imports.wasi_http_types import (
    Fields,
    IncomingBody,
    Method_Get,
    Method_Post,
    OutgoingBody,
    OutgoingRequest,
    Scheme_Http,
    Scheme_Https,
)

METHODS = {"GET": Method_Get, "POST": Method_Post}
SCHEMES = {"http": Scheme_Http, "https": Scheme_Https}


def send(
    method: str, url: str, headers: dict[str, str], body: bytes = b""
) -> tuple[int, str]:
    """The status and text of a response. Raises OSError where there is none."""
    where = urlsplit(url)
    path = where.path + (f"?{where.query}" if where.query else "")
    try:
        fields = Fields.from_list([(k, v.encode()) for k, v in headers.items()])
        request = OutgoingRequest(fields)
        request.set_method(METHODS[method]())
        request.set_scheme(SCHEMES[where.scheme]())
        request.set_authority(where.netloc)
        request.set_path_with_query(path or "/")
        return exchange(request, body)
    except Err as e:
        why = type(e.value).__name__.removeprefix("ErrorCode_")
        raise OSError(f"{method} {url[:200]}: {why}") from e
    except KeyError as e:
        raise OSError(f"{method} {url[:200]}: no such scheme") from e


def exchange(request: OutgoingRequest, body: bytes) -> tuple[int, str]:
    sent = request.body()
    future = outgoing_handler.handle(request, None)
    with sent.write() as stream:
        for at in range(0, len(body), 4096):  # the most that it takes at once
            stream.blocking_write_and_flush(body[at : at + 4096])
    OutgoingBody.finish(sent, None)
    with future.subscribe() as pollable:
        pollable.block()
    answer = future.get().value  # of a result in a result
    if isinstance(answer, Err):
        raise answer
    response = answer.value
    return response.status(), read(response.consume()).decode(errors="replace")


def read(body: IncomingBody) -> bytes:
    data = bytearray()
    with body.stream() as stream:
        while True:
            try:
                data += stream.blocking_read(1 << 16)
            except Err as e:
                if isinstance(e.value, StreamError_Closed):
                    return bytes(data)
                raise
