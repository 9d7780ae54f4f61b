"""Numbers that English documents carry: acts of the EU, releases of the SEC, executive orders,
statutory instruments, documents of the Federal Register."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FRONT = 700
_OF_THE_EU = re.compile(
    r"(?:(?:COMMISSION|COUNCIL) )?(?P<own>(?:(?:DELEGATED|IMPLEMENTING|FRAMEWORK) )?"
    r"(?:REGULATION|DIRECTIVE|DECISION|RECOMMENDATION)"
    r" \((?:EU|EC|EEC|CFSP|EU, EURATOM)\) (?:NO )?\d{1,4}/\d{1,4})"
    r"(?= OF (?:THE|\d{1,2} )|\s{0,3}\Z)",
    re.IGNORECASE,
)
_OTHER_NUMBERS = (
    ("Release No",
     re.compile(r"(?:^|\[)(?P<own>Release Nos?\. (?:3[3459]|I[AC]|PA)-\d{3,6}[A-Z]?)\b", re.M)),
    ("Executive Order",
     re.compile(r"^(?P<own>Executive Order (?:No\. )?1\d{4})(?= of [A-Z]|$)", re.M)),
    ("Public Law", re.compile(r"^(?P<own>Public Law (?:No\. )?\d{2,3}[-–]\d{1,3})$", re.M)),
    (" No. ",
     re.compile(r"^(?P<own>(?:S\.I\. )?20\d\d No\. \d{1,4})(?: \([A-Z]\. ?\d{1,3}\))?$", re.M)),
)  # fmt: skip
"""Words that a text with such a number holds, and the number's form."""
_REGISTER = re.compile(r"\[(?P<own>FR Doc\. (?:No\. ?)?20\d\d[-–]\d{5})\b")
_TAIL = 400


def english_numbers(title: str, text: str) -> Iterator[tuple[str, str, int]]:
    """The document's own number in the form it is printed in, with place and start: Regulation (EU)
    2024/1689, Release No. 34-…, Executive Order 14179, S.I. 2025 No. 812, FR Doc. 2025-08765."""
    front = text[:_FRONT]
    if "/" in title and (match := _OF_THE_EU.match(title)):
        yield _printed(match["own"]), "title", match.start("own")
    for line_start in _line_starts(front) if "(E" in front or "(CFSP" in front else ():
        if match := _OF_THE_EU.match(front, line_start):
            yield _printed(match["own"]), "body", match.start("own")
    for words, pattern in _OTHER_NUMBERS:
        if words in front and (match := pattern.search(front)):
            yield match["own"], "body", match.start("own")
    tail = max(0, len(text) - _TAIL)
    if "FR Doc" in text[tail:] and (match := _REGISTER.search(text, tail)):
        yield match["own"], "body", match.start("own")


def _line_starts(front: str) -> Iterator[int]:
    at = 0
    while at < len(front):
        yield at
        at = front.find("\n", at) + 1 or len(front)


def _printed(number: str) -> str:
    """REGULATION (EU) 2024/1689 as running text writes it."""
    kind, bracket, rest = number.partition(" (")
    plain = rest.upper().replace("NO ", "No ").replace("EURATOM", "Euratom")
    return f"{kind.title()}{bracket}{plain}"
