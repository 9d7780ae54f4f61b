"""Documents named in 《》, with the number in brackets behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.fields.docnumber import normalise_doc_number
from pipelines.structure.values import CitedDocument

_LONGEST = 200
_BEHIND = re.compile(
    r"[ \t\u3000\xa0]{0,3}[（(]"
    r"(?P<no>[^（）()\n]{3,50}(?:[（(][^（）()\n]{1,10}[)）][^（）()\n]{1,12})?)[)）]"
)
_SHORT_NAME = re.compile(r"(?:以下|下)(?:统|简|合)?(?:称|简称)(?:为)?[:：“\"]{0,2}\Z")


def read_cited(text: str) -> tuple[CitedDocument, ...]:
    """Every document named, once each, in order; short names (以下简称《办法》) are left out."""
    found: dict[str, CitedDocument] = {}
    short: set[str] = set()
    for start, end in _titles(text):
        title = "".join(text[start + 1 : end - 1].split())
        if not title:
            continue
        if _SHORT_NAME.search(text[max(0, start - 8) : start]):
            short.add(title)
            continue
        if title in short:
            continue
        match = _BEHIND.match(text, end)
        number = normalise_doc_number(match["no"]) if match else None
        known = found.get(title)
        if known is None or (known.doc_number is None and number is not None):
            found[title] = CitedDocument(title, number, start, end)
    return tuple(sorted(found.values(), key=lambda cited: cited.start))


def _titles(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each outermost 《…》 on one line."""
    depth = start = 0
    for match in re.finditer(r"[《》\n]", text):
        char, at = match[0], match.start()
        if char == "《":
            if depth == 0:
                start = at
            depth += 1
        elif char == "》" and depth:
            depth -= 1
            if depth == 0 and at - start <= _LONGEST:
                yield start, at + 1
        elif char == "\n":
            depth = 0
