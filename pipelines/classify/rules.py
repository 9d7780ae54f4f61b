"""Rule classification: document type, topics, scenarios, measures and section, with reasons.

One pass of an automaton over title, lead and body gives all word hits; patterns of the taxonomy
are read on title and lead only, so no pattern can be slow on a long text.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from pipelines.classify.taxonomy import DocType, Entry, Kind, Taxonomy, When
from pipelines.classify.words import WordIndex
from pipelines.items import CleanPage, LabelGuess, Metadata

LEAD_CHARS = 400
BODY_CHARS = 20_000
_PLAN_KINDS = frozenset({"行动计划", "扶持办法", "指导意见", "征求意见", "管理规定", "法规", "通知"})


@dataclass(frozen=True, slots=True)
class _Group:
    """What a word hit counts for: an entry of a kind and the role of the word in it."""

    kind: Kind
    number: int
    role: str


@dataclass(slots=True)
class _Index:
    words: WordIndex
    groups: list[_Group]
    patterns: dict[tuple[str, int], tuple[re.Pattern[str], ...]]


@dataclass(slots=True)
class _Hits:
    """Words found per (kind, entry, role) in title, lead and body."""

    title: dict[tuple[str, int, str], list[str]] = field(default_factory=dict)
    lead: dict[tuple[str, int, str], list[str]] = field(default_factory=dict)
    body: dict[tuple[str, int, str], Counter[str]] = field(default_factory=dict)


@cache
def _index(taxonomy: Taxonomy) -> _Index:
    index = _Index(WordIndex(), [], {})
    kinds: tuple[tuple[Kind, tuple[Entry, ...]], ...] = (
        ("topic", taxonomy.topics),
        ("scenario", taxonomy.scenarios),
        ("measure", taxonomy.measures),
    )
    for kind, entries in kinds:
        for number, entry in enumerate(entries):
            for role in ("strong", "words", "weak", "exclude"):
                _register(index, getattr(entry, role), _Group(kind, number, role))
            index.patterns[kind, number] = tuple(re.compile(p, re.I) for p in entry.patterns)
    for number, doc_type in enumerate(taxonomy.doc_types):
        for role in ("title", "lead", "block"):
            _register(index, getattr(doc_type, role), _Group("doc_type", number, role))
        index.patterns["doc_type", number] = tuple(re.compile(p, re.I) for p in doc_type.patterns)
    return index


def _register(index: _Index, words: tuple[str, ...], group: _Group) -> None:
    if words:
        index.groups.append(group)
        index.words.register(words, len(index.groups) - 1)


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
    title, text = metadata.title or page.title, page.body_text[:BODY_CHARS]
    hits = _collect(index, title, text)
    doc_type = _doc_type(taxonomy, index, hits, title, text, metadata)
    labels = [doc_type] if doc_type else []
    topics = _entries("topic", taxonomy.topics, index, hits, title, text, metadata, source_topics)
    labels += topics
    if doc_type and doc_type.slug in _PLAN_KINDS and len(text) >= 60:
        labels += _entries("scenario", taxonomy.scenarios, index, hits, title, text, metadata, ())
        labels += _entries("measure", taxonomy.measures, index, hits, title, text, metadata, ())
    section = _section(taxonomy, doc_type, tuple(t.slug for t in topics), title, metadata)
    if section:
        labels.append(section)
    return tuple(labels)


def _collect(index: _Index, title: str, text: str) -> _Hits:
    hits = _Hits()
    for word, _, _ in _unshadowed(index.words.hits(title)):
        for key in _keys(index, word):
            hits.title.setdefault(key, []).append(word)
    for word, start, _ in _unshadowed(index.words.hits(text)):
        for key in _keys(index, word):
            hits.body.setdefault(key, Counter())[word] += 1
            if start < LEAD_CHARS:
                hits.lead.setdefault(key, []).append(word)
    return hits


def _unshadowed(found: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Drops a hit that lies inside a longer one: 数字人 in 数字人民币."""
    kept: list[tuple[str, int, int]] = []
    for hit in found:
        while kept and kept[-1][1] >= hit[1] and kept[-1][2] <= hit[2]:
            kept.pop()
        if not (kept and kept[-1][1] <= hit[1] and hit[2] <= kept[-1][2]):
            kept.append(hit)
    return kept


def _keys(index: _Index, word: str) -> list[tuple[str, int, str]]:
    return [
        (group.kind, group.number, group.role)
        for group in (index.groups[number] for number in index.words.groups_of(word))
    ]


