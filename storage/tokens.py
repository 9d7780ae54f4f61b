"""Search tokens of a text: overlapping bigrams of Chinese, suffixes of words and numbers.

Every substring query can be answered from them without missing a document:

- a run of Han characters gives its bigrams and, so that a single character is found by prefix,
  its last character alone;
- a run of letters and digits gives the word and its suffixes (a query is then a prefix);
- title tokens are stored once more with a mark, so that titles can be asked for alone.

False hits are possible (the bigrams of a phrase need not be adjacent) and are removed by looking
at the text. Folding keeps the length of a text, so that positions stay valid in the original.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

TOKENIZER_VERSION = "1"
TITLE_MARK = "ǂ"  # a letter no real word begins with
MAX_TOKENS = 16_000  # of each kind: a text of a million characters must not fill the index
LONGEST_WORD = 24  # longer runs (hashes, base64) are indexed by their beginning only

_BLANK = np.uint32(ord(" "))
_BRACKETS = {
    **dict.fromkeys("([{〔［【（〈《「『", "〔"),
    **dict.fromkeys(")]}〕］】）〉》」』", "〕"),
}
_WIDE = {
    chr(code): chr(code - 0xFEE0)
    for first, last in (("０", "９"), ("Ａ", "Ｚ"), ("ａ", "ｚ"))
    for code in range(ord(first), ord(last) + 1)
}
_BLANKS = dict.fromkeys("\u3000\u00a0\n\r\t", " ")
_FOLD = {**_WIDE, **_BLANKS, **_BRACKETS, "İ": "i"}
_FOLDABLE = re.compile("[" + re.escape("".join(_FOLD)) + "]")
_HAN_RANGES = (
    *(("㐀", "䶿"), ("一", "鿿"), ("豈", "\ufaff"), ("𠀀", "𳍿")),
    *(("々", "々"), ("〇", "〇"), ("ぁ", "ヿ"), ("가", "힣")),
)
# Letters with two cases inside the Han ranges, or whose small form is; a sigma's depends on what
# stands around it. Texts with any of these are folded before they are cut.
_CASED_RANGES = (("\ua640", "\uabff"), ("\u13a0", "\u13ff"), ("Σ", "Σ"))
_HAN = "".join(f"{first}-{last}" for first, last in _HAN_RANGES)
_WORD = re.compile(rf"[^\W_{_HAN}]+")
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+)")
_PLAIN = re.compile(rf"[{_HAN}]+")


def fold(text: str) -> str:
    """Lower case, half width, one kind of bracket, blanks for white space; same length."""
    # A regular expression, because str.translate raises inside for every character it keeps.
    folded = _FOLDABLE.sub(_fold_match, text)
    lowered = folded.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in folded)


def _fold_match(match: re.Match[str]) -> str:
    return _FOLD[match.group()]


@lru_cache(maxsize=20_000)
def _suffixes(word: str) -> dict[str, None]:
    head = word[:LONGEST_WORD]
    return dict.fromkeys(head[start:] for start in range(len(head)))


def _codes(text: str) -> np.ndarray[Any, Any]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _table(ranges: Sequence[tuple[str, str]]) -> np.ndarray[Any, Any]:
    """True at every code point of the ranges."""
    table = np.zeros(0x110000, dtype=bool)
    for first, last in ranges:
        table[ord(first) : ord(last) + 1] = True
    return table


_IS_HAN = _table(_HAN_RANGES)
_IS_CASED = _table(_CASED_RANGES)


def _cut(title: str, others: str) -> tuple[str, str, str, str]:
    """Han tokens of title and others, then what is left of each, every Han run made one blank.

    A run gives its bigrams and its last character alone. Folding touches no Han character, so
    only the rest, a few words of most texts, has to be folded.
    """
    codes = _codes(f"{title}\n{others} ")
    if _IS_CASED[codes].any():
        codes = _codes(fold(f"{title}\n{others} "))
    han = _IS_HAN[codes]
    inside = np.flatnonzero(han)
    apart = np.where(han, codes, _BLANK)
    first, second = codes[inside], apart[inside + 1]
    middle = int(np.searchsorted(inside, len(title)))
    last = ~han
    last[:-1] |= last[1:]
    rest = np.where(han, _BLANK, codes)
    size = len(title)
    return (
        _pairs(first[:middle], second[:middle]),
        _pairs(first[middle:], second[middle:]),
        _text(rest[:size][last[:size]]),
        _text(rest[size:][last[size:]]),
    )


def _text(codes: np.ndarray[Any, Any]) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def _pairs(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> str:
    """The characters of both side by side, each pair once, blank separated."""
    # The search index takes longer to find a pair that it has than a sort does; two characters
    # of the basic plane are one number of 32 bits, which sorts in half the time.
    basic = max(first.max(initial=0), second.max(initial=0)) <= 0xFFFF
    shift, kind = (np.uint32(16), "<u4") if basic else (np.uint64(32), "<u8")
    pairs = first.astype(kind) << shift | second
    pairs.sort()
    fresh = np.ones(len(pairs), dtype=bool)
    np.not_equal(pairs[1:], pairs[:-1], out=fresh[1:])
    pairs = pairs[fresh][:MAX_TOKENS]
    first = pairs >> shift
    rows = np.full((len(pairs), 3), _BLANK, dtype="<u4")
    rows[:, 0], rows[:, 1] = first, pairs - (first << shift)
    return _text(rows)


def _word_tokens(folded: str) -> str:
    words: dict[str, None] = {}
    for word in dict.fromkeys(_WORD.findall(folded)):
        words.update(_suffixes(word))
        if len(words) > MAX_TOKENS:
            break
    return " ".join(words)


def index_tokens(title: str, *, others: str) -> str:
    """All tokens of a document, blank separated: ``others`` is body and metadata text.

    Hardly a token occurs twice; the indexes keep it once. At most MAX_TOKENS of Han and
    of Latin tokens each, always the same ones for the same text.
    """
    title_han, han, title_rest, rest = _cut(title, others)
    own = f"{title_han} {_word_tokens(fold(title_rest))}"
    marked = " ".join([TITLE_MARK + token for token in own.split()])
    return f"{marked} {own} {han} {_word_tokens(fold(rest))}"


def query_terms(phrase: str) -> list[tuple[str, bool]]:
    """Tokens that every text containing ``phrase`` has; True marks a prefix.

    Empty if the phrase has neither a letter nor a digit. A run that something follows in the
    phrase ends there in the text as well, so that it is a token itself; blanks say nothing, for
    they may be absent from the same number of a document.
    """
    terms: dict[tuple[str, bool], None] = {}
    folded = fold(phrase)
    for match in _RUN.finditer(folded):
        run, follows = match.group(), folded[match.end() : match.end() + 1]
        if match.lastgroup == "word":
            terms[run[:LONGEST_WORD], len(run) > LONGEST_WORD or follows in ("", " ")] = None
        elif len(run) == 1:
            terms[run, follows in ("", " ")] = None
        else:
            terms.update(dict.fromkeys((a + b, False) for a, b in pairwise(run)))
    return list(terms)


def compare_text(text: str) -> str:
    """The form in which phrases are looked for: folded, runs of blanks made one."""
    return " ".join(fold(text).split())


def is_plain(phrase: str) -> bool:
    """True if folding changes neither the phrase nor anything into it: Han characters alone.

    It is then found in a text as it stands, which spares folding the text.
    """
    return _PLAIN.fullmatch(phrase) is not None
