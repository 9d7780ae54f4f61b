"""Search tokens of a text: overlapping bigrams of Chinese, suffixes of words and numbers.

Every substring query can be answered from them without missing a document:

- a run of Han characters gives its bigrams and, so that a single character is found by prefix,
  its last character alone;
- a run of letters and digits gives every piece of four, three and two characters, and its last
  one alone: a query of up to four is one token, a longer one several that overlap;
- a document number cited anywhere gives its year and number as one token;
- title tokens are stored once more with a mark, so that titles can be asked for alone.

False hits are possible (the bigrams of a phrase need not be adjacent) and are removed by looking
at the text. Folding keeps the length of a text, so that positions stay valid in the original.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import add
from typing import Any

import numpy as np

TOKENIZER_VERSION = "3"
TITLE_MARK = "ǂ"  # a letter no real word begins with
REFERENCE = "ǃn"  # before year and number of a cited document
MAX_TOKENS = 16_000  # of each kind: a text of a million characters must not fill the index
LONGEST_WORD = 64  # longer runs (base64) are indexed by their beginning only
PIECES = (4, 3, 2)  # characters: the longest first; years and short words are tokens of their own

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
_CITED = re.compile(r"〔\s*(\d{4})\s*〕\s*第?\s*(\d{1,8})(?!\d)")
_PLAIN = re.compile(rf"[{_HAN}]+")
_SIMPLE = re.compile(rf"[{_HAN}!-~〔〕]+")


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
def _pieces(word: str) -> dict[str, None]:
    """Pieces that begin at each character; at the end of the word also shorter ones."""
    head = word[:LONGEST_WORD]
    return dict.fromkeys(head[at : at + size] for size in PIECES for at in range(len(head)))


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


def _cut(text: str) -> tuple[str, str]:
    """Han tokens of a text, then what is left of it, every Han run made one blank.

    A run gives its bigrams and its last character alone. Folding touches no Han character, so
    only the rest, a few words of most texts, has to be folded.
    """
    codes = _codes(f"{text} ")
    if _IS_CASED[codes].any():
        codes = _codes(fold(f"{text} "))
    han = _IS_HAN[codes]
    inside = np.flatnonzero(han)
    apart = np.where(han, codes, _BLANK)
    last = ~han
    last[:-1] |= last[1:]
    rest = np.where(han, _BLANK, codes)
    return _pairs(apart[inside], apart[inside + 1]), _text(rest[last])


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
        words.update(_pieces(word))
        if len(words) > MAX_TOKENS:
            break
    return " ".join(words)


def index_tokens(title: str, *, others: str) -> str:
    """All tokens of a document, blank separated: ``others`` is body and metadata text.

    No token occurs twice. At most MAX_TOKENS of Han and of Latin tokens each, but all those of the
    title, always the same ones for the same text.
    """
    own = tokens_of(title)
    han, rest = _cut(f"{title}\n{others}")
    if len(han) >= 3 * MAX_TOKENS:  # three characters each: some are cut off
        kept = set(han.split())
        han += " ".join(token for token in own if token not in kept)
    rest = fold(rest)  # blanks stand in it for 第
    cited = " ".join({f"{REFERENCE}{year}x{number}" for year, number in _CITED.findall(rest)})
    return f"{mark(own, with_=TITLE_MARK)} {han} {_word_tokens(rest)} {cited}"


def tokens_of(text: str) -> list[str]:
    """The tokens of a short text alone."""
    found: dict[str, None] = {}
    for match in _RUN.finditer(fold(text)):
        run = match.group()
        if match.lastgroup == "word":
            found.update(_pieces(run))
        else:
            found.update(dict.fromkeys(map(add, run, run[1:])))
            found[run[-1]] = None
        if len(found) > MAX_TOKENS:
            break
    return list(found)


def mark(tokens: Sequence[str], *, with_: str) -> str:
    """Tokens, each behind a mark that keeps them apart from those of texts, blank separated."""
    return f"{with_}{f' {with_}'.join(tokens)}" if tokens else ""


def query_terms(phrase: str) -> list[tuple[str, bool]]:
    """Tokens that every text containing ``phrase`` has; True marks a prefix, of one character.

    Empty if the phrase has neither a letter nor a digit. A single character that something follows
    in the phrase ends a run in the text as well, so that it is a token itself; blanks say nothing,
    for they may be absent from the same number of a document.
    """
    terms: dict[tuple[str, bool], None] = {}
    folded = fold(phrase)
    for match in _RUN.finditer(folded):
        run, follows = match.group(), folded[match.end() : match.end() + 1]
        if len(run) == 1:
            terms[run, follows in ("", " ")] = None
        elif match.lastgroup == "word":
            size, head = PIECES[0], run[:LONGEST_WORD]
            ends = range(size, max(size, len(head)) + 1)
            terms.update(dict.fromkeys((head[end - size : end], False) for end in ends))
        else:
            terms.update(dict.fromkeys((a + b, False) for a, b in pairwise(run)))
    return list(terms)


def cited_terms(phrase: str) -> list[tuple[str, bool]]:
    """Tokens of the document numbers in a phrase, if it tells where they end."""
    folded = fold(phrase)
    return [
        (f"{REFERENCE}{found[1]}x{found[2]}", False)
        for found in _CITED.finditer(folded)
        if folded[found.end() : found.end() + 1] not in ("", " ")
    ]


def compare_text(text: str) -> str:
    """The form in which phrases are looked for: folded, runs of blanks made one."""
    return " ".join(fold(text).split())


@lru_cache(maxsize=1024)
def anchor(phrase: str) -> tuple[int, str] | None:
    """Place and text of the longest Han run of a folded phrase without blanks.

    None if there is none or folding a piece of a text may differ from folding the text.
    """
    if _SIMPLE.fullmatch(phrase) is None:
        return None
    runs = [(found.start(), found.group()) for found in _PLAIN.finditer(phrase)]
    return max(runs, key=lambda run: len(run[1]), default=None)


def is_plain(phrase: str) -> bool:
    """True if folding changes neither the phrase nor anything into it: Han characters alone.

    It is then found in a text as it stands, which spares folding the text.
    """
    return _PLAIN.fullmatch(phrase) is not None
