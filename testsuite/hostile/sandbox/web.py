"""Attacks over the network: every function here is one, by its name."""

import encodings.idna  # noqa: F401
import itertools
import socket
import urllib.request
import zlib
from urllib.parse import urljoin, urlsplit

import wit_world
from componentize_py_types import Err
from wit_world.imports import outgoing_handler
from wit_world.imports.types import (
    Fields,
    IncomingResponse,
    Method_Get,
    Method_Other,
    Method_Post,
    OutgoingRequest,
    Scheme_Http,
)


class WitWorld(wit_world.WitWorld):
    def act(self, what: str, url: str) -> str:
        return str(globals()[what](url))


def _request(url: str) -> OutgoingRequest:
    parts = urlsplit(url)
    request = OutgoingRequest(Fields())
    request.set_method(Method_Get())
    request.set_scheme(Scheme_Http())
    request.set_authority(parts.netloc)
    request.set_path_with_query(parts.path)
    return request


def _send(url: str) -> IncomingResponse:
    future = outgoing_handler.handle(_request(url), None)
    with future.subscribe() as pollable:
        pollable.block()
    result = future.get().value
    if isinstance(result, Err):
        raise RuntimeError(type(result.value).__name__)  # noqa: TRY004
    return result.value


def _read(response: IncomingResponse) -> bytes:
    with response.consume() as body, body.stream() as stream:
        data = bytearray()
        try:
            while True:
                data += stream.blocking_read(1 << 16)
        except Err:
            return bytes(data)


# Through wasi:http.


def requests_without_end(url):
    while True:
        with _send(url + "/small") as response:
            _read(response)


def requests_at_once(url):
    kept = []
    while True:
        kept.append(outgoing_handler.handle(_request(url + "/never"), None))


def download_without_end(url):
    response = _send(url + "/endless")
    with response.consume() as body, body.stream() as stream:
        while True:
            stream.blocking_read(1 << 16)


def upload_without_end(url):
    request = _request(url + "/upload")
    request.set_method(Method_Post())
    body = request.body()
    future = outgoing_handler.handle(request, None)
    with future, body.write() as stream:
        while True:
            stream.blocking_write_and_flush(bytes(4096))


def upload_that_nobody_takes(url):
    """The request is given up, its body goes on."""
    request = _request(url + "/upload")
    request.set_method(Method_Post())
    body = request.body()
    outgoing_handler.handle(request, None)
    with body.write() as stream:
        while True:
            stream.blocking_write_and_flush(bytes(4096))


def slow_drip(url):
    return _read(_send(url + "/drip"))


def slow_head(url):
    return _send(url + "/slow-head")


def head_without_end(url):
    return _send(url + "/endless-head")


def answer_that_lies(url):
    """Claims more than it sends."""
    return len(_read(_send(url + "/lies")))


def redirect_to_loopback(url):
    with _send(url + "/redirect") as response:
        to = response.headers().get("location")[0].decode()
    return _send(to).status()


def redirects_in_circles(url):
    to = url + "/circle"
    while True:
        with _send(to) as response:
            to = urljoin(to, response.headers().get("location")[0].decode())


def decompression_bomb(url):
    return len(zlib.decompress(_read(_send(url + "/bomb")), wbits=31))


def header_injection(url):
    evil = "x\r\nx-injected: yes\r\n\r\nGET /injected HTTP/1.1\r\n"
    attempts = (
        lambda r: r.headers().append("x", evil.encode()),
        lambda r: Fields.from_list([("x", evil.encode())]),
        lambda r: Fields.from_list([(evil, b"x")]),
        lambda r: Fields.from_list([("transfer-encoding", b"chunked")]),
        lambda r: Fields.from_list([("host", b"elsewhere.example")]),
        lambda r: r.set_method(Method_Other("GET /injected HTTP/1.1\r\n\r\nGET")),
        lambda r: r.set_path_with_query("/small HTTP/1.1\r\nx-injected: yes\r\n\r\n"),
        lambda r: r.set_authority(urlsplit(url).netloc + "\r\nx-injected: yes"),
    )
    for number, attempt in enumerate(attempts):
        try:
            attempt(_request(url))
        except Err:
            continue
        raise RuntimeError(f"injected {number}")
    return "kept out"


def forms_of_this_machine(url):
    port = urlsplit(url).port
    for host in (
        "localhost",
        "localhost.",
        "127.1",
        "127.0.0.2",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
        "x@127.0.0.1",
    ):
        try:
            _send(f"http://{host}:{port}/small")
        except (RuntimeError, Err):
            continue
        raise RuntimeError("reached " + host)
    return "kept out"


def name_that_changes(url):
    """The name has an address on the internet when it is asked for first."""
    port = urlsplit(url).port
    first = socket.getaddrinfo("changes.example", port, type=socket.SOCK_STREAM)
    return first and _send(f"http://changes.example:{port}/small").status()


# Through sockets.


def name_that_changes_under_sockets(url):
    port = urlsplit(url).port
    socket.getaddrinfo("changes.example", port, type=socket.SOCK_STREAM)
    return socket.create_connection(("changes.example", port))


def address_that_no_name_had(url):
    port = urlsplit(url).port
    socket.getaddrinfo("changes.example", port, type=socket.SOCK_STREAM)
    return socket.create_connection(("127.0.0.1", port))


def look_ups_without_end(url):
    for i in itertools.count():
        try:
            socket.getaddrinfo(f"n{i}.example", 80)
        except OSError:
            pass


def sockets_hoarded(url):
    kept = []
    while True:
        kept.append(socket.socket())


def connections_without_end(url):
    parts = urlsplit(url)
    while True:
        socket.create_connection((parts.hostname, parts.port)).close()


def library_requests_without_end(url):
    while True:
        urllib.request.urlopen(url + "/small").read()


def library_download_without_end(url):
    with urllib.request.urlopen(url + "/endless") as response:
        while response.read(1 << 16):
            pass


def library_slow_drip(url):
    return urllib.request.urlopen(url + "/drip").read()


def library_slow_head(url):
    return urllib.request.urlopen(url + "/slow-head").read()


def library_head_without_end(url):
    return urllib.request.urlopen(url + "/endless-head").read()


def library_redirect_to_loopback(url):
    return urllib.request.urlopen(url + "/redirect").status


def library_redirects_in_circles(url):
    return urllib.request.urlopen(url + "/circle").status


def library_redirect_to_a_file(url):
    return urllib.request.urlopen(url + "/redirect-to-file").read()


def library_decompression_bomb(url):
    packed = urllib.request.urlopen(url + "/bomb").read()
    return len(zlib.decompress(packed, wbits=31))


def library_header_injection(url):
    request = urllib.request.Request(url, headers={"x": "y\r\nx-injected: yes"})
    return urllib.request.urlopen(request).status
