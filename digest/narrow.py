"""One subscriber's part of an issue: the same numbers, only the topics or regions asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from digest.view import IssueView, Item
from digest.wording import clean_line
from pipelines.relevance import first_word


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a subscription is narrowed to; empty means everything."""

    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """For the footer: 您的主题."""
        excluded = (f"不含{word}" for word in self.not_words)
        return (*self.topics, *self.keywords, *self.regions, *self.sections, *excluded)


def read_wishes(filters: Mapping[str, Any]) -> Wishes:
    """The stored filters of a subscription; unknown keys are ignored."""
    return Wishes(
        topics=_words(filters.get("topics")),
        regions=_words(filters.get("regions")),
        sections=_words(filters.get("sections")),
        keywords=_words(filters.get("keywords")),
        not_words=_words(filters.get("not_words")),
    )


_BETWEEN = re.compile(r"[、，,;；|\n\r]+|(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")
MOST_WORDS = 20
WORD_CHARS = 30


def split_words(text: str) -> tuple[str, ...]:
    """Words as a reader types them, separated by commas, 顿号 or lines; each once.

    A blank parts words next to Chinese; ``data protection`` stays one. At most 20 of at most 30
    characters.
    """
    words = (clean_line(word)[:WORD_CHARS] for word in _BETWEEN.split(text[:2_000]))
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_WORDS]


def stored(wishes: Wishes) -> dict[str, list[str]]:
    """The same as the filters of a subscription; what is empty is left out."""
    return {
        entry.name: list(value)
        for entry in fields(wishes)
        if (value := getattr(wishes, entry.name))
    }


def narrowed(view: IssueView, wishes: Wishes) -> IssueView:
    """The view with only the wanted items; watched items always stay. Numbers do not change."""
    if not wishes.words:
        return view
    sections = []
    for section in view.sections:
        if wishes.sections and not {section.slug, section.title} & set(wishes.sections):
            continue
        items = tuple(item for item in section.items if _wanted(item, wishes))
        if items:
            sections.append(replace(section, items=items))
    numbers = {item.number for section in sections for item in section.items}
    return replace(
        view,
        sections=tuple(sections),
        leads=tuple(lead for lead in view.leads if lead.number in numbers),
        deadlines=tuple(entry for entry in view.deadlines if entry.number in numbers),
        figures=(),
    )


def _wanted(item: Item, wishes: Wishes) -> bool:
    if item.watches:
        return True
    if wishes.not_words and first_word(wishes.not_words, f"{item.title}\n{item.summary}"):
        return False
    if (wishes.topics or wishes.keywords) and not _on_subject(item, wishes):
        return False
    return not wishes.regions or any(item.region.startswith(name) for name in wishes.regions)


def _on_subject(item: Item, wishes: Wishes) -> bool:
    """One of the topics, or one of the words in title or summary."""
    if set(item.topics) & set(wishes.topics):
        return True
    return bool(first_word(wishes.keywords, f"{item.title}\n{item.summary}"))


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return ()
    return tuple(str(word) for word in value if word)
