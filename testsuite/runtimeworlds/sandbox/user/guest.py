"""Uses every kind of resource of the host's."""

import wit_world
from componentize_py_types import Ok
from wit_world.imports import aggregates as parts
from wit_world.imports import lent, listed, originals, things
from wit_world.imports import renamed as renaming
from wit_world.imports import several as many


def same(got, want):
    assert got == want, f"got {got!r}, want {want!r}"


def drop(*resources):
    for resource in resources:
        with resource:
            pass


def resources():
    with things.Thing(42) as it:
        same(it.get(), 43)
        same(things.look(it), 45)
        it.set(7)
        same(it.get(), 7)


def given_back():
    same(things.Thing.consume(things.Thing(3)), 4)
    with things.Thing.merge(things.Thing(10), things.Thing(4)) as it:
        same(it.get(), 17)


def aggregates():
    p = [parts.Part(i) for i in range(17)]
    got = parts.sum(
        parts.Owning(p[0]),
        parts.Lending(p[1]),
        parts.Mixed(p[2], p[3]),
        (p[4], parts.Owning(p[5])),
        (p[6],),
        parts.Owned_Part(p[7]),
        parts.Lent_Part(p[8]),
        [p[9], p[10]],
        [p[11], p[12]],
        p[13],
        p[14],
        Ok(p[15]),
        Ok(p[16]),
    )
    same(got, 17 * 18 // 2 + 3)
    drop(p[1], p[2], p[6], p[8], p[11], p[12], p[14], p[16])


def renamed():
    note = originals.Note
    notes = originals.unwrap(originals.Holder(note("ciao")))
    with note("salut") as read:
        notes += renaming.unwrap(
            renaming.Holder(note("aloha")), originals.Holder(note("ni hao")), read
        )
    same(
        [it.get() for it in notes],
        [f"{s}, noted, read" for s in ["ciao", "aloha", "ni hao"]],
    )
    drop(*notes)


def lent_in_records():
    words = [lent.Word("bonjour"), lent.Word("mon cher")]
    copies = lent.copy([lent.Loan(word) for word in words])
    same(
        [word.get() for word in copies],
        ["bonjour new copy read", "mon cher new copy read"],
    )
    drop(*words, *copies)


def lists():
    with listed.Buffer(b"hi") as buffer:
        same(buffer.read(), b"hi new read")
        buffer.write(b"hola")
        same(buffer.read(), b"hola write read")
    same(listed.Buffer.twice(b"ohayo"), b"ohayo twice")


def several():
    with many.Left(5) as x:
        same(x.get_a(), 5)
        x.set_a(10)
        same(x.get_a(), 10)
    with many.Right(10) as a, many.Right(20) as b, many.add(a, b) as both:
        same(both.get_a(), 30)
    with many.KebabCase(9) as k:
        same(k.get_a(), 9)


def several_given_back():
    x = many.Left.add(many.Left(10), 5)
    same(x.get_a(), 15)
    many.consume(x)
    same(many.KebabCase.take_owned(many.KebabCase(9)), 9)


class WitWorld(wit_world.WitWorld):
    def run(self, behaviour: str) -> None:
        globals()[behaviour]()
