"""Rule classification: document type, topics, scenarios, measures and section, with reasons.

Title, lead and body are each scanned once for all words of the taxonomy; its patterns are read
on title and lead only, so no pattern of a user can be slow on a long text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache

from pipelines.classify.actors import actor_in, opens_with_state, without_issuers
from pipelines.classify.announced import bare_kind, is_local_law, issued_in, issues_in
from pipelines.classify.foreign import kind_of_english
from pipelines.classify.headlines import SILENT, type_of_headline
from pipelines.classify.patterns import HAN, Patterns, compiled
from pipelines.classify.taxonomy import ANY, DocType, Entry, Kind, Taxonomy, When
from pipelines.classify.words import Tally, WordIndex
from pipelines.fields.doctype import announced_kind, genre_of, is_interpretation
from pipelines.items import CleanPage, LabelGuess, Metadata
from pipelines.levels import AUTHORITIES

LEAD_CHARS = 400
TYPE_CHARS = 200
"""Characters of the text in which patterns of document types are looked for."""
BODY_CHARS = 20_000
SHORT_TEXT = 600
LISTED = 0.34
"""Weight of a topic word in an enumeration: it is mentioned, not treated. What a plan lists as
its scenarios counts in full."""
_MATCHED = 4.0
"""Score of a type for one of its patterns."""
_ACTS = 1.5
"""Score of the type for a public body that acts, when no word says what it does."""
_REST = 0.4
_FIRST = 60
"""Characters of a text that name who acts, when the headline does not."""
_PLAN_KINDS = frozenset(
    {"行动计划", "扶持办法", "指导意见", "征求意见", "管理规定", "法规", "通知"}
)
_QUOTED = re.compile("《([^《》]{4,80})》")
_BARE = 0.5
"""Confidence in a topic that one common word of the title just reaches (旅游, 标准, 银行)."""
_UNDER = ("就", "依", "依据", "据", "违反", "按照", "援引", "适用", "因", "基于")
"""Before a quoted title: something is done under it, it is not issued."""
_POINTS = {"strong": 1.0, "words": 0.5, "weak": 0.2, "exclude": 0.0}
_TITLE_POINTS = {"strong": 3.0, "words": 2.0, "weak": 0.5, "exclude": 0.0}


@dataclass(slots=True)
class _Rule:
    """An entry of the taxonomy ready for use: its slots and compiled patterns."""

    entry: Entry
    slot: int
    patterns: Patterns


@dataclass(slots=True)
class _TypeRule:
    doc_type: DocType
    title_slot: int
    lead_slot: int
    patterns: Patterns


@dataclass(slots=True)
class _Index:
    title: WordIndex = field(default_factory=WordIndex)
    lead: WordIndex = field(default_factory=WordIndex)
    body: WordIndex = field(default_factory=WordIndex)
    rules: dict[Kind, list[_Rule]] = field(default_factory=dict)
    types: list[_TypeRule] = field(default_factory=list)


@cache
def _index(taxonomy: Taxonomy) -> _Index:
    index = _Index()
    slot = 0
    kinds: tuple[tuple[Kind, tuple[Entry, ...]], ...] = (
        ("topic", taxonomy.topics),
        ("scenario", taxonomy.scenarios),
        ("measure", taxonomy.measures),
    )
    for kind, entries in kinds:
        listed = LISTED if kind == "topic" else 1.0
        for entry in entries:
            slot += 1
            for role in _POINTS:
                for word in getattr(entry, role):
                    index.title.add(word, slot, _TITLE_POINTS[role], listed=LISTED)
                    index.body.add(word, slot, _POINTS[role], listed=listed)
            rule = _Rule(entry, slot, compiled(entry.patterns))
            index.rules.setdefault(kind, []).append(rule)
    for doc_type in taxonomy.doc_types:
        slot += 2
        for word in doc_type.title:
            index.title.add(word, slot, 1.0, listed=LISTED)
        for word in doc_type.block:
            index.title.add(word, slot, 0.0)
        for word in doc_type.lead:
            index.lead.add(word, slot + 1, 1.0)
        patterns = compiled(doc_type.patterns)
        index.types.append(_TypeRule(doc_type, slot, slot + 1, patterns))
    for words in (index.title, index.lead, index.body):
        words.freeze()
    return index


@dataclass(frozen=True, slots=True)
class _Reading:
    """One page as the rules see it."""

    title: str
    front: str
    head: str
    length: int
    in_title: Tally
    in_lead: Tally
    in_body: Tally
    genre: str | None
    announced: str | None
    level: str
    public: bool
    acts: bool
    explains: bool
    lang: str


def classify(
    page: CleanPage,
    metadata: Metadata,
    *,
    taxonomy: Taxonomy,
    source_topics: tuple[str, ...] = (),
) -> tuple[LabelGuess, ...]:
    """All labels of a page. ``source_topics`` are those of the source: they lower the bar for a
    topic that the text mentions, they never make one up."""
    index = _index(taxonomy)
    reading = _read(index, page, metadata)
    doc_type = _doc_type(index, reading)
    topics = _topics(index, reading, doc_type, source_topics)
    silent = doc_type is None or (
        reading.lang == "zh" and doc_type.confidence < _confidence(SILENT)
    )
    if topics and silent:
        doc_type = _unspoken(index, reading, page) or doc_type
    labels = [doc_type] if doc_type else []
    labels += topics
    if doc_type and doc_type.slug in _PLAN_KINDS and reading.length >= 60:
        labels += _entries("scenario", index, reading)
        labels += _entries("measure", index, reading)
    names = tuple(topic.slug for topic in topics)
    ruling = doc_type is not None and doc_type.slug in _PLAN_KINDS
    if ruling and reading.level in ("", "none") and _acts_abroad(page):
        reading = replace(reading, level="foreign")
    section = _section(taxonomy, doc_type, names, reading)
    if section:
        labels.append(section)
    return tuple(labels)


def _acts_abroad(page: CleanPage) -> bool:
    """Whether the first words of the text name a public body abroad."""
    return actor_in(page.body_text[:_FIRST]) == "foreign"


def _topics(
    index: _Index, reading: _Reading, doc_type: LabelGuess | None, expected: tuple[str, ...]
) -> list[LabelGuess]:
    named = doc_type.slug if doc_type else ""
    return _entries("topic", index, reading, doc_type=named, expected=expected)


def _unspoken(index: _Index, reading: _Reading, page: CleanPage) -> LabelGuess | None:
    """The type of a headline that the rules are silent on: by its wording as a whole.

    Documents of authorities are left to the rules; without Chinese, what no other type takes."""
    if reading.lang == "zh":
        scores = {
            rule.doc_type.name: _type_score(rule, reading)[0]
            for rule in index.types
            if reading.public or not rule.doc_type.public
        }
        given = {name: n for name, n in scores.items() if n or name not in _PLAN_KINDS}
        return type_of_headline(reading.title, page.body_text, given=given)
    rest = next((rule.doc_type.name for rule in index.types if rule.doc_type.rest), None)
    if rest is None or reading.public:
        return None
    return LabelGuess(rest, "doc_type", _REST, "没有其他类型符合")


def _read(index: _Index, page: CleanPage, metadata: Metadata) -> _Reading:
    title, text = metadata.title or page.title, page.body_text[:BODY_CHARS]
    lead = text[:LEAD_CHARS]
    level = _level(metadata)
    # an association speaks for its trade as an authority does (风险提示, 自律公约)
    public = level not in ("", "none") or metadata.level == "association"
    named = any(e.field == "issuing_bodies" and e.place == "title" for e in metadata.evidence)
    if not (public and named) and (actor := actor_in(title)):
        level = "foreign" if actor == "foreign" and not public else level
        public, named = True, HAN.search(title) is not None or opens_with_state(title)
    if not public and issues_in(lead):
        public = True
    front = f"{title}\n{lead}"
    # an explanation (解读, 一图读懂) has the kind of no document
    explains = is_interpretation(title)
    genre = "法" if is_local_law(title, metadata.doc_type) else metadata.doc_type
    lang = "zh" if HAN.search(title) or HAN.search(lead) else "other"
    if lang == "other" and (form := kind_of_english(title)):
        genre, public = form, True
        level = "foreign" if level in ("", "none") else level
    return _Reading(
        title=title,
        front=front,
        head=front[: len(title) + TYPE_CHARS],
        length=len(text),
        in_title=index.title.count(without_issuers(title, metadata)),
        in_lead=index.lead.count(lead),
        in_body=index.body.count(text),
        genre=None if explains else genre,
        announced=_announced(title, lead) if public and not explains else None,
        level=level,
        public=public,
        acts=public and named,
        explains=explains,
        lang=lang,
    )


def _level(metadata: Metadata) -> str:
    """The level in the words of the taxonomy. Pages without an issuer have that of their source,
    which also knows regulators, courts, media and the like."""
    level, region = metadata.level or "", metadata.region or ""
    if level in AUTHORITIES or level == "international":
        at_home = {"CN": "national"}.get(region, "provincial" if region.startswith("CN") else "")
        return at_home or "foreign"
    return "none" if level in ("association", "media", "company") else level


def _announced(title: str, lead: str) -> str | None:
    """The kind of the document that a headline announces, whatever its verb (推出《…行动计划》)."""
    kind = announced_kind(title, lead)
    quoted = _QUOTED.search(title) if kind is None else None
    if quoted is not None and not title[: quoted.start()].endswith(_UNDER):
        kind = genre_of(quoted[1])
    kind = kind or bare_kind(title, lead) or issued_in(lead)
    return "法" if is_local_law(title, kind) else kind


def _entries(
    kind: Kind,
    index: _Index,
    reading: _Reading,
    *,
    doc_type: str = "",
    expected: tuple[str, ...] = (),
) -> list[LabelGuess]:
    rules = index.rules.get(kind, [])
    touched = reading.in_title.points.keys() | reading.in_body.points.keys()
    found = []
    for rule in rules:
        if rule.slot not in touched and not rule.patterns[reading.lang]:
            continue
        if rule.entry.public_body and not reading.public:
            continue
        if doc_type in rule.entry.except_types:
            continue
        verdict = _verdict(rule, reading, expected=rule.entry.name in expected)
        if verdict:
            found.append(LabelGuess(rule.entry.name, kind, verdict[0], verdict[1]))
    names = {guess.slug for guess in found}
    for rule in rules:
        entry = rule.entry
        by_type = doc_type in entry.types and entry.name not in names
        if by_type and (not entry.beside or not names.isdisjoint(entry.beside)):
            found.append(LabelGuess(entry.name, kind, 0.75, f"类型“{doc_type}”"))
            names.add(entry.name)
        if entry.implies_parent and entry.name in names and entry.parent not in names:
            found.append(LabelGuess(entry.parent, kind, 0.7, f"上位：{entry.name}"))
    return found


def _verdict(rule: _Rule, reading: _Reading, *, expected: bool) -> tuple[float, str] | None:
    """Confidence and reason when the entry applies, else None."""
    top = min(reading.in_title.points.get(rule.slot, 0.0), 3.0)
    body = reading.in_body.points.get(rule.slot, 0.0)
    if top or body:
        entry, length = rule.entry, reading.length
        bar = max(
            entry.bar * max(1.0, min(length, 1500) / SHORT_TEXT), entry.density * length / 1000
        )
        if expected:
            bar *= 0.5
        if top + body >= bar:
            if top >= 1:
                sure = top + body > entry.bar or entry.bar <= 1
                return 0.95 if sure else _BARE, f"标题含“{reading.in_title.words[rule.slot][0]}”"
            share = min(1.0, body / bar - 1)
            return round(0.6 + 0.25 * share, 3), f"正文：{reading.in_body.shown(rule.slot)}"
    for pattern in rule.patterns[reading.lang]:
        if match := pattern.search(reading.front):
            return 0.75, f"规则匹配“{match[0][:30]}”"
    return None


def _doc_type(index: _Index, reading: _Reading) -> LabelGuess | None:
    titled, led = reading.in_title.words, reading.in_lead.words
    kinds = {reading.genre, reading.announced} - {None}
    scored: list[tuple[float, int, str]] = []
    unnamed: list[int] = []
    for at, rule in enumerate(index.types):
        named = rule.title_slot in titled or rule.lead_slot in led
        acts = rule.doc_type.subject and reading.acts
        if named or acts or not kinds.isdisjoint(rule.doc_type.genres):
            score, reason = _type_score(rule, reading)
            scored.append((score, -at, reason))
        elif not reading.genre and rule.patterns[reading.lang]:
            unnamed.append(at)
    best = max(scored, default=(0.0, 0, ""))
    for at in unnamed:
        rule = index.types[at]
        # patterns are the dear part: they are tried only where they could decide
        if best[0] <= _MATCHED * rule.doc_type.weight:
            score, reason = _type_score(rule, reading)
            best = max(best, (score, -at, reason))
    if best[0] <= 0:
        return None
    name = index.types[-best[1]].doc_type.name
    return LabelGuess(name, "doc_type", _confidence(best[0]), best[2])


def _confidence(score: float) -> float:
    return round(min(0.97, 0.45 + 0.07 * score), 3)


def _type_score(rule: _TypeRule, reading: _Reading) -> tuple[float, str]:
    doc_type = rule.doc_type
    if reading.genre and reading.genre in doc_type.genres:
        return 9.0, f"文种“{reading.genre}”"
    if reading.announced and reading.announced in doc_type.genres:
        return 8.0, f"发布“{reading.announced}”"
    if rule.title_slot in reading.in_title.blocked or (doc_type.public and not reading.public):
        return 0.0, ""
    if reading.explains and doc_type.genres:
        return 0.0, ""
    words = reading.in_title.words.get(rule.title_slot, [])
    if reading.acts and doc_type.private:
        words = [word for word in words if word not in doc_type.private]
    kind = reading.genre or reading.announced
    if words and kind and kind in doc_type.genres_with_words:
        return 9.5, f"文种“{kind}”，标题含“{words[0]}”"
    lead = reading.in_lead.words.get(rule.lead_slot, [])
    match = next(
        (m for p in rule.patterns[reading.lang] if (m := p.search(reading.front[:400]))), None
    )
    if not words and not match and (not lead or reading.lang == "other"):
        # one English word of the lead (available, survey) says nothing
        return (_ACTS, "机关是标题的主语") if doc_type.subject and reading.acts else (0.0, "")
    distinct = len(set(words))
    score = 3.0 * min(distinct, 1) + min(max(distinct - 1, 0), 2) + 0.75 * min(len(set(lead)), 3)
    score += _MATCHED if match else 0.0
    score += _ACTS if doc_type.subject and reading.acts else 0.0
    score *= doc_type.weight
    shown = words[0] if words else match[0][:20] if match else lead[0]
    return score, f"{'标题' if words else '开头'}含“{shown}”"


def _section(
    taxonomy: Taxonomy, doc_type: LabelGuess | None, topics: tuple[str, ...], reading: _Reading
) -> LabelGuess | None:
    name = doc_type.slug if doc_type else ""
    for section in taxonomy.sections:
        for when in section.when:
            if _holds(when, name, topics, reading):
                confidence = min(0.95, doc_type.confidence + 0.05) if doc_type else 0.6
                reason = when.reason or f"类型“{name}”"
                return LabelGuess(section.name, "section", round(confidence, 3), reason)
    return None


def _holds(when: When, doc_type: str, topics: tuple[str, ...], reading: _Reading) -> bool:
    if when.doc_types and doc_type not in when.doc_types:
        return False
    if when.levels and reading.level not in when.levels:
        return False
    if when.langs and reading.lang not in when.langs:
        return False
    if when.topics and not (topics if ANY in when.topics else set(when.topics) & set(topics)):
        return False
    return not when.title or any(word in reading.title for word in when.title)
