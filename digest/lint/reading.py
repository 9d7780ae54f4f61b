"""Rules about what a reader sees first and what a plain-text reader gets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html as lxml_html  # type: ignore[import-untyped]

from digest.columns import display_width
from digest.lint.problem import Problem

TEXT_COLUMNS = 78
SUBJECT_COLUMNS = 78
PREHEADER_CHARS = range(35, 91)

_URL = re.compile(r"(?:https?://|mailto:)[!-~]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def check_reading(*, html: str, text: str, subject: str, preheader: str) -> list[Problem]:
    """E02, E25, E26 and E32."""
    return [
        *_check_text(text),
        *_check_same_links(html, text),
        *_check_subject(subject),
        *_check_preheader(html, text, subject, preheader),
        *_check_footer(html),
    ]


def links_of_html(html: str) -> set[str]:
    """Every address that the HTML part leads to."""
    root = lxml_html.document_fromstring(html)
    hrefs = {anchor.get("href") or "" for anchor in root.iter("a")}
    return {href for href in hrefs if href and not href.startswith("#")}


def links_of_text(text: str) -> set[str]:
    """Every address that the text part prints."""
    return set(_URL.findall(text))


def _check_text(text: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line != line.rstrip():
            yield Problem("E02", f"line {number} of the text ends with blanks")
        if display_width(line) > TEXT_COLUMNS and not _URL.search(line):
            yield Problem("E02", f"line {number} of the text is wider than {TEXT_COLUMNS}")
        if _CONTROL.search(line):
            yield Problem("E02", f"line {number} of the text has a control character")


def _check_same_links(html: str, text: str) -> Iterator[Problem]:
    in_html, in_text = links_of_html(html), links_of_text(text)
    # Addresses that a summary merely mentions are text in both parts.
    shown = lxml_html.document_fromstring(html).text_content()
    in_text = {url for url in in_text if url in in_html or not _mentioned(url, shown)}
    for url in sorted(in_html - in_text)[:3]:
        yield Problem("E02", f"only in the HTML part: {url}")
    for url in sorted(in_text - in_html)[:3]:
        yield Problem("E02", f"only in the text part: {url}")


def _mentioned(url: str, shown: str) -> bool:
    """Whether the address, or its beginning where a line of the text part ended, is plain text."""
    return url in shown or url.rstrip(".,;:!?)]}'\"") in shown


def _check_subject(subject: str) -> Iterator[Problem]:
    if not subject.strip():
        yield Problem("E26", "the subject is empty")
    if display_width(subject) > SUBJECT_COLUMNS:
        yield Problem("E26", f"the subject has {display_width(subject)} columns")
    if re.search(r"[\x00-\x1f\x7f\u2028\u2029]", subject):
        yield Problem("E26", "the subject has a control character")


def _check_preheader(html: str, text: str, subject: str, preheader: str) -> Iterator[Problem]:
    if len(preheader) not in PREHEADER_CHARS:
        yield Problem("E25", f"the preheader has {len(preheader)} characters")
    if preheader == subject:
        yield Problem("E25", "the preheader repeats the subject")
    root = lxml_html.document_fromstring(html)
    first = root.xpath('//body/*[contains(@style, "display:none")]')
    shown = first[0].text_content() if first else ""
    if not shown.startswith(preheader):
        yield Problem("E25", "the preheader is not the first thing in the HTML part")
    if len(shown) < len(preheader) + 100:
        yield Problem("E25", "nothing keeps the body text out of the inbox preview")
    if "\u034f" in text:
        yield Problem("E25", "the padding of the preheader leaks into the text part")


def _check_footer(html: str) -> Iterator[Problem]:
    root = lxml_html.document_fromstring(html)
    names = {(anchor.text_content() or "").strip() for anchor in root.iter("a")}
    if "退订" not in names:
        yield Problem("E32", "no way to unsubscribe in the footer")
    if "订阅了《" not in root.text_content():
        yield Problem("E32", "the footer does not say why this mail came")