def _entries(
    kind: Kind, entries: tuple[Entry, ...], index: _Index, hits: _Hits, title: str, text: str,
    metadata: Metadata, expected: tuple[str, ...],
) -> list[LabelGuess]:  # fmt: skip
    found = []
    for number, entry in enumerate(entries):
        if entry.public_body and metadata.level in (None, "none"):
            continue
        verdict = _entry(kind, number, entry, index, hits, title, text, entry.name in expected)
        if verdict:
            confidence, reason = verdict
            found.append(LabelGuess(entry.name, kind, confidence, reason))
    names = {guess.slug for guess in found}
    for entry in entries:
        if entry.implies_parent and entry.parent and entry.name in names and entry.parent not in names:
            found.append(LabelGuess(entry.parent, kind, 0.7, f"上位：{entry.name}"))
    return found


def _entry(
    kind: str, number: int, entry: Entry, index: _Index, hits: _Hits, title: str, text: str,
    expected: bool,
) -> tuple[float, str] | None:  # fmt: skip
    """Confidence and reason when the entry applies, else None."""
    strong, words, weak = ((kind, number, role) for role in ("strong", "words", "weak"))
    if named := hits.title.get(strong) or hits.title.get(words):
        return 0.95, f"标题含“{named[0]}”"
    lead_strong = hits.lead.get(strong, [])
    body_strong = hits.body.get(strong, Counter())
    body_words = hits.body.get(words, Counter())
    density = max(1, len(text) // 3000)
    if lead_strong and (len(text) <= 1200 or body_strong.total() >= 2):
        return 0.85, f"开头含“{lead_strong[0]}”"
    if body_strong.total() >= density + (0 if len(text) <= 600 else 1):
        return 0.8, f"正文{body_strong.total()}次：{_names(body_strong)}"
    lead_words = hits.lead.get(words, [])
    score = body_words.total() + 2 * body_strong.total() + hits.body.get(weak, Counter()).total() / 3
    if lead_words and score >= (1 if expected else 2) * density:
        return 0.7, f"开头含“{lead_words[0]}”"
    if score >= entry.repeat * density:
        return 0.65, f"正文{body_words.total()}次：{_names(body_words)}"
    front = f"{title}\n{text[:LEAD_CHARS]}"
    for pattern in index.patterns[kind, number]:
        if match := pattern.search(front):
            return 0.75, f"规则匹配“{match[0][:30]}”"
    return None


def _names(counter: Counter[str]) -> str:
    return "、".join(word for word, _ in counter.most_common(3))


def _doc_type(
    taxonomy: Taxonomy, index: _Index, hits: _Hits, title: str, text: str, metadata: Metadata
) -> LabelGuess | None:
    best: tuple[float, LabelGuess] | None = None
    for number, doc_type in enumerate(taxonomy.doc_types):
        score, reason = _type_score(doc_type, number, index, hits, title, text, metadata)
        if score > 0 and (best is None or score > best[0]):
            confidence = min(0.97, 0.45 + 0.08 * score)
            best = score, LabelGuess(doc_type.name, "doc_type", round(confidence, 3), reason)
    return best[1] if best else None


def _type_score(
    doc_type: DocType, number: int, index: _Index, hits: _Hits, title: str, text: str,
    metadata: Metadata,
) -> tuple[float, str]:  # fmt: skip
    public = metadata.level not in (None, "none")
    if doc_type.public and not public:
        return 0.0, ""
    if metadata.doc_type in doc_type.genres:
        return 6.0, f"文种“{metadata.doc_type}”"
    blocked = bool(hits.title.get(("doc_type", number, "block")))
    words = [] if blocked else hits.title.get(("doc_type", number, "title"), [])
    lead = dict.fromkeys(hits.lead.get(("doc_type", number, "lead"), []))
    score = 3.0 * min(len(words), 1) + 1.0 * min(max(len(words) - 1, 0), 2) + 0.75 * min(len(lead), 3)
    front = f"{title}\n{text[:160]}"
    pattern = next((m for p in index.patterns["doc_type", number] if (m := p.search(front))), None)
    if pattern and not blocked:
        score += 2.5
    if not score:
        return 0.0, ""
    shown = words[0] if words else pattern[0][:20] if pattern else next(iter(lead))
    return score, f"{'标题' if words else '开头'}含“{shown}”"


def _section(
    taxonomy: Taxonomy, doc_type: LabelGuess | None, topics: tuple[str, ...], title: str,
    metadata: Metadata,
) -> LabelGuess | None:  # fmt: skip
    name = doc_type.slug if doc_type else ""
    for section in taxonomy.sections:
        for when in section.when:
            if _holds(when, name, topics, title, metadata.level or ""):
                confidence = 0.6 if not doc_type else min(0.95, doc_type.confidence + 0.05)
                return LabelGuess(section.name, "section", confidence, when.reason or f"类型“{name}”")
    return None


def _holds(when: When, doc_type: str, topics: tuple[str, ...], title: str, level: str) -> bool:
    if when.doc_types and doc_type not in when.doc_types:
        return False
    if when.levels and level not in when.levels:
        return False
    if when.topics and not set(when.topics) & set(topics):
        return False
    return not when.title or any(word in title for word in when.title)
