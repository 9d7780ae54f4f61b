"""Characters as they were meant: what fonts and old encodings leave in extracted text."""

from __future__ import annotations

import re
import unicodedata

# Radicals and compatibility ideographs look like ordinary characters and are found by no search;
# full-width letters and digits likewise. Full-width punctuation is right in Chinese and stays.
_ODD = re.compile(
    "[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
    "\U0002f800-\U0002fa1f]"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028\u2029\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]"
)
_BLANKS = re.compile(r"[ \t\u00a0\u2002-\u200a\u3000]+")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_WIDE = "\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef“”‘’…—"
_BETWEEN_WIDE = re.compile(f"(?<=[{_WIDE}]) (?=[{_WIDE}])")
# "2026 年 3 月": the quarter blank that word processors set beside numbers, read as a blank
_NUMBER = re.compile(f"(?<=[{_WIDE}]) ?(\\d[\\d.,%]*) ?(?=[{_WIDE}])")
_COUNTED = re.compile(r"(?<=\d) (?=[年月日号条款项])")
_ARTICLE = re.compile(r"\s{0,8}第[一二三四五六七八九十百零〇\d]{1,6}[条章节编款] +")


def tidy(text: str) -> str:
    """One line of readable text: compatibility forms folded, unseen characters dropped."""
    text = _UNSEEN.sub("", text)
    text = _ODD.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return _BLANKS.sub(" ", text).strip()


def without_gaps(text: str) -> str:
    """Blanks between two Chinese characters are layout, not language; after 第一条 one stays."""
    numbered = _ARTICLE.match(text)
    start = numbered.end() if numbered else 0
    rest = _COUNTED.sub("", _NUMBER.sub(r"\1", _BETWEEN_WIDE.sub("", text[start:])))
    return f"{numbered[0].rstrip()}\u3000{rest}" if numbered else rest


def is_wide(char: str) -> bool:
    """Whether no blank belongs between this character and the next one of its kind."""
    return re.match(f"[{_WIDE}]", char) is not None


def unreadable_share(text: str) -> float:
    """Share of characters that a font mapped to nothing (0 for an empty text)."""
    if not text:
        return 0.0
    return (len(_PRIVATE.findall(text)) + text.count("\ufffd")) / len(text)
