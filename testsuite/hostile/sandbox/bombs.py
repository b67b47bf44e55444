"""Data that is small and stands for a lot, and texts that cost a lot to make."""

import csv
import datetime
import decimal
import encodings.ascii
import encodings.cp437  # noqa: F401
import fractions
import hashlib
import io
import itertools
import json
import math
import operator
import os
import pickle
import random
import re
import sqlite3
import string
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from xml.etree import ElementTree


def _deflated(size):
    """About `size` zeros, packed: the same packed block again and again."""
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = c.compress(bytes(1 << 20)) + c.flush(zlib.Z_FULL_FLUSH)
    return block * (size >> 20) + c.flush()


def _zipped(size):
    """An archive whose one file says that it has `size` bytes, and has."""
    packed, name = _deflated(size), b"zeros"
    fields = (
        struct.pack("<HHHHH", 20, 0, 8, 0, 0),
        struct.pack("<III", 0, len(packed), size),
    )
    head = b"PK\3\4" + fields[0] + fields[1] + struct.pack("<HH", len(name), 0) + name
    entry = b"PK\1\2" + struct.pack("<H", 20) + fields[0] + fields[1]
    entry += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\5\6" + struct.pack(
        "<HHHHIIH", 0, 0, 1, 1, len(entry), len(head) + len(packed), 0
    )
    return io.BytesIO(head + packed + entry + end)


# Packed and serialised.


def zip_bomb():
    return len(zipfile.ZipFile(_zipped(1 << 30)).read("zeros"))


def zip_into_the_folder():
    zipfile.ZipFile(_zipped(1 << 30)).extractall("/data")


def zip_that_climbs():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z:
        z.writestr("../../climbed", "x")
    zipfile.ZipFile(file).extractall("/data")
    return os.listdir("/data")


