"""Which captured answer belongs to which question: order, bodies, other programs' files."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.errors import NotArchived
from crawler.fetch.replay import Captured
from storage.warc import HTTP_REQUEST, HTTP_RESPONSE, digest_of, member, new_id, written_date

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
URL = "https://www.example.gov.cn/api"


def _record(kind: str, block: bytes, *, at: datetime = NOW, url: str = URL, **more: str) -> bytes:
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": new_id(),
        "WARC-Date": written_date(at),
        "WARC-Target-URI": url,
        "Content-Type": HTTP_REQUEST if kind == "request" else HTTP_RESPONSE,
        "WARC-Block-Digest": digest_of(block),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return member(fields, block, squeeze=False)


def _answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def _key(method: str, body: bytes = b"", url: str = URL) -> tuple[str, str, str]:
    return method, url, hashlib.sha256(body).hexdigest() if body else ""


def _read(captured: Captured, key: tuple[str, str, str]) -> bytes | None:
    kept = captured.take(key)
    return None if kept is None else captured.message(kept, conditional=False)[0]


def test_posts_are_told_apart_by_their_bodies_in_either_order_of_records(tmp_path: Path) -> None:
    first, second = new_id(), new_id()
    question = b"POST /api HTTP/1.1\r\nHost: x\r\n\r\npage=%d"
    path = tmp_path / "posts.warc.gz"
    path.write_bytes(
        _record("response", _answer(b"one"), WARC_Record_ID=first)
        + _record("request", question % 1, WARC_Concurrent_To=first)
        # other programs put the request first, and name it from the answer
        + _record("request", question % 2, WARC_Record_ID=second)
        + _record("response", _answer(b"two"), WARC_Concurrent_To=second)
    )
    captured = Captured.read([path], folder=tmp_path)
    assert _read(captured, _key("POST", b"page=2")) == _answer(b"two")
    assert _read(captured, _key("POST", b"page=1")) == _answer(b"one")
    assert _read(captured, _key("POST", b"page=3")) is None
    assert _read(captured, _key("GET")) is None
    assert captured.begin == NOW


def test_answers_come_in_the_order_of_time_and_the_last_stays(tmp_path: Path) -> None:
    """As a page that answered 503 before it came."""
    path = tmp_path / "order.warc.gz"
    later = NOW + timedelta(seconds=5)
    path.write_bytes(
        _record("response", _answer(b"good"), at=later)
        + _record("response", b"HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n")
    )
    captured = Captured.read([path], folder=tmp_path)
    bodies = [_read(captured, _key("GET")) for _ in range(3)]
    assert [(body or b"")[9:12] for body in bodies] == [b"503", b"200", b"200"]


def test_damaged_records_and_lost_originals_are_named(tmp_path: Path) -> None:
    good = _record("response", _answer(b"a"), url=URL + "/1")
    bad = bytearray(_record("response", _answer(b"b"), url=URL + "/2"))
    bad[-12] ^= 1
    gone = _record(
        "revisit",
        b"HTTP/1.1 304 X\r\n\r\n",
        url=URL + "/3",
        WARC_Refers_To_Filename="2020/01/01/gone-1-1.warc.gz",
        WARC_Refers_To_File_Offset="7",
    )
    path = tmp_path / "damaged.warc.gz"
    path.write_bytes(good + bytes(bad) + gone)
    captured = Captured.read([path], folder=tmp_path)
    assert len(captured.damaged) == 1
    assert "/api/2" in captured.damaged[0]
    assert _read(captured, _key("GET", url=URL + "/1")) == _answer(b"a")
    assert _read(captured, _key("GET", url=URL + "/2")) is None
    with pytest.raises(NotArchived, match="gone-1-1"):
        _read(captured, _key("GET", url=URL + "/3"))


def test_a_stored_copy_of_robots_answers_like_the_site_did(tmp_path: Path) -> None:
    path = tmp_path / "robots.warc.gz"
    rules = b"User-agent: *\nDisallow: /x\n"
    states = {"rules": b"200", "allowed_all": b"404", "disallowed": b"403"}
    path.write_bytes(
        b"".join(
            _record("resource", rules, url=f"https://{state}.cn/robots.txt", Dibao_Robots=state)
            for state in states
        )
    )
    captured = Captured.read([path], folder=tmp_path)
    for state, status in states.items():
        answer = _read(captured, _key("GET", url=f"https://{state}.cn/robots.txt")) or b""
        assert answer[9:12] == status
        assert answer.endswith(rules) == (state == "rules")
