"""What is new about something that an earlier issue carried, in a few words.

Two cases. The text of a page changed: the changed clauses, old and new, with the article they
stand in. Another page of the same policy appeared: its role, and what the earlier issue carried.
Words are quoted from the texts, never made up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from digest.wording import clean_line, shorten

MOST_TOLD = 3
QUOTE_CHARS = 28
_TAKEN_BACK = "文本修改后又恢复为当时所载"
_MARKS_ONLY = "仅标点或排版有修改"
_MOST_WORK = 4_000_000
_CLAUSE = re.compile(r"[^，。；：！？\n]+[，。；：！？]*|\n")
_ARTICLE = re.compile(
    r"^[\s　]*(第[零一二三四五六七八九十百千\d]{1,6}条|[一二三四五六七八九十]{1,3}(?=、)"
    r"|（[一二三四五六七八九十]{1,3}）)"
)
_NUMBERS = re.compile(
    r"\d|[一二三四五六七八九十百千万亿]{2,}|[一二三四五六七八九十](?=[个年月日倍])"
)

# What appeared, by the role of the page in its policy event.
ROLE_NEWS = {
    "final": "正式稿发布",
    "repeal": "废止决定发布",
    "amendment": "修改决定发布",
    "draft": "征求意见稿发布",
    "full_text": "全文发布",
    "feedback": "意见反馈情况发布",
    "interpretation": "解读发布",
    "report": "有新的报道",
}


@dataclass(frozen=True, slots=True)
class _Clause:
    """One clause with the article, item or point its paragraph begins with."""

    text: str
    article: str

    @property
    def bare(self) -> str:
        """For comparing: no blanks, one width, no punctuation at the end."""
        text = unicodedata.normalize("NFKC", self.text)
        return re.sub(r"\s|[,.;:!?，。；：！？]+$", "", text)


def text_change(old: str, new: str, *, old_title: str = "", new_title: str = "") -> str:
    """The change from ``old`` to ``new`` (one paragraph a line) in at most about 150 characters.

    Changes with numbers, days and amounts are told first, the others are counted. Two texts with
    the same words give the sentence that the change was taken back.
    """
    found = []
    if old_title and new_title and clean_line(old_title) != clean_line(new_title):
        found.append(f"标题由{_quoted(old_title)}改为{_quoted(new_title)}")
    differences = _differences(list(_clauses(old)), list(_clauses(new)))
    if differences is None:
        return "文本有大幅修改"
    told = [phrase for _, phrase in sorted(differences, key=lambda entry: entry[0])]
    found += told
    if not found:
        return _TAKEN_BACK if old.split() == new.split() else _MARKS_ONLY
    count = f"（共 {len(found)} 处）" if len(found) > MOST_TOLD else ""
    return f"文本有修改{count}：{'；'.join(found[:MOST_TOLD])}"


def event_news(roles: Sequence[str], *, carried: Iterable[str], number: int) -> str:
    """``正式稿发布（第9期刊登的是征求意见稿）``: the roles that are new, then those carried."""
    fresh = [word for role, word in ROLE_NEWS.items() if role in set(roles)]
    if not fresh:
        return ""
    before = [name for name in dict.fromkeys(carried) if name]
    tail = f"（第{number}期刊登的是{'、'.join(before)}）" if before and number else ""
    return f"{'、'.join(fresh)}{tail}"


def _clauses(text: str) -> Iterator[_Clause]:
    for line in text.split("\n"):
        match = _ARTICLE.match(line)
        article = match.group(1) if match else ""
        for piece in _CLAUSE.findall(line):
            clause = _Clause(clean_line(piece), article)
            if clause.bare:
                yield clause


def _differences(
    old: Sequence[_Clause], new: Sequence[_Clause]
) -> list[tuple[tuple[bool, int], str]] | None:
    """Phrases with their rank; ``None`` when the texts are too long and too different to align."""
    before, after = [one.bare for one in old], [one.bare for one in new]
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if len(old) * len(new) > _MOST_WORK:
        return None
    matcher = SequenceMatcher(None, [c.bare for c in old], [c.bare for c in new], autojunk=False)
    found: list[tuple[tuple[bool, int], str]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        for gone, come in _paired(old[a:b], new[c:d]):
            only_words = not _NUMBERS.search(
                f"{gone.text if gone else ''}{come.text if come else ''}"
            )
            found.append(((only_words, len(found)), _phrase(gone, come)))
    return found


def _paired(
    old: Sequence[_Clause], new: Sequence[_Clause]
) -> Iterator[tuple[_Clause | None, _Clause | None]]:
    """Clauses that took each other's place one by one, else each run as a whole."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    yield _joined(old), _joined(new)


def _joined(clauses: Sequence[_Clause]) -> _Clause | None:
    if not clauses:
        return None
    return _Clause("".join(clause.text for clause in clauses), clauses[0].article)


def _phrase(old: _Clause | None, new: _Clause | None) -> str:
    article = (new or old or _Clause("", "")).article
    where = article if article.startswith("第") else ""
    if old is None or new is None:
        one, verb = (new, "新增") if old is None else (old, "删去")
        if one is None:
            return ""
        quote = _quoted(_without_article(one))
        is_whole = bool(where) and one.text.startswith(where)
        return f"{verb}{where}{quote}" if is_whole else f"{where}{verb}{quote}"
    left, right = _around(_without_article(old), _without_article(new))
    return f"{where}“{left}”改为“{right}”"


def _without_article(clause: _Clause) -> str:
    return _ARTICLE.sub("", clause.text).lstrip("、　 ")


def _around(old: str, new: str) -> tuple[str, str]:
    """Both clauses without their last mark; long ones from shortly before the first difference."""
    old, new = old.rstrip("，。；：！？"), new.rstrip("，。；：！？")
    if max(len(old), len(new)) <= QUOTE_CHARS:
        return old, new
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    start = max(0, min(same - 8, max(len(old), len(new)) - QUOTE_CHARS))
    front = "…" if start else ""
    left, right = (f"{front}{shorten(text[start:], chars=QUOTE_CHARS)}" for text in (old, new))
    return left, right


def _quoted(text: str) -> str:
    return f"“{shorten(text.rstrip('，。；：！？'), chars=QUOTE_CHARS)}”"
