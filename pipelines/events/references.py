"""What a page says of other policies: an act repeals or amends them, a round-up mentions them.

A reference is kept beside the page that makes it and never joins pages. It is found from the other
side by the keys of the policy it names, and only then held against that page: place, number, day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, get_args

from pipelines.events.announce import ROUNDUP
from pipelines.events.filing import name_key, number_key
from pipelines.events.names import PolicyName, places_differ, read_name
from pipelines.events.subject import quoted_policies
from pipelines.fields.docnumber import compared, normalise_doc_number
from pipelines.fields.validity import repeals

if TYPE_CHECKING:  # keys carry references
    from pipelines.events.keys import EventKeys

ReferenceKind = Literal["repeal", "amend", "mention"]
REFERENCE_KINDS: tuple[ReferenceKind, ...] = get_args(ReferenceKind)

TAIL = 1500
"""Characters at the end of an act in which it repeals others."""
WHOLE = 30_000
"""Characters read of an act whose title says that it repeals or amends others."""
MENTIONS_READ = 6000
FEWEST_MENTIONS, MOST_REFERENCES = 3, 80
MENTION_DAYS = 60
_TRIGGERS = ("废止", "停止执行", "失效")
_OF_OTHERS = re.compile(r"废止|失效|修改|修订|清理")
_AMENDS = re.compile(
    r"对(?P<list>《[^。；\n]{4,200}?)(?:的?(?:部分|个别|有关)?(?:条款|规定|内容))?(?:作(?:出)?如下|予以|进行|作出)(?:修改|修订|修正)"
)
_REACHED = frozenset({"final", "full_text", "amendment"})


@dataclass(frozen=True, slots=True)
class Reference:
    """One policy named by a page. ``place`` is that of the policy, "" when unknown; ``values`` are
    the keys it is found by."""

    kind: ReferenceKind
    name: str
    number: str | None
    place: str
    values: tuple[int, ...]


def references_of(keys: EventKeys, *, title: str, text: str) -> tuple[Reference, ...]:
    """The policies that a page repeals, amends or, as a round-up, mentions."""
    if keys.is_act:
        found = _of_act(keys, title, text)
    elif "《" in text and (ROUNDUP.search(title) or _many(text)):
        found = _mentioned(keys, text)
    else:
        return ()
    kept: dict[tuple[int, ...], Reference] = {}
    for reference in found:
        kept.setdefault(reference.values, reference)
        if len(kept) >= MOST_REFERENCES:
            break
    return tuple(kept.values())


def _many(text: str) -> bool:
    return text.count("《", 0, MENTIONS_READ) >= FEWEST_MENTIONS


def _of_act(keys: EventKeys, title: str, text: str) -> Iterator[Reference]:
    of_others = _OF_OTHERS.search(title) is not None
    read = text[:WHOLE] if of_others else text[-TAIL:]
    if any(word in read for word in _TRIGGERS):
        for effect in repeals(read):
            yield from _reference("repeal", effect.title, effect.number, keys)
    if not of_others:
        return
    if keys.role in ("repeal", "amendment") and keys.subject is not None:
        kind: ReferenceKind = "repeal" if keys.role == "repeal" else "amend"
        number = keys.subject.number
        yield from _reference(kind, keys.subject.name.printed, number, keys)
    for match in _AMENDS.finditer(read):
        for name, cited in quoted_policies(match["list"]):
            yield from _reference("amend", name.printed, cited, keys)


def _mentioned(keys: EventKeys, text: str) -> Iterator[Reference]:
    named = list(quoted_policies(text[:MENTIONS_READ], announced=True))
    own = keys.subject.name.core if keys.subject is not None else ""
    if len({name.core for name, _ in named}) < FEWEST_MENTIONS:
        return
    for name, number in named:
        if name.core != own:
            yield from _built("mention", name, number, name.place)


def _reference(
    kind: ReferenceKind, title: str, number: str | None, keys: EventKeys
) -> Iterator[Reference]:
    name = read_name(title.strip("《》"))
    if name is not None:
        yield from _built(kind, name, normalise_doc_number(number), name.place or keys.place)


def _built(
    kind: ReferenceKind, name: PolicyName, number: str | None, place: str
) -> Iterator[Reference]:
    values = _values(name, frozenset({number} if number else ()), place)
    if values:
        yield Reference(kind, name.printed, number, place, values)


def _values(name: PolicyName, numbers: frozenset[str], place: str) -> tuple[int, ...]:
    """Keys under which pages of the policy are filed; a common name has none by itself."""
    found = [number_key(number) for number in sorted(numbers)]
    if not name.at(place).common:
        found.append(name_key(name.at(place)))
    return tuple(found)


def known_as(keys: EventKeys) -> tuple[int, ...]:
    """The keys by which references to the policy of this page are found; none for reports."""
    if keys.subject is None or keys.role not in _REACHED:
        return ()
    return _values(keys.subject.name, keys.numbers, keys.place)


def refers_to(
    keys: EventKeys, *, kind: str, number: str | None, place: str, day: date | None
) -> bool:
    """Whether a reference made on ``day`` means this page: its place, its number, and an act that
    was there before; a mention stands near the day of what it mentions."""
    number = compared(number) if number else None
    if number and keys.numbers and number not in keys.numbers:
        return False
    if places_differ(place, keys.place) and not (number and number in keys.numbers):
        return False
    if day is None or keys.day is None:
        return True
    if kind == "mention":
        return -1 <= (day - keys.day).days <= MENTION_DAYS
    return keys.day < day
