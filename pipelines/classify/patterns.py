"""Patterns of a taxonomy, ready for texts with and without Chinese characters."""

from __future__ import annotations

import re

HAN = re.compile("[\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_SMALL = re.compile("[a-z]")
_ESCAPE = re.compile(r"\\u[0-9a-f]{4}|\\.")
Patterns = dict[str, tuple[re.Pattern[str], ...]]


def compiled(patterns: tuple[str, ...]) -> Patterns:
    """The patterns to try on a text with Chinese characters and on one without.

    A pattern of Latin letters is not tried on Chinese, nor one of Chinese characters on others.
    Case is folded only where there are small letters: folding costs three times the search.
    """
    found: dict[str, list[re.Pattern[str]]] = {"zh": [], "other": []}
    for pattern in patterns:
        plain = _ESCAPE.sub("", pattern)
        compiled = re.compile(pattern, re.I if _SMALL.search(plain) else re.NOFLAG)
        chinese, latin = HAN.search(plain), _LATIN.search(plain)
        if chinese or not latin:
            found["zh"].append(compiled)
        if latin or not chinese:
            found["other"].append(compiled)
    return {lang: tuple(tried) for lang, tried in found.items()}
