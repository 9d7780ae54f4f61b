"""The days that an English text states of itself.

Forms: preambles of the Federal Register (DATES, EFFECTIVE DATE), last articles of acts of the EU,
citation and commencement clauses of statutory instruments, executive orders.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipelines.dates import DateSpan, find_dates
from pipelines.fields.latincomments import NUMBER, UNIT, days_after
from pipelines.fields.terms import Term

_NEAR, _FAR = 120, 260
"""Characters of its line before a day: short statements, citations with the title of the act."""
_ENGLISH_EFFECT = re.compile(
    r"(?:\b[Tt]h(?:is|ese|e)[ ](?:[A-Za-z]+ ){0,2}?(?i:rules?|regulations?|orders?|acts?|notice"
    r"|guidance|directions?|amendments?|changes|instruments?|ad)"
    r" (?:(?:will|shall|is|are|becomes?|comes?|goes?|takes?|enters?|be|also) ){1,3}"
    r"(?:effective|effect|into (?:force|effect)|in force)(?: (?:on|as of|from))?"
    r"|\A[ \t]{0,8}(?:(?i:effective dates?|dates?)|Entry into force)[ ]?[:.—-]{1,2}[ ]?"
    r"(?![^\n]{0,40}(?:omment|ubmi|espon|eceiv|\b[Dd]ue\b|[Mm]eeting|[Hh]earing))"
    r"[^.\n]{0,40}?(?:on|from|effective)?)[ ]?\Z"
)
# It shall apply from …, This title shall be operative …, Regulation (EU) 2023/2854 applies from …,
# and come into force on …, come into force on the day of their publication, …
_ENGLISH_APPLIES = re.compile(
    r"(?:\A|[.;] )With effect from[ ]?\Z|\AComing into (?:force|operation)[ :.–—-]{0,9}\Z"
    r"|(?:(?:\A|[.;] )It|(?:\A|[.;] |\b[Bb]ut )[Tt]h(?:is|e|ese) (?:[A-Z]?[a-z]+ ){0,2}?"
    r"(?i:regulations?|directive|decision|act|order|title|law|rules?|ordinance|part|section"
    r"|guidelines|notice|standards?|requirements|provisions|instrument)"
    r"|\ARegulation \(E[UC]\) (?:No )?[\d/]{4,10})"
    r" (?:(?:shall|will) )?(?:also )?(?:appl(?:y|ies)|commences?|(?:be|is|are|becomes?) operative)"
    r"(?: (?:(?:as )?from|as of|on|and after))?[ ]?\Z"
    r"|\b[Tt](?:hese|his|he) (?:following )?(?:[A-Z][A-Za-z]{1,20} ){0,8}?"
    r"(?i:regulations?|orders?|acts?|rules|law|provisions|notice|directions?|instrument)\b"
    r"(?:[^.\n]|\b[Nn]o\.){0,190}?\b(?:com(?:es?|ing)|enter(?:s|ing|ed)?) into "
    r"(?:force|operation|effect)(?: on)?"
    r"(?: the day (?:of|after|following) [a-z ]{4,40},)?[ ]?\Z"
)
_EXPIRES = re.compile(
    r"\b[Tt]h(?:is|ese|e) (?:[A-Za-z]+ ){0,3}?(?i:rules?|regulations?|orders?|acts?|notice|guidance"
    r"|directions?|amendments?|instruments?|exemption|relief|directive|decision|law|provisions)\b"
    r"[^.\n]{0,160}?\b(?:expires?|ceases? to (?:have effect|be in force|apply)|lapses?|terminates?"
    r"|sunsets?|(?:is|are|stands?) repealed|remains? in (?:force|effect)"
    r"|(?:is|are) (?:effective|valid)(?= (?:until|through)))"
    r"(?: (?:on|at|until|till|through|after|the|end|of|midnight|and be repealed)){0,5} \Z"
)
# is repealed on 1 July, ceases to have effect on 1 July: the first day out of force
_OUT_OF_FORCE = re.compile(r"(?:repealed|cease[^.]{0,30}?) on [a-z ]{0,12}\Z")
_ENDING_WORDS = (
    "xpire", "cease", "lapse", "erminat", "sunset", "repeal", "remain", "effective", "valid",
)  # fmt: skip
_BESIDE = 70
"""Characters before a day in which one of these words stands."""
_SUBJECT = (
    r"(?i:rule|regulations?|orders?|act|notice|directive|decision|amendments?|guidance|instrument)"
)
_AFTER_PUBLICATION = re.compile(
    rf"\b[Tt](?:his|hese|he) (?:[A-Za-z]+ ){{0,3}}?{_SUBJECT} (?:[a-z]+ ){{1,4}}?"
    rf"(?:effective|effect|(?:into )?force) {NUMBER}[ -]{UNIT}"
    r" (?:after|from|following) (?:the )?(?:date of )?(?:(?:its|the|their) )?publication",
)
_IN_THE_JOURNAL = re.compile(
    r"\bshall enter into force on the "
    r"(?:(?P<nth>first|third|fifth|seventh|tenth|twentieth) day|day)"
    r" (?:following|after) (?:that|the (?:day|date)) of its publication in the Official Journal"
)
_NTH = {"first": 1, "third": 3, "fifth": 5, "seventh": 7, "tenth": 10, "twentieth": 20}
_JOURNAL_DAY = re.compile(
    r"\bOJ [LC][^\n]{0,24}?(?P<a>\d{1,2}\.\d{1,2}\.\d{4})|^(?P<b>\d{1,2}\.\d{1,2}\.20\d\d)$",
    re.MULTILINE,
)
_FRONT = 700
_DONE_AT = re.compile(
    r"(?:Made[ :.–—-]{0,9}|Done at [A-Z][A-Za-z]{2,20}, "
    r"|(?:Dated|Signed|Issued)(?: this| on| at [A-Za-z. ]{2,20})?(?:[:,] {0,2}| ))\Z"
)
_SIGNED_BACK = 60
_SIGNING_WORDS = frozenset({"Done", "Made", "Date", "Sign", "Issu"})
_SIGNED_ABOVE = ("THE WHITE HOUSE,", "THE WHITE HOUSE")


def find_english_effective(
    text: str, *, dates: tuple[DateSpan, ...], published_on: date | None = None
) -> Term | None:
    """The first day in force that an English text states of itself: EFFECTIVE DATE: …, This rule
    is effective …, These Regulations come into force on …, … 60 days after publication."""
    for span in dates:
        before = text[max(0, span.start - _FAR) : span.start].rpartition("\n")[2]
        match = _ENGLISH_EFFECT.search(before[-_NEAR:]) or _ENGLISH_APPLIES.search(before)
        if match is not None:
            start = span.start - len(match.string) + match.start()
            return Term(span.value, text[start : span.end], start, "stated_effective", 0.85)
    return _counted(text, published_on) if "ublication" in text else None


def _counted(text: str, published_on: date | None) -> Term | None:
    if journal := _IN_THE_JOURNAL.search(text):
        day = _journal_day(text[:_FRONT])
        if day is None:
            return None
        value = day + timedelta(days=_NTH[journal["nth"]] if journal["nth"] else 1)
        return Term(value, journal[0], journal.start(), "after_journal", 0.85)
    match = _AFTER_PUBLICATION.search(text) if published_on else None
    if match is None or published_on is None:
        return None
    value = days_after(published_on, match["n"], match["unit"])
    return Term(value, match[0], match.start(), "relative_effective", 0.75)


def _journal_day(front: str) -> date | None:
    match = _JOURNAL_DAY.search(front) if "OJ " in front or "Official Journal" in front else None
    found = find_dates(match["a"] or match["b"], lang="en-gb") if match else ()
    return found[0].value if found else None


def find_english_expiry(text: str, *, dates: tuple[DateSpan, ...]) -> Term | None:
    """The last day in force: This order shall expire on …, ceases to have effect at the end of …"""
    for span in dates:
        near = text[max(0, span.start - _BESIDE) : span.start]
        if not any(word in near for word in _ENDING_WORDS):
            continue
        before = text[max(0, span.start - _FAR) : span.start].rpartition("\n")[2]
        match = _EXPIRES.search(before)
        if match is not None:
            start = span.start - len(before) + match.start()
            last = span.value - timedelta(days=1 if _OUT_OF_FORCE.search(match[0]) else 0)
            return Term(last, text[start : span.end], start, "stated_expiry", 0.85)
    return None


def find_english_written(text: str, *, dates: tuple[DateSpan, ...]) -> Term | None:
    """The day of signature: Done at Brussels, 13 June 2024; Dated: May 12, 2025."""
    for span in reversed(dates):
        first = max(0, span.start - _SIGNED_BACK)
        start = text.rfind("\n", first, span.start) + 1
        if start <= first and first > 0:
            continue
        words = text[start : span.start]
        if not words.strip():
            above = text[max(0, start - _SIGNED_BACK) : start].rstrip()
            signed = above.endswith(_SIGNED_ABOVE)
        else:
            signed = words[:4] in _SIGNING_WORDS and _DONE_AT.match(words) is not None
        if signed:
            return Term(span.value, text[start : span.end], start, "signature", 0.9)
    return None
