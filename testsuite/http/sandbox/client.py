"""Uses wasi:http through componentize-py's bindings, on request."""

import asyncio
from urllib.parse import urlsplit

import wit_world
from componentize_py_types import Err
from poll_loop import PollLoop, Sink, Stream, send
from wit_world.imports.types import (
    Fields,
    FutureTrailers,
    IncomingBody,
    Method,
    Method_Get,
    Method_Post,
    OutgoingBody,
    OutgoingRequest,
    Scheme_Http,
)

GET = Method_Get()


def new_request(url: str, method: Method = GET) -> OutgoingRequest:
    parts = urlsplit(url)
    request = OutgoingRequest(Fields.from_list([("x-asked", b"python")]))
    request.set_method(method)
    request.set_scheme(Scheme_Http())
    request.set_authority(parts.netloc)
    request.set_path_with_query(parts.path)
    return request


async def read(response) -> bytes:
    stream = Stream(response.consume())
    data = bytearray()
    while (piece := await stream.next()) is not None:
        data += piece
    return bytes(data)


async def get(url: str) -> str:
    response = await send(new_request(url))
    served_by = response.headers().get("X-Served-By")
    return (
        f"{response.status()} {served_by[0].decode()} {(await read(response)).decode()}"
    )


async def stream(url: str) -> str:
    response = await send(new_request(url))
    return f"{len(await read(response))}"


async def upload(url: str) -> str:
    request = new_request(url, Method_Post())
    sink = Sink(request.body())
    answer = asyncio.get_event_loop().create_task(send(request))
    for n in range(1000):
        await sink.send(f"piece {n};".encode())
    sink.close()
    return (await read(await answer)).decode()


async def trailers(url: str) -> str:
    request = new_request(url, Method_Post())
    body = request.body()
    with body.write() as out:
        out.blocking_write_and_flush(b"some;")
    OutgoingBody.finish(body, Fields.from_list([("x-end", b"sent")]))
    response = await send(request)
    future: FutureTrailers = IncomingBody.finish(response.consume())
    with future.subscribe() as pollable:
        pollable.block()
    fields = future.get().value.value
    return fields.get("x-end")[0].decode()


async def attempt(url: str) -> str:
    try:
        await send(new_request(url))
        return "allowed"
    except Err as error:
        return type(error.value).__name__


async def endless_download(url: str) -> str:
    await read(await send(new_request(url)))
    return "it ended"


async def endless_requests(url: str) -> str:
    while True:
        await read(await send(new_request(url)))


ACTIONS = {
    "get": get,
    "stream": stream,
    "upload": upload,
    "trailers": trailers,
    "try": attempt,
    "endless download": endless_download,
    "endless requests": endless_requests,
}


class WitWorld(wit_world.WitWorld):
    def act(self, what: str, url: str) -> str:
        loop = PollLoop()
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(ACTIONS[what](url))
