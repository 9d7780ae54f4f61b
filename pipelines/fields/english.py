"""The first day in force that an English text states of itself.

Forms: preambles of the Federal Register (EFFECTIVE DATE), last articles of acts of the EU, citation
and commencement clauses of statutory instruments.
"""

from __future__ import annotations

import re

from pipelines.dates import DateSpan
from pipelines.fields.deadlines import Term

_NEAR, _FAR = 120, 260
"""Characters of its line before a day: short statements, citations with the title of the act."""
_ENGLISH_EFFECT = re.compile(
    r"(?:\b[Tt]h(?:is|ese|e)[ ](?:[A-Za-z]+ ){0,2}?(?i:rules?|regulations?|orders?|acts?|notice"
    r"|guidance|directions?|amendments?|changes|instruments?)"
    r" (?:(?:will|shall|is|are|becomes?|comes?|takes?|enters?|be|also) ){1,3}"
    r"(?:effective|effect|into (?:force|effect)|in force)(?: (?:on|as of|from))?"
    r"|\A[ \t]{0,8}(?:(?i:effective dates?|dates?)|Entry into force)[ ]?[:.—-]{1,2}[ ]?"
    r"[^.\n]{0,40}?(?:on|from|effective)?)[ ]?\Z"
)
# It shall apply from …, This title shall be operative …, Regulation (EU) 2023/2854 applies from …,
# and come into force on …, come into force on the day of their publication, …
_ENGLISH_APPLIES = re.compile(
    r"(?:\A|[.;] )With effect from[ ]?\Z"
    r"|(?:(?:\A|[.;] )It|(?:\A|[.;] |\b[Bb]ut )[Tt]h(?:is|e|ese) (?:[A-Z]?[a-z]+ ){0,2}?"
    r"(?i:regulations?|directive|decision|act|order|title|law|rules?|ordinance|part|section"
    r"|guidelines|notice|standards?|requirements|provisions|instrument)"
    r"|\ARegulation \(E[UC]\) (?:No )?[\d/]{4,10})"
    r" (?:(?:shall|will) )?(?:also )?(?:appl(?:y|ies)|(?:be|is|are|becomes?) operative)"
    r"(?: (?:(?:as )?from|as of|on|and after))?[ ]?\Z"
    r"|\b[Tt](?:hese|his|he) (?:following )?(?:[A-Z][A-Za-z]{1,20} ){0,8}?"
    r"(?i:regulations?|orders?|acts?|rules|law|provisions)\b"
    r"(?:[^.\n]|\b[Nn]o\.){0,190}?\b(?:com(?:es?|ing)|enter(?:s|ing|ed)?) into "
    r"(?:force|operation|effect)(?: on)?"
    r"(?: the day (?:of|after|following) [a-z ]{4,40},)?[ ]?\Z"
)


def find_english_effective(text: str, *, dates: tuple[DateSpan, ...]) -> Term | None:
    """The first day in force that an English text states of itself: EFFECTIVE DATE: …, This rule
    is effective …, These Regulations come into force on …."""
    for span in dates:
        before = text[max(0, span.start - _FAR) : span.start].rpartition("\n")[2]
        match = _ENGLISH_EFFECT.search(before[-_NEAR:]) or _ENGLISH_APPLIES.search(before)
        if match is not None:
            start = span.start - len(match.string) + match.start()
            return Term(span.value, text[start : span.end], start, "stated_effective", 0.85)
    return None
