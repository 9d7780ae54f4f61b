"""Terms for comments in English: within 60 days of publication, a 30-day comment period."""

from __future__ import annotations

import re
from datetime import date

from pipelines.fields.terms import Term, later

_CONSULT = re.compile(
    r"consultation|(?<!to )(?<!no )(?<!further )\bcomments?\b(?! that)|public comment"
    r"|(?:public|parties|persons|stakeholders|invit(?:ed?|ation)|welcome|deadline|opportunity|wish)"
    r" to comment"
    r"|responses? (?:are|is|must|should)|submissions"
    r"|call for (?:evidence|views|inputs?|comments?)|(?:invit|seek)(?:es|s|ing) (?:views|feedback)"
    r"|your (?:views|say)|feedback period|make representations|request for (?:information|input)",
    re.IGNORECASE,
)
_HINTS = (
    "omment", "onsultation", "espons", "ubmissions", "COMMENT", "CONSULTATION", "all for ",
    "ing views", "s views", "feedback", "Feedback", "your views", "your say", "epresentations",
    "equest for i",
)  # fmt: skip
_NUMBERS = {
    "ten": 10, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "forty-five": 45,
    "sixty": 60, "ninety": 90, "one": 1, "two": 2, "three": 3, "six": 6,
}  # fmt: skip
NUMBER = rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)})(?: \(\d{{1,3}}\))?"
UNIT = r"(?P<unit>(?:calendar |business |working )?days?|months?|weeks?)"
_PUBLICATION = (
    r"(?:the )?(?:date (?:of|on which) )?(?:(?:its|their|this notice's|the) )?"
    r"(?:publication|this notice is published|it is published|this notice\b)"
)
_TERM = re.compile(
    rf"\b{NUMBER}[ -]{UNIT} (?:of|after|from|following) {_PUBLICATION}"
    rf"|\b(?P<n2>\d{{1,3}}|{'|'.join(_NUMBERS)})[ -](?P<unit2>day|month|week)"
    r"(?:s)? (?:public )?(?:comment|consultation|feedback) period",
    re.IGNORECASE,
)
_REACH = 240
_SENTENCE_END = re.compile(r"[.;] ")
_IN_FORCE = re.compile(r"\b(?:effective|into (?:force|effect)|takes? effect)\b", re.IGNORECASE)
# [INSERT DATE 60 DAYS AFTER DATE OF PUBLICATION …]: the page is not that publication
_TO_BE_PUBLISHED = re.compile(r"\[\s{0,3}insert date[^\]]{0,80}\Z", re.IGNORECASE)


def asks_in_latin(text: str) -> bool:
    """Whether an English text asks for comments; cheap on other texts."""
    hints = _HINTS if text[:64].isascii() else _HINTS[:2]
    return any(map(text.__contains__, hints)) and bool(_CONSULT.search(text))


def number_of(text: str) -> int:
    """60, sixty as a number."""
    return int(text) if text.isdigit() else _NUMBERS[text.lower()]


def days_after(day: date, number: str, unit: str) -> date:
    """``day`` and a term in English words; working days are approximate."""
    if unit.lower().startswith("week"):
        return later(day, 7 * number_of(number), "日")
    names = {"month": "月", "busin": "工作日", "worki": "工作日"}
    return later(day, number_of(number), names.get(unit.lower()[:5], "日"))


def latin_term(text: str, *, published_on: date | None) -> Term | None:
    """The last day of a term from publication; None without the day of publication."""
    if published_on is None or not ("ublication" in text or "eriod" in text or "ublished" in text):
        return None
    for match in _TERM.finditer(text):
        before = text[max(0, match.start() - _REACH) : match.start()].rpartition("\n")[2]
        sentence = _SENTENCE_END.split(before)[-1]
        around = before + match[0] + text[match.end() : match.end() + _REACH]
        if _TO_BE_PUBLISHED.search(before) or _IN_FORCE.search(sentence):
            continue
        if not asks_in_latin(around):
            continue
        unit = match["unit"] or match["unit2"]
        value = days_after(published_on, match["n"] or match["n2"], unit)
        sure = 0.5 if unit.lower().startswith(("busin", "worki")) else 0.8
        return Term(value, match[0], match.start(), "relative_deadline", sure)
    return None
