"""The resolver: what is dialled is what was judged, whatever the name answered before."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.errors import BadEncoding, TooLarge
from crawler.fetch.compression import expand
from crawler.fetch.dialing import GuardedResolver
from crawler.fetch.guard import AllowList


class Answers:
    """A name server that gives another answer each time."""

    def __init__(self, *answers: tuple[str, ...]) -> None:
        self.answers = list(answers)
        self.asked = 0

    def resolveHostName(self, receiver: Any, name: str, port: int, *rest: Any) -> None:
        addresses = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        receiver.resolutionBegan(None)
        for text in addresses:
            kind: Any = IPv6Address if ":" in text else IPv4Address
            receiver.addressResolved(kind("TCP", text, port))
        receiver.resolutionComplete()


class Reactor:
    """Just enough of a reactor."""

    def __init__(self, names: Answers) -> None:
        self.nameResolver = names


class Dialler:
    """Collects what an endpoint would dial."""

    def __init__(self) -> None:
        self.addresses: list[tuple[str, int]] = []
        self.complete = False

    def resolutionBegan(self, resolution: Any) -> None:
        pass

    def addressResolved(self, address: Any) -> None:
        self.addresses.append((address.host, address.port))

    def resolutionComplete(self) -> None:
        self.complete = True


def _dial(resolver: GuardedResolver, name: str, port: int = 80) -> list[tuple[str, int]]:
    dialler = Dialler()
    resolver.resolveHostName(dialler, name, port)
    assert dialler.complete
    return dialler.addresses


def _resolver(*answers: tuple[str, ...], allow: tuple[str, ...] = ()) -> GuardedResolver:
    return GuardedResolver(Reactor(Answers(*answers)), AllowList.parse(allow))


def test_a_name_that_points_inside_is_not_dialled() -> None:
    resolver = _resolver(("127.0.0.1", "::1", "64:ff9b::7f00:1"))
    assert _dial(resolver, "evil.example") == []
    assert resolver.refused["evil.example"] in ("127.0.0.1", "::1", "64:ff9b::7f00:1")


def test_only_the_outside_half_of_a_mixed_answer_is_dialled() -> None:
    assert _dial(_resolver(("10.0.0.1", "1.1.1.1")), "mixed.example") == [("1.1.1.1", 80)]


def test_rebinding_meets_the_judged_answer_or_a_new_judgement() -> None:
    resolver = _resolver(("1.1.1.1",), ("127.0.0.1",))
    assert _dial(resolver, "rebind.example") == [("1.1.1.1", 80)]
    assert _dial(resolver, "rebind.example", 443) == [("1.1.1.1", 443)]
    resolver._known.clear()
    assert _dial(resolver, "rebind.example") == []


def test_literals_are_judged_too_and_need_no_name_server() -> None:
    resolver = _resolver(("1.1.1.1",), allow=("127.0.0.1",))
    assert _dial(resolver, "127.0.0.1", 8000) == [("127.0.0.1", 8000)]
    assert _dial(resolver, "127.0.0.2", 8000) == []
    assert _dial(resolver, "::1") == []
    assert _dial(resolver, "2606:4700:4700::1111", 443) == [("2606:4700:4700::1111", 443)]


def test_a_listed_name_may_point_inside() -> None:
    resolver = _resolver(("10.1.1.1",), allow=("intranet.example",))
    assert _dial(resolver, "intranet.example") == [("10.1.1.1", 80)]
    assert _dial(resolver, "other.example") == []


def _packed(kind: str, plain: bytes) -> bytes:
    import gzip
    import zlib

    import brotli  # type: ignore[import-untyped]

    if kind == "deflate":
        return zlib.compress(plain)
    if kind == "raw":
        machine = zlib.compressobj(wbits=-15)
        return machine.compress(plain) + machine.flush()
    if kind == "br":
        packed: bytes = brotli.compress(plain)
        return packed
    if kind == "zstd":
        zstd = pytest.importorskip("backports.zstd" if sys_before_314() else "compression.zstd")
        made: bytes = zstd.compress(plain)
        return made
    return gzip.compress(plain)


def sys_before_314() -> bool:
    """Whether zstd still comes from the backport."""
    import sys

    return sys.version_info < (3, 14)


@pytest.mark.parametrize("kind", ["gzip", "deflate", "raw", "br", "zstd"])
def test_every_coding_is_undone_and_bounded(kind: str) -> None:
    plain = "政策文件".encode() * 50_000
    packed = _packed(kind, plain)
    name = "deflate" if kind == "raw" else kind
    assert expand(packed, name, limit=len(plain)) == (plain, True)
    with pytest.raises(TooLarge):
        expand(packed, name, limit=len(plain) - 1)
    cut, whole = expand(packed[: len(packed) * 9 // 10], name, limit=len(plain))
    assert plain.startswith(cut)
    assert not whole


@pytest.mark.parametrize("kind", ["gzip", "deflate", "br", "zstd", "lzma"])
def test_damage_is_named(kind: str) -> None:
    with pytest.raises(BadEncoding):
        expand(b"\x00\x01\x02 not compressed at all", kind, limit=1000)
