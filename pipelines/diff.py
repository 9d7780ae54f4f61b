"""What changed between two texts of one page: the kind of change, and a word-level comparison.

Texts have one paragraph a line. Paragraphs are aligned first; only paragraphs that were replaced
are compared word by word (a Han character, a run of Latin letters or a number is one word), so
the cost stays bounded on long texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from typing import Literal

ChangeKind = Literal["cosmetic", "metadata", "content"]
Mark = Literal["same", "insert", "delete"]

# Above this product of lengths two paragraphs are shown as replaced whole.
MOST_WORK = 1_000_000
MOST_PARAGRAPHS = 4_000

_WORD = re.compile(r"[0-9]+(?:[.,][0-9]+)*%?|[A-Za-z]+|\s+|.", re.DOTALL)
# Counters that a page shows about itself: 浏览次数：1234, 阅读 88 次, 点击量 5.
_COUNTER = re.compile(r"(?:浏览|阅读|点击|访问)(?:次数|量|数)?[:：]?\s{0,4}\d{1,9}\s{0,4}次?")
# A line about the page: 来源：…, 发布时间：…, （责任编辑：…）, 【字号 大 中 小】.
_PAGE_FACT = re.compile(
    r"^[\s（(【\[]{0,4}(?:(?:信息|文章|稿件)?来源|(?:发布|更新|发表|刊发|公布)(?:时间|日期)|责任编辑|编辑|责编|校对|审核|监制"
    r"|作者|记者|供稿|字号|字体|分享到?|打印|索引号)(?:[:：\s]|(?=[大中小]))[^\n]{0,120}$",
    re.MULTILINE,
)
# Below this share of common bigrams two paragraphs are two different ones.
_LIKE = 0.35
_MOST_PAIRS = 2_500


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is in both versions, only in the new, or only in the old."""

    mark: Mark
    text: str


def change_kind(old_text: str, new_text: str) -> tuple[ChangeKind, float]:
    """The kind of change and the share of the text that changed (0..1).

    ``cosmetic``: equal but for white space, width and punctuation of characters, and counters of
    visits. ``metadata``: only lines in which the page speaks of itself differ (source, day of
    publication, editor). Everything else is ``content``: whether it matters is for a person to say.
    """
    if _substance(old_text) == _substance(new_text):
        return "cosmetic", 0.0
    if _substance(_PAGE_FACT.sub("", old_text)) == _substance(_PAGE_FACT.sub("", new_text)):
        return "metadata", 0.0
    changed = sum(len(piece.text) for piece in compare(old_text, new_text) if piece.mark != "same")
    total = len(old_text) + len(new_text)
    return "content", min(1.0, changed / total) if total else 1.0


def compare(old_text: str, new_text: str) -> Iterator[Piece]:
    """The pieces of both texts in order; joined without inserts they give the old text."""
    old, new = old_text.splitlines(), new_text.splitlines()
    if len(old) > MOST_PARAGRAPHS or len(new) > MOST_PARAGRAPHS:
        yield Piece("delete", old_text)
        yield Piece("insert", new_text)
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", _lines(old[old_start:old_end]))
        else:
            yield from _replaced(old[old_start:old_end], new[new_start:new_end])


def diff_html(old_text: str, new_text: str) -> str:
    """The comparison as safe HTML: paragraphs with ``<ins>`` and ``<del>``; all text escaped."""
    lines: list[list[str]] = [[]]
    for piece in compare(old_text, new_text):
        for number, part in enumerate(piece.text.split("\n")):
            if number:
                lines.append([])
            if part:
                lines[-1].append(_marked(piece.mark, part))
    return "\n".join(f"<p>{''.join(line)}</p>" for line in lines if line)


def _marked(mark: Mark, text: str) -> str:
    safe = escape(text)
    if mark == "insert":
        return f"<ins>{safe}</ins>"
    return f"<del>{safe}</del>" if mark == "delete" else safe


def _lines(paragraphs: Sequence[str]) -> str:
    return "".join(f"{paragraph}\n" for paragraph in paragraphs)


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """Paragraphs that take each other's place, like with like; the rest is deleted or inserted."""
    at_old = at_new = 0
    for before, after in (*_matched(old, new), (len(old), len(new))):
        if old[at_old:before]:
            yield Piece("delete", _lines(old[at_old:before]))
        if new[at_new:after]:
            yield Piece("insert", _lines(new[at_new:after]))
        if before < len(old):
            yield from _words(old[before], new[after])
            yield Piece("same", "\n")
        at_old, at_new = before + 1, after + 1


def _matched(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of paragraphs in order, so that the sum of their likeness is largest."""
    if len(old) == 1 and len(new) == 1:
        return [(0, 0)]
    if len(old) * len(new) > _MOST_PAIRS:
        return [(at, at) for at in range(min(len(old), len(new)))]
    grams = [_bigrams(line) for line in old], [_bigrams(line) for line in new]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for a in range(len(old) - 1, -1, -1):
        for b in range(len(new) - 1, -1, -1):
            like = _likeness(grams[0][a], grams[1][b])
            taken = best[a + 1][b + 1] + like if like >= _LIKE else 0.0
            best[a][b] = max(taken, best[a + 1][b], best[a][b + 1])
    pairs: list[tuple[int, int]] = []
    a = b = 0
    while a < len(old) and b < len(new):
        if best[a][b] == best[a + 1][b]:
            a += 1
        elif best[a][b] == best[a][b + 1]:
            b += 1
        else:
            pairs.append((a, b))
            a, b = a + 1, b + 1
    return pairs


def _bigrams(line: str) -> frozenset[str]:
    return frozenset(line[at : at + 2] for at in range(min(len(line), 2_000) - 1))


def _likeness(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def _words(old: str, new: str) -> Iterator[Piece]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    if len(before) * len(after) > MOST_WORK:
        yield Piece("delete", old)
        yield Piece("insert", new)
        return
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < 0.3:
        # Words that happen to be shared by two different sentences only confuse the reader.
        yield Piece("delete", old)
        yield Piece("insert", new)
        return
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(before[old_start:old_end]))
            continue
        if old_end > old_start:
            yield Piece("delete", "".join(before[old_start:old_end]))
        if new_end > new_start:
            yield Piece("insert", "".join(after[new_start:new_end]))


def _substance(text: str) -> str:
    """Letters and digits only, in one width, without counters of visits."""
    folded = unicodedata.normalize("NFKC", _COUNTER.sub("", text))
    return "".join(character for character in folded if character.isalnum())
