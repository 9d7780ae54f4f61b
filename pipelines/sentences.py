"""Sentences of a text with their places, freed of labels (第三条, （一）, ——).

Han text is cut at its marks, other text where a point ends a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

ENDS = "。！？；!?.”」』"
LONGEST = 400
"""Characters of the longest sentence that is told; of a longer one only the front is kept."""
_MARKS = "。！？；!?"
_QUOTES = "”」』"
_CUT = "\0"
_NOTHING = ENDS + " \t\r\n\u3000\xa0"
_HAN = re.compile("[\u4e00-\u9fff]+")
_LABEL = re.compile(
    r"[ \t\u3000\xa0]{0,8}(?:#{1,6} ?)?(?:"
    r"第[一二三四五六七八九十百千零〇\d]{1,7}[条章节][ \t\u3000\xa0]{0,4}"
    r"|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)][ \u3000]{0,2}"
    r"|\d{1,2}[.．、](?!\d)[ \u3000]{0,2}"
    r"|[①-⑳]|[—-]{2}|[●•·■◆])"
)
# A point ends no sentence before a digit, inside U.S. and behind Nov., Mr., Wis., Inc.
_SHORT_FORMS = (
    "Jan Feb Mar Apr Aug Sep Sept Oct Nov Dec Mr Mrs Ms Dr St No Gov Sen Rep Gen vs Inc Ltd Corp "
    "Co Jr Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Md Mass Mich Minn Mo Mont Neb "
    "Nev Okla Ore Pa Tenn Tex Va Vt Wash Wis"
)
_ABBREVIATED = "".join(rf"|(?<= {form})\.(?= )" for form in _SHORT_FORMS.split())
_ENGLISH = re.compile(
    rf"[^\n.!?]{{1,{LONGEST}}}+(?:(?:\.(?=[\da-z]|[A-Z][A-Z.])|(?<=\.[A-Z])\.(?= ){_ABBREVIATED})"
    r"[^\n.!?]{1,150}+){0,9}+(?:[.!?](?=[\s\"”]|\Z))?"
)


class Sentence(NamedTuple):
    """A sentence, the place it begins at, and whether a label stood before it."""

    at: int
    text: str
    labelled: bool


def sentences_of(text: str, *, start: int, first: int, last: int) -> list[Sentence]:
    """The ``first`` and the ``last`` sentences of ``text`` from ``start`` on, each on one line."""
    pieces = list(_han_pieces(text, start) if _is_han(text) else _latin_pieces(text, start))
    if len(pieces) > first + last:
        pieces = pieces[:first] + pieces[-last:]
    return list(_tidied(pieces))


def _han_pieces(text: str, start: int) -> Iterator[tuple[int, str]]:
    body = text[start:] if start else text
    if _CUT in body:
        body = body.replace(_CUT, " ")
    for mark in _MARKS:
        if mark in body:
            body = body.replace(mark, mark + _CUT)
    for quote in _QUOTES:
        if quote in body:
            body = body.replace(_CUT + quote, quote + _CUT)
    at = start
    for piece in body.replace("\n", "\n" + _CUT).split(_CUT):
        size = len(piece)
        if size > 2 or piece.strip(_NOTHING):
            yield at, piece if size <= LONGEST else piece[:LONGEST]
        at += size


def _latin_pieces(text: str, start: int) -> Iterator[tuple[int, str]]:
    goes_on = False
    for match in _ENGLISH.finditer(text, start):
        piece = match[0]
        if not goes_on:
            yield match.start(), piece
        goes_on = piece[-1:] not in ENDS and text[match.end() : match.end() + 1] not in "\n"


def _tidied(pieces: Iterable[tuple[int, str]]) -> Iterator[Sentence]:
    for at, piece in pieces:
        raw = piece.lstrip("\r\n")
        label = _LABEL.match(raw)
        words = (raw[label.end() :] if label else raw).split()
        yield Sentence(at, words[0] if len(words) == 1 else " ".join(words), label is not None)


def _is_han(text: str) -> bool:
    """Whether a tenth of the first thousand characters is Han."""
    wanted = min(len(text), 1_000)
    sizes = (sum(map(len, _HAN.findall(text, 0, end))) for end in (200, 1_000))
    return any(10 * size >= wanted for size in sizes)
