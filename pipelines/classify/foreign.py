"""What kind of document an English title is: Regulation (EU) 2024/1689…, …Act 2025, CP25/14: ….

Only the forms that drafting rules prescribe are read, so a report about a law is not taken for one:
numbers of acts and bills, short titles with a year, papers by their series. Sources:
Interinstitutional style guide of the EU, 1.2.3 and 2.1; UK Statutory Instrument Practice, 2.3;
GPO Style Manual, 9 and 17.
"""

from __future__ import annotations

import re

_LAW, _RULES, _GUIDE, _DRAFT = "法", "规定", "指引", "征求意见稿"
_FORMS = tuple(
    (kind, re.compile(form))
    for kind, form in (
        (
            _DRAFT,
            r"(?:CP|DP) ?\d{2}/\d{1,2}\b|(?:[^\n]{0,90}[ :(])??(?:Consultation(?: Paper| Document"
            r"| and|\)?$)|Call for (?:Evidence|Inputs?|Views)|Request for (?:Comments?|Information)"
            r"|Discussion Paper|Exposure Draft|Notice of Proposed Rulemaking|Proposed Rule\b)",
        ),
        (
            _LAW,
            r"(?:[A-Z][a-z]{1,20} ){0,2}(?:Regulation|Directive|Decision) \((?:EU|EC|EEC)\)"
            r"|(?:Proposal for a )?(?:Regulation|Directive) of the European Parliament"
            r"|Executive Order (?:No\. ?)?\d{4,5}\b|Public Law \d"
            r"|(?:SB|AB|HB|H\.? ?R\.?|S\.|Bill C|[A-Z][a-z]{4,8} Bill)[- ]?\d{1,5}\b"
            r"|(?:The )?(?:Basic |Framework |Federal )?(?:Act|Law) on (?:the )?[A-Z]"
            r"|(?:The )?[A-Z][^\n.!?;:]{3,140}? (?:Act|Regulations|Order|Ordinance|Rules),?"
            r" (?:of )?(?:19|20)\d\d\b(?! (?:[Rr]eview|[Ss]urvey|[Rr]eport|[Uu]pdate|[Gg]uide))",
        ),
        (
            _RULES,
            r"(?:Interim )?Final Rule\b|[A-Z][^\n:]{3,90}: (?:Interim )?Final Rule\b"
            r"|(?:Implementation|Revision|Amendment|Addition|Expansion|Clarification)s? (?:of|to)"
            r" [A-Z][^\n:]{3,60}: [A-Z]",
        ),
        (
            _GUIDE,
            r"(?:[A-Z][A-Za-z-]{1,20} ){0,3}(?:(?:Guidelines?|Guidance|Recommendations?"
            r"|Codes? of (?:Practice|Conduct))(?: No\.?| \d| on | for | to )"
            r"|(?:Circular|Bulletin|Advisory|Notice|Opinion) (?:No\.? ?)?(?:[A-Z]{1,4}-?){0,2}\d)",
        ),
    )
)
_SHORT_TITLE = re.compile(r"[( ](?:Act|Bill)\)?(?: \[HL\])?\Z")
_SMALL_WORD = 3
"""Letters of words that short titles print small: of, and, for, etc."""


def kind_of_english(title: str) -> str | None:
    """The Chinese kind (法, 规定, 指引, 征求意见稿) whose form an English title has."""
    found = next((kind for kind, form in _FORMS if form.match(title)), None)
    return _LAW if found is None and _is_short_title(title) else found


def _is_short_title(title: str) -> bool:
    """Property (Digital Assets etc) Bill: ends so, with all its longer words in capitals."""
    if _SHORT_TITLE.search(title) is None:
        return False
    words = [word for word in re.findall(r"[A-Za-z]+", title) if len(word) > _SMALL_WORD]
    return all(word[0].isupper() for word in words)
