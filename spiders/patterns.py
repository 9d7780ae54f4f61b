"""Patterns and placeholders that a source file may contain.

Regular expressions come from files that people share, so those that can take exponential time
are refused when the file is read: a repetition may not contain another repetition or a choice.
Placeholders are ``{name}``; other braces (JSON in a parameter) stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parser  # type: ignore[attr-defined]
from typing import Any

MAX_PATTERN = 300
#: longest text a source pattern is matched against
MAX_SUBJECT = 2000
_MANY = 16
_MAX_REPEATS = 8
_MAX_WIDE = 2

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,30})\}", re.IGNORECASE)


class PatternError(ValueError):
    """A regular expression that is wrong or could take forever."""


@lru_cache(maxsize=2048)
def compile_pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern of a source file. Raises ``PatternError`` with a reason (zh / en)."""
    if len(text) > MAX_PATTERN:
        raise PatternError(f"超过 {MAX_PATTERN} 字符 / longer than {MAX_PATTERN} characters")
    try:
        compiled = re.compile(text)
        tree = sre_parser.parse(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"正则有误：{error} / not a regular expression: {error}") from error
    repeats, wide = _inspect(tree, inside=False)
    if repeats > _MAX_REPEATS or wide > _MAX_WIDE:
        raise PatternError("重复过多，匹配可能极慢 / too many repetitions, matching could be slow")
    return compiled


def _inspect(tree: Iterable[Any], *, inside: bool) -> tuple[int, int]:
    """Count long repetitions, and those over almost any character; refuse nested ones."""
    repeats = wide = 0
    for op, value in tree:
        if op in (sre.ASSERT, sre.ASSERT_NOT, sre.GROUPREF, sre.GROUPREF_EXISTS):
            raise PatternError("不支持环视与反向引用 / no look-around, no back-references")
        if op is sre.BRANCH:
            if inside:
                raise PatternError("重复之中不能有选择（|） / no choice (|) inside a repetition")
            counts = [_inspect(branch, inside=inside) for branch in value[1]]
            repeats += sum(count[0] for count in counts)
            wide += sum(count[1] for count in counts)
        elif op in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            low, high, inner = value
            long = high > _MANY
            if inside and high > 1 and high != low:
                raise PatternError("重复之中不能再有重复 / no repetition inside a repetition")
            got = _inspect(inner, inside=inside or long)
            repeats += got[0] + long
            wide += got[1] + (long and _is_wide(inner))
        elif op is sre.SUBPATTERN:
            got = _inspect(value[-1], inside=inside)
            repeats, wide = repeats + got[0], wide + got[1]
        elif op is sre.ATOMIC_GROUP:
            got = _inspect(value, inside=inside)
            repeats, wide = repeats + got[0], wide + got[1]
    return repeats, wide


def _is_wide(inner: Any) -> bool:
    op, value = inner[0]
    return op in (sre.ANY, sre.NOT_LITERAL) or (op is sre.IN and value[0][0] is sre.NEGATE)


def search(pattern: str, text: str) -> re.Match[str] | None:
    """``re.search`` over the first 2,000 characters of ``text``."""
    return compile_pattern(pattern).search(text[:MAX_SUBJECT])


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace ``{name}`` for the names in ``values``; other braces stay."""
    if "{" not in template:
        return template
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def names_in(template: str) -> set[str]:
    """The placeholder names of a template."""
    return set(_PLACEHOLDER.findall(template))
