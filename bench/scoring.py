"""The metrics of the corpora: token bags, 4-token shingles, titles, days, segments.

Tokens: every CJK character is a token, runs of ``[a-z0-9]`` (lower-cased) are tokens, the rest is
dropped. ``bag`` is the F1 of the token multisets, ``sh4`` the same on 4-token shingles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_TOKEN = re.compile(r"[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_NON_WORD = re.compile(r"\W+")
_BLANK = re.compile(r"\s+")


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def shingles(words: Sequence[str], *, size: int = 4) -> Counter[tuple[str, ...]]:
    """Multiset of ``size`` consecutive tokens; one short shingle where the text is shorter."""
    if not words:
        return Counter()
    if len(words) < size:
        return Counter([tuple(words)])
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


def multiset_f1(gold: Counter[tuple[str, ...]], found: Counter[tuple[str, ...]]) -> float:
    """F1 of two multisets; 1.0 when both are empty, 0.0 when only one is."""
    return precision_recall_f1(gold, found)[2]


def precision_recall_f1(
    gold: Counter[tuple[str, ...]], found: Counter[tuple[str, ...]]
) -> tuple[float, float, float]:
    size_gold, size_found = sum(gold.values()), sum(found.values())
    if not size_gold and not size_found:
        return 1.0, 1.0, 1.0
    common = sum((gold & found).values())
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / size_found, common / size_gold
    return precision, recall, 2 * precision * recall / (precision + recall)


def sh4_f1(gold: str, found: str) -> float:
    return multiset_f1(shingles(tokens(gold)), shingles(tokens(found)))


def bag_f1(gold: str, found: str) -> float:
    return multiset_f1(shingles(tokens(gold), size=1), shingles(tokens(found), size=1))


def same_title(gold: str, found: str | None) -> bool:
    """Equal after removing all non-word characters and lower-casing."""
    return _NON_WORD.sub("", gold).lower() == _NON_WORD.sub("", found or "").lower()


def same_day(gold: str, found: str | None) -> bool:
    return bool(found) and gold[:10] == str(found)[:10]


def segment_counts(
    text: str, *, wanted: Iterable[str], unwanted: Iterable[str]
) -> tuple[int, int, int, int]:
    """(TP, FN, FP, TN) of strings that must and must not appear, white space collapsed."""
    body = _BLANK.sub(" ", text)
    hits = [_BLANK.sub(" ", s).strip() in body for s in wanted]
    false_hits = [_BLANK.sub(" ", s).strip() in body for s in unwanted]
    return sum(hits), len(hits) - sum(hits), sum(false_hits), len(false_hits) - sum(false_hits)


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
