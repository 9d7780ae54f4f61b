"""What Japanese and Korean texts say of their days: …から施行する, …부터 시행한다, …まで, …까지."""

from __future__ import annotations

import re

from pipelines.dates import DateSpan
from pipelines.fields.terms import Term

_ACTS = re.compile(
    r"[ \u3000]{0,2}(?:（[^（）]{1,6}）)?[ ]?"
    r"(?:(?:から|より|に)、?(?:施行|適用)(?:する|され|となる|予定)"
    r"|부터 (?:시행|적용)(?:한다|된다|합니다|됩니다|하며)|(?:에|자로) 시행(?:한다|된다|됩니다))"
)
_LABEL = re.compile(r"(?:施行(?:期日|日)|시행일)[ ]?[:：][ ]?\Z")
_SOME_LAW = re.compile(r"(?:」|』)[^。\n]{0,12}\Z")


def find_eastasian_effective(text: str, *, dates: tuple[DateSpan, ...]) -> Term | None:
    """The first day in force that the text states of itself."""
    for span in dates:
        before = text[max(0, span.start - 40) : span.start].rpartition("\n")[2]
        match = _ACTS.match(text, span.end)
        if match is None and _LABEL.search(before) is None:
            continue
        stated = text[span.start : match.end() if match else span.end]
        sure = 0.7 if _SOME_LAW.search(before) else 0.85
        return Term(span.value, stated, span.start, "stated_effective", sure)
    return None