def _tarred(*members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as t:
        for name, kind, link in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, link
            t.addfile(member)
    file.seek(0)
    with tarfile.open(fileobj=file) as t:
        t.extractall("/data", filter="fully_trusted")


def tar_that_climbs():
    _tarred(("../climbed", tarfile.REGTYPE, ""))


def tar_by_a_link():
    _tarred(("out", tarfile.SYMTYPE, ".."), ("out/climbed", tarfile.REGTYPE, ""))


def tar_with_a_device():
    _tarred(("device", tarfile.CHRTYPE, ""))


def tar_of_hard_links():
    _tarred(("mine", tarfile.LNKTYPE, "../secret"))


def tar_of_many():
    _tarred(*((f"f{i}", tarfile.REGTYPE, "") for i in range(1000)))


def pickled_doubles():
    """Lists that hold the one before twice."""
    text = b"]" + b"".join(
        b"\x94(h" + bytes([i]) + b"h" + bytes([i]) + b"l" for i in range(60)
    )
    return len(repr(pickle.loads(text + b".")))


def pickle_that_claims_an_exabyte():
    return pickle.loads(b"\x8e" + struct.pack("<Q", 1 << 60) + b"x.")


def pickle_that_calls():
    return pickle.loads(b"cos\n_exit\n(I0\ntR.")


def marshalled_nonsense():
    import marshal

    return eval(marshal.loads(b"\xe3" + bytes(100)))


def billion_laughs():
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    text = f'<!DOCTYPE l [<!ENTITY l0 "lol">{levels}]><l>&l11;</l>'
    return len(ElementTree.fromstring(text).text)


def quadratic_entities():
    text = f'<!DOCTYPE l [<!ENTITY a "{"a" * 10**6}">]><l>{"&a;" * 10**5}</l>'
    return len(ElementTree.fromstring(text).text)


def external_entity():
    text = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'
    return ElementTree.fromstring(text).text


def nested_elements():
    root = ElementTree.fromstring("<a>" * 10**5 + "</a>" * 10**5)
    return len(ElementTree.tostring(root))


def wide_json():
    return len(json.loads("[" + "[]," * (1 << 23) + "[]]"))


def json_number():
    return json.loads("9" * 10**7)


def json_of_itself():
    a = []
    a.append(a)
    return json.JSONEncoder(check_circular=False).encode(a)


def csv_field():
    return next(csv.reader(['"' + "x" * 10**7]))


# Texts and numbers.


def width_of_a_format():
    return f"{1:{10**9 - 1}d}"


def precision_of_a_format():
    return f"{1.0:.{10**9 - 1}f}"


def nested_format():
    return "{:{w}}".format("", w=2**31 - 1)


def template():
    return string.Template("$x" * 10**6).substitute(x="x" * 1000)


def joined():
    return "x".join(["y" * 1000] * 10**6)


def joined_by_something_long():
    return ("x" * 10**6).join("y" * 10**6)


def translated():
    return ("x" * 10**5).translate({120: "y" * 10**5})


def replaced():
    text = "x"
    while True:
        text = text.replace("x", "xxxxxxxxxx")


def tabs():
    return "\t\t".expandtabs(2**31 - 1)


def decomposed():
    return unicodedata.normalize("NFKD", "\ufdfa" * 10**7)


def capitals():
    return ("\u0390" * 10**7).upper()


def padded_time():
    return datetime.datetime(1, 1, 1).strftime("%Y" * 10**7)


def number_read():
    return int("9" * 10**7)


def number_read_without_a_limit():
    import sys

    sys.set_int_max_str_digits(0)
    return int("9" * 10**7) % 7


def number_written_in_base_two():
    return len(bin(1 << (1 << 29)))


def power_by_modulus():
    return pow(3, 1 << 10**6, (1 << 10**6) + 1)


def combinations():
    return math.comb(10**7, 5 * 10**6)


def decimal_as_integer():
    return int(decimal.Decimal("1e1000000000"))


def fraction_as_text():
    return fractions.Fraction("1e1000000000")


def powers_of_lists():
    return operator.mul([[]], 2**28)


def sum_of_lists():
    return sum(([i] for i in range(10**6)), [])  # noqa: RUF017


def product():
    return list(itertools.product("ab", repeat=10**6))


def random_bytes():
    return len(random.randbytes(10**9))


def bytes_of_the_system():
    return len(os.urandom(10**9))


def key_derivation():
    return hashlib.pbkdf2_hmac("sha256", b"x", b"y", 10**9)


def packed_padding():
    return len(struct.pack("2000000000x"))


def repeated_repetition():
    return re.compile("(?:(?:a{1000}){1000}){1000}").match("a" * 10**6)


def repetition_beyond_reason():
    return re.compile("a{99999999999999999999}")


def substitution():
    return re.sub("", "x" * 10**5, "y" * 10**5)


# Databases.


def blob_of_zeros():
    return (
        sqlite3.connect(":memory:")
        .execute("select hex(zeroblob(900000000))")
        .fetchall()
    )


def endless_insertion():
    db = sqlite3.connect(":memory:")
    db.execute("create table t(x)")
    db.execute(
        "with recursive c(x) as (select 1 union all select x+1 from c) insert into t select zeroblob(1000) from c"
    )


def database_beyond_the_quota():
    db = sqlite3.connect("/data/db", isolation_level=None)
    db.execute("create table t(x)")
    db.execute(
        "with recursive c(x) as (select 1 union all select x+1 from c) insert into t select zeroblob(1000) from c"
    )


def database_outside():
    return sqlite3.connect("/data/../climbed").execute("create table t(x)")


def pattern_in_sql():
    return (
        sqlite3.connect(":memory:")
        .execute(f"select {'a' * 50_000!r} like {'%a' * 20_000!r}")
        .fetchall()
    )


def cross_joins():
    return (
        sqlite3.connect(":memory:")
        .execute(
            "with t(x) as (values (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)) select count(*) from "
            + ",".join(f"t t{i}" for i in range(60))
        )
        .fetchall()
    )
