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
from functools import lru_cache
from itertools import pairwise

import numpy as np

TOKENIZER_VERSION = "1"
TITLE_MARK = "ǂ"  # a letter no real word begins with
MAX_TOKENS = 16_000  # of each kind: a text of a million characters must not fill the index
LONGEST_WORD = 24  # longer runs (hashes, base64) are indexed by their beginning only

_BLANK = ord(" ")
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
_HAN = "㐀-䶿一-鿿豈-﫿𠀀-𳍿々〇ぁ-ヿ가-힣"
_NOT_HAN = re.compile(rf"[^{_HAN}]+")
_WORD = re.compile(rf"[^\W_{_HAN}]+")
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+)")


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


def _han_tokens(folded: str) -> str:
    """Bigrams of every Han run and its last character alone, blank separated, in one pass."""
    text = _NOT_HAN.sub(" ", folded) + " "
    codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    first, second = codes[:-1], codes[1:]
    inside = first != _BLANK
    first, second = first[inside], second[inside]
    if len(first) > MAX_TOKENS:
        pairs = np.unique(first.astype("<u8") << np.uint64(32) | second)[:MAX_TOKENS]
        first, second = pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF)
    rows = np.full((len(first), 3), _BLANK, dtype="<u4")
    rows[:, 0], rows[:, 1] = first, second
    return rows.tobytes().decode("utf-32-le")


def _word_tokens(folded: str) -> str:
    words: dict[str, None] = {}
    for word in dict.fromkeys(_WORD.findall(folded)):
        words.update(_suffixes(word))
        if len(words) > MAX_TOKENS:
            break
    return " ".join(words)


def index_tokens(title: str, *, others: str) -> str:
    """All tokens of a document, blank separated: ``others`` is body and metadata text.

    A token may occur more than once; the indexes keep it once. At most MAX_TOKENS of Han and
    of Latin tokens each, always the same ones for the same text.
    """
    folded = fold(title)
    own = f"{_han_tokens(folded)} {_word_tokens(folded)}"
    marked = " ".join(TITLE_MARK + token for token in own.split())
    rest = fold(others)
    return f"{marked} {own} {_han_tokens(rest)} {_word_tokens(rest)}"


def query_terms(phrase: str) -> list[tuple[str, bool]]:
    """Tokens that every text containing ``phrase`` has; True marks a prefix.

    Empty if the phrase has neither a letter nor a digit.
    """
    terms: dict[tuple[str, bool], None] = {}
    for match in _RUN.finditer(fold(phrase)):
        run = match.group()
        if match.lastgroup == "word":
            terms[run[:LONGEST_WORD], True] = None
        elif len(run) == 1:
            terms[run, True] = None
        else:
            terms.update(dict.fromkeys((a + b, False) for a, b in pairwise(run)))
    return list(terms)


def compare_text(text: str) -> str:
    """The form in which phrases are looked for: folded, runs of blanks made one."""
    return " ".join(fold(text).split())
