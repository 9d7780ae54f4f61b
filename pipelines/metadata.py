"""What a page says of itself: number, issuers, dates, source, level and region, with evidence.

Nothing is guessed: a field without evidence stays ``None``. The page's own metadata table wins
over its text, the text over the list row. ``extract_metadata`` is the only entry point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pipelines.dates import (
    DateSpan,
    find_dates,
    is_plausible,
    parse_date,
)
from pipelines.fields import labels
from pipelines.fields.authorship import Authors, issuing_bodies, standing
from pipelines.fields.comments import find_comment_deadline
from pipelines.fields.doctype import document_kind, is_interpretation
from pipelines.fields.eastasian import find_eastasian_effective
from pipelines.fields.english import (
    find_english_effective,
    find_english_expiry,
    find_english_written,
)
from pipelines.fields.expiry import find_expiry
from pipelines.fields.inforce import Dated, first_day_in_force
from pipelines.fields.lawheader import Event, adopted, history
from pipelines.fields.numbering import Numbered, find_number
from pipelines.fields.orderhead import OrderHead, find_order_head
from pipelines.fields.pagefacts import (
    date_language_of,
    day_zone,
    plain_label,
    stated_lines,
    title_of,
)
from pipelines.fields.published import Places, Published, find_published
from pipelines.fields.regions import parse_region
from pipelines.fields.signature import Signature, find_signature
from pipelines.fields.sourceline import author_of, source_of
from pipelines.fields.subjects import Subject, issuers_in_title
from pipelines.fields.terms import Term
from pipelines.fields.topicwords import topic_words
from pipelines.fields.validity import Validity, find_validity
from pipelines.items import CleanPage, Evidence, Hints, Metadata
from pipelines.once import once

_INDEX_LINE = re.compile(r"索\s{0,2}[引取]\s{0,2}号\s{0,2}[:：]\s{0,3}([0-9A-Za-z/\-_.]{6,60})")


def extract_metadata(
    page: CleanPage,
    *,
    url: str = "",
    hints: Hints | None = None,
    timezone: str = "Asia/Shanghai",
    fetched_at: datetime | None = None,
    publisher: str | None = None,
    region: str | None = None,
    level: str | None = None,
) -> Metadata:
    """All metadata of a cleaned page, each value with ``Evidence``.

    ``timezone`` is the publisher's; ``fetched_at`` (aware) bounds plausible dates; ``region`` and
    ``level`` are those of the source and are used for bodies named without a place (市政府) and
    when the page names no body. Nothing of the page is required: an empty page gives an empty
    result.
    """
    today = fetched_at.astimezone(ZoneInfo(timezone)).date() if fetched_at else None
    reader = _Reader(page, url, hints or Hints(), timezone, today, region)
    bodies = reader.bodies()
    where = reader.where(bodies, region, level)
    published, written = reader.published, reader.written
    original, author = reader.credits()
    validity = reader.validity()
    return Metadata(
        title=reader.title,
        publisher=publisher,
        author=author,
        doc_number=reader.number,
        index_number=reader.index_number(),
        issuing_bodies=bodies,
        written_on=written,
        published_on=published.day if published else None,
        published_at=published.moment if published else None,
        effective_on=reader.effective,
        expires_on=reader.end,
        comments_until=reader.comments_until(),
        doc_type=reader.kind,
        level=where[0],
        region=where[1],
        original_source=original,
        validity=validity.state if validity else None,
        validity_by=validity.by if validity else None,
        subject=reader.subject(),
        topic_words=reader.topic_words(),
        evidence=tuple(reader.evidence),
    )


@dataclass(slots=False)
class _Reader:
    """One page under reading; fields that others rest on are read once, with their evidence."""

    page: CleanPage
    url: str
    hints: Hints
    zone: str
    today: date | None
    region: str | None
    evidence: list[Evidence] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.title = title_of(self.page.title, self.hints.title)
        self.text = self.page.body_text.replace("\r\n", "\n")
        self.chinese = self.page.lang.startswith("zh")
        self.context = parse_region(self.region)
        self.table = {plain_label(k): v.strip() for k, v in self.page.table.items() if v.strip()}
        if self.chinese:
            self.table = stated_lines(self.text) | self.table
        self.lang = date_language_of(self.page, self.url)
        self.dates: tuple[DateSpan, ...] = find_dates(self.text, lang=self.lang)

    def note(
        self, name: str, value: object, span: str, rule: str, confidence: float,
        *, place: str = "body", start: int = -1,
    ) -> None:  # fmt: skip
        if start >= 0:
            start += len(span) - len(span.lstrip())
        row = Evidence(
            name, str(value), span.strip()[:200], rule, round(confidence, 3), place, start
        )
        self.evidence.append(row)

    def fact(self, names: tuple[str, ...]) -> tuple[str, str] | None:
        """The first of ``names`` that the page's own table fills, with its value."""
        for label in names:
            value = self.table.get(label, "").strip(" -—/无")
            if value:
                return label, value
        return None

    @once
    def titled(self) -> Subject | None:
        return issuers_in_title(self.title) if self.chinese else None

    @once
    def signature(self) -> Signature | None:
        if not self.chinese:
            return None
        expected = self.titled.bodies if self.titled else ()
        return find_signature(self.text, dates=self.dates, expected=expected)

    @once
    def events(self) -> tuple[Event, ...]:
        return history(self.text) if self.chinese else ()

    @once
    def kind(self) -> str | None:
        kind = document_kind(self.title) if self.chinese else None
        if kind:
            self.note("doc_type", kind, self.title, "title", 0.9, place="title")
        return kind

    @once
    def order_head(self) -> OrderHead | None:
        return find_order_head(self.text, title=self.title) if self.chinese else None

    @once
    def numbered(self) -> Numbered | None:
        page = self.page
        found = find_number(
            self.title,
            table=self.fact(labels.NUMBERS),
            listed=page.meta.get("layout:doc_number") or self.hints.doc_number,
            chinese=self.chinese,
            head=self.order_head,
            areas=(("head", page.head_text), ("title", self.title), ("body", self.text)),
        )
        if found is not None:
            self.note(
                "doc_number", found.value, found.span, found.rule, found.confidence,
                place=found.place, start=found.start,
            )  # fmt: skip
        return found

    @property
    def number(self) -> str | None:
        return self.numbered.value if self.numbered else None

    def index_number(self) -> str | None:
        found = self.fact(labels.INDEX)
        if found is None:
            match = _INDEX_LINE.search(self.page.head_text)
            if match is None:
                return None
            found = ("索引号", match[1])
        value = "".join(found[1].split())
        self.note("index_number", value, found[1], f"table:{found[0]}", 0.99, place="table")
        return value

    def bodies(self) -> tuple[str, ...]:
        if not self.chinese:
            return ()
        signed = self.signature
        claim = issuing_bodies(
            Authors(
                title=self.title,
                titled=self.titled,
                text=self.text,
                table=self.fact(labels.ISSUERS),
                hint=self.hints.issuer,
                number=self.number,
                partners=self.numbered.partners if self.numbered else (),
                signature=signed,
                adopted=None if signed and signed.bodies else adopted(self.events),
                head=self.order_head,
                context=self.context,
            )
        )
        if claim is None:
            return ()
        names = "、".join(claim.bodies)
        self.note(
            "issuing_bodies", names, claim.span, claim.rule, claim.confidence,
            place=claim.place, start=claim.start,
        )  # fmt: skip
        if claim.note:
            self.note(
                "issuing_note", claim.note, claim.span, claim.rule, claim.confidence,
                place=claim.place,
            )  # fmt: skip
        return claim.bodies

    def where(
        self, bodies: tuple[str, ...], region: str | None, level: str | None
    ) -> tuple[str | None, str | None]:
        found = standing(
            bodies, self.title, context=self.context, document=bool(self.number or self.kind),
            region=self.context.path if self.context else region, level=level,
        )  # fmt: skip
        if found.span:
            self.note("level", found.level, found.span, found.rule, found.confidence)
            self.note("region", found.region, found.span, found.rule, found.confidence)
        return found.level, found.region

    @once
    def published(self) -> Published | None:
        places = Places(
            self.page.meta, self.table, self.page.head_text, self.url, self.hints, self.text
        )
        found = find_published(
            places,
            zone=self.zone,
            today=self.today,
            lang=self.lang,
            day_zone=day_zone(self.page, self.url, zone=self.zone),
        )
        if found is not None:
            self.note(
                "published_on", found.day, found.span, found.rule, found.confidence,
                place=found.place, start=found.start,
            )  # fmt: skip
        return found

    def stated_day(self, name: str, names: tuple[str, ...]) -> date | None:
        """A day from the page's table; 1970-01-01 and days before 1949 are empty fields."""
        found = self.fact(names)
        value = parse_date(found[1], lang=self.lang, zone=self.zone) if found else None
        if found and value and is_plausible(value, today=None):
            self.note(name, value, found[1], f"table:{found[0]}", 0.98, place="table")
            return value
        return None

    @once
    def written(self) -> date | None:
        value = self.stated_day("written_on", labels.WRITTEN)
        if value is not None:
            return value
        listed = self.hints.written_on
        if listed is not None and is_plausible(listed, today=self.today):
            self.note("written_on", listed, listed.isoformat(), "list", 0.97, place="list")
            return listed
        signed = self.signature
        if signed and signed.written_on and is_plausible(signed.written_on, today=self.today):
            confidence = 0.95 if signed.bodies else 0.8
            self.note(
                "written_on", signed.written_on, signed.span, "signature", confidence,
                start=signed.start,
            )  # fmt: skip
            return signed.written_on
        if not self.chinese:
            return self.term("written_on", find_english_written(self.text, dates=self.dates))
        made = adopted(self.events)
        if made is not None and is_plausible(made.day, today=self.today):
            self.note("written_on", made.day, made.span, "adoption", 0.9, start=made.start)
            return made.day
        return None

    def term(self, name: str, found: Term | None) -> date | None:
        if found is None:
            return None
        self.note(name, found.value, found.span, found.rule, found.confidence, start=found.start)
        return found.value

    @once
    def draft(self) -> bool:
        """A text open for comments is not in force: days of its last article are proposals."""
        return self.kind == "征求意见稿"

    @once
    def effective(self) -> date | None:
        if self.draft:
            return None
        value = self.stated_day("effective_on", labels.EFFECTIVE)
        if value is not None:
            return value
        published = self.published
        day = published.day if published else None
        if self.page.lang.startswith(("ja", "ko")):
            return self.term("effective_on", find_eastasian_effective(self.text, dates=self.dates))
        if not self.chinese:
            stated = find_english_effective(self.text, dates=self.dates, published_on=day)
            return self.term("effective_on", stated)
        page = Dated(
            self.text, self.title, self.dates, self.events, self.number, self.written,
            published_on=day, listed_on=day if published and published.place == "list" else None,
        )  # fmt: skip
        return self.term("effective_on", first_day_in_force(page))

    @once
    def end(self) -> date | None:
        if self.draft:
            return None
        value = self.stated_day("expires_on", labels.EXPIRY)
        if value is not None:
            return value
        if not self.chinese:
            return self.term("expires_on", find_english_expiry(self.text, dates=self.dates))
        found = find_expiry(
            self.text, dates=self.dates, effective_on=self.effective, written_on=self.written
        )
        return self.term("expires_on", found)

    def comments_until(self) -> date | None:
        found = find_comment_deadline(
            self.text, title=self.title, lang=self.page.lang, dates=self.dates,
            written_on=self.written, published_on=self.published.day if self.published else None,
        )  # fmt: skip
        return self.term("comments_until", found)

    def validity(self) -> Validity | None:
        if not self.chinese or self.draft:
            return None
        found = find_validity(
            self.table, title=self.title, head=self.page.head_text, text=self.text,
            effective_on=None if is_interpretation(self.title) else self.effective,
            expires_on=self.end, today=self.today,
        )  # fmt: skip
        if found is not None:
            day = next((e for e in self.evidence if found.rule == f"days:{e.field}"), found)
            for name, value in (("validity", found.state), ("validity_by", found.by)):
                if value:
                    self.note(
                        name, value, day.span, found.rule, found.confidence,
                        place=day.place, start=day.start,
                    )  # fmt: skip
        return found

    def subject(self) -> str | None:
        found = self.fact(labels.SUBJECTS)
        if found is not None:
            self.note("subject", found[1], found[1], f"table:{found[0]}", 0.97, place="table")
        return found[1] if found else None

    def topic_words(self) -> tuple[str, ...]:
        found = topic_words(self.fact(labels.TOPIC_WORDS), self.text) if self.chinese else None
        if found is None:
            return ()
        self.note(
            "topic_words", "、".join(found.words), found.span, found.rule, found.confidence,
            place=found.place, start=found.start,
        )  # fmt: skip
        return found.words

    def credits(self) -> tuple[str | None, str | None]:
        source = source_of(self.table, self.page.head_text, self.text, self.page.meta)
        if source:
            self.note(
                "original_source", source.name, source.span, source.rule, 0.9, place=source.rule
            )
        author = author_of(self.page.head_text, self.page.meta, self.hints.author)
        if author:
            self.note("author", author.name, author.span, author.rule, 0.8, place=author.rule)
        return source.name if source else None, author.name if author else None
