"""Bytes to text: what is declared is a claim, the bytes decide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.decode import declared_in_markup, decode

CHINESE = (
    "国务院办公厅关于印发《政务信息系统整合共享实施方案》的通知，各省、自治区、直辖市人民政府："
)
TRADITIONAL = (
    "行政院會通過經濟部擬具的產業創新條例修正草案，將函請立法院審議，希望提升國內產業競爭力。"
)
LATIN = "Für die Bürger ändert sich durch die größere Novelle wenig, sagt das Ministerium."


def page(text: str, *, charset: str | None = None) -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>x</title></head><body><p>{text * 5}</p></body></html>"


@pytest.mark.parametrize("header", [None, "utf-8", "gb2312", "iso-8859-1", "utf-7", "nonsense"])
@pytest.mark.parametrize("meta", [None, "utf-8", "gbk", "big5", "iso-8859-1"])
@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (CHINESE, "utf-8"),
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gb18030"),
    ],
)
def test_text_survives_whatever_is_declared(
    text: str, codec: str, header: str | None, meta: str | None
) -> None:
    original = page(text, charset=meta)
    decoded = decode(original.encode(codec), header_charset=header)
    assert decoded.text == original
    assert decoded.damage == 0.0


def test_western_page_without_declaration_is_not_read_as_chinese() -> None:
    decoded = decode(page(LATIN).encode("windows-1252"), header_charset=None)
    assert LATIN in decoded.text
    assert decoded.encoding == "windows-1252"


def test_declared_cyrillic_is_believed() -> None:
    text = page("Министерство сообщило о новых правилах.", charset="windows-1251")
    assert decode(text.encode("cp1251"), header_charset=None).text == text


def test_utf8_page_that_says_gb2312_is_utf8() -> None:
    decoded = decode(page(CHINESE, charset="gb2312").encode(), header_charset="GB2312")
    assert (decoded.encoding, decoded.reason) == ("utf-8", "utf-8")


def test_rare_characters_of_gb18030_are_read() -> None:
    text = page("𠮷野家与㐀字，朱镕基", charset="gb2312")
    assert decode(text.encode("gb18030"), header_charset="gb2312").text == text


def test_some_bad_bytes_do_not_change_the_encoding() -> None:
    content = page(CHINESE * 20).encode() + b"<p>\xff\xfe \x80</p>"
    decoded = decode(content, header_charset=None)
    assert decoded.encoding == "utf-8"
    assert CHINESE in decoded.text
    assert 0 < decoded.damage < 0.05


def test_page_cut_inside_a_character_is_marked_not_garbled() -> None:
    content = page(CHINESE).encode()
    cut = content[: content.index("印发".encode()) + 1]
    decoded = decode(cut, header_charset=None)
    assert decoded.reason == "utf-8-cut"
    assert decoded.text.endswith("关于")
    gbk = page(CHINESE, charset="gbk").encode("gbk")
    assert decode(gbk[: gbk.index("印发".encode("gbk")) + 1], header_charset=None).damage == 0.0


def test_marks_at_the_start_win() -> None:
    assert decode(b"\xef\xbb\xbf" + b"<p>x</p>", header_charset="gbk").reason == "bom"
    assert decode("\ufeff<p>章</p>".encode("utf-16-le"), header_charset=None).text == "<p>章</p>"


def test_scan_for_declarations_can_be_switched_off() -> None:
    content = b'{"charset":"x", "m": "<meta charset=koi8-r>"}' + "é".encode("latin-1")
    assert decode(content, header_charset=None, meta_scan=False).encoding != "koi8_r"
    assert declared_in_markup(content) == "koi8-r"


def test_empty_input() -> None:
    assert decode(b"", header_charset=None).text == ""


@given(st.binary(max_size=400), st.sampled_from([None, "gbk", "utf-16", "big5", "latin1", "x"]))
def test_never_raises_and_damage_is_a_share(content: bytes, header: str | None) -> None:
    decoded = decode(content, header_charset=header)
    assert 0.0 <= decoded.damage <= 1.0


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_valid_utf8_is_always_kept(text: str) -> None:
    if text.startswith("\ufeff") or "\x00" in text:
        return
    assert decode(text.encode(), header_charset="gbk").text == text


@pytest.mark.parametrize("lost", [1, 3])
def test_a_stray_mark_does_not_damage_an_english_page(lost: int) -> None:
    text = "<html><body>" + "<p>The rules take effect in July.</p>" * 2_000 + "\ufffd" * lost
    assert decode(text.encode(), header_charset=None).damage < 0.01
    short = "<p>The rules take effect in July.</p>" * 20 + "\ufffd"
    assert decode(short.encode(), header_charset=None).damage <= 0.01


def test_a_page_whose_accents_are_lost_is_damaged() -> None:
    german = "<p>Die Pr\ufffdfung der Antr\ufffdge l\ufffduft.</p>" * 200
    assert decode(german.encode(), header_charset=None).damage > 0.1
    chinese = "<p>关于印发\ufffd示例办法\ufffd的通知</p>" * 30
    assert decode(chinese.encode(), header_charset=None).damage > 0.1
