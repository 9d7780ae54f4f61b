"""The taxonomy file: labels with their words, patterns, hierarchy and section rules (TOML).

The file is user input, so it is validated here; ``TaxonomyError`` names line, field and remedy.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipelines.classify.lines import line_of

Kind = Literal["section", "doc_type", "topic", "scenario", "measure"]
Word = Annotated[str, Field(min_length=1, max_length=60)]
Examples = tuple[Annotated[str, Field(min_length=1, max_length=2000)], ...]


ANY = "*"


class TaxonomyError(ValueError):
    """One mistake in a taxonomy file: which file, line and field, and what to do (zh / en)."""

    code = "taxonomy_invalid"
    retry = False

    def __init__(
        self, file: str, message: str, remedy: str, *, line: int = 1, field: str = ""
    ) -> None:
        self.file = file
        self.line = line
        self.field = field
        self.message = message
        self.remedy = remedy
        where = f"{file}:{line}" + (f" [{field}]" if field else "")
        super().__init__(f"{where}: {message}\n  → {remedy}")


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _compiled(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"pattern {value!r}: {error}") from error
    return values


class Entry(_Model):
    """One topic, scenario or measure."""

    name: Word
    parent: str = ""
    implies_parent: bool = False
    strong: tuple[Word, ...] = ()
    words: tuple[Word, ...] = ()
    weak: tuple[Word, ...] = ()
    exclude: tuple[Word, ...] = ()
    patterns: tuple[str, ...] = ()
    bar: float = Field(default=1.0, gt=0, le=50)
    density: float = Field(default=0.6, ge=0, le=50)
    public_body: bool = False
    except_types: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    """Document types that set the label by themselves."""
    beside: tuple[str, ...] = ()
    """``types`` count only beside one of these labels."""
    examples: Examples = ()

    _patterns = field_validator("patterns")(_compiled)


class DocType(_Model):
    """One document type; ``public`` types need a public body behind the page."""

    name: Word
    genres: tuple[Word, ...] = ()
    genres_with_words: tuple[Word, ...] = ()
    title: tuple[Word, ...] = ()
    lead: tuple[Word, ...] = ()
    block: tuple[Word, ...] = ()
    patterns: tuple[str, ...] = ()
    public: bool = False
    subject: bool = False
    weight: float = Field(default=1.0, gt=0, le=10)
    private: tuple[Word, ...] = ()
    """Words of the title that do not count when a public body is who acts."""
    rest: bool = False
    """Takes a page with a topic and no public body that no other type takes."""
    examples: Examples = ()

    _patterns = field_validator("patterns")(_compiled)


class When(_Model):
    """A condition of a section: every given part must hold."""

    doc_types: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    """``*`` stands for any topic."""
    langs: tuple[Literal["zh", "other"], ...] = ()
    """``zh``: the text has Chinese characters; ``other``: it has none."""
    title: tuple[Word, ...] = ()
    reason: str = ""


class Section(_Model):
    """A section of a bulletin; an edition without it uses ``fallback``."""

    name: Word
    aliases: tuple[Word, ...] = ()
    fallback: str = ""
    when: tuple[When, ...] = ()
    examples: Examples = ()


class _File(_Model):
    version: Literal[1]
    section: tuple[Section, ...] = ()
    doc_type: tuple[DocType, ...] = ()
    topic: tuple[Entry, ...] = ()
    scenario: tuple[Entry, ...] = ()
    measure: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Taxonomy:
    """A validated taxonomy. ``origin`` is the file it came from."""

    origin: str
    sections: tuple[Section, ...]
    doc_types: tuple[DocType, ...]
    topics: tuple[Entry, ...]
    scenarios: tuple[Entry, ...]
    measures: tuple[Entry, ...]

    def section_named(self, name: str) -> Section | None:
        """The section of that name or alias."""
        return next((s for s in self.sections if name == s.name or name in s.aliases), None)

    def section_in(self, name: str, *, available: tuple[str, ...]) -> str | None:
        """The section of an edition that takes items of section ``name``: itself, an alias, or
        along the chain of fallbacks; None when the edition has no place for it."""
        seen: set[str] = set()
        section = self.section_named(name)
        while section is not None and section.name not in seen:
            seen.add(section.name)
            for own in available:
                if own == section.name or own in section.aliases:
                    return own
            section = self.section_named(section.fallback) if section.fallback else None
        return None


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """The taxonomy of ``path``, or the one that is shipped.

    Raises TaxonomyError for a missing file, bad TOML, unknown keys, duplicate names, a pattern
    that is no regular expression, or a reference to a label that does not exist.
    """
    return (
        _packaged()
        if path is None
        else _read(path.read_bytes(), str(path))
        if path.is_file()
        else _missing(path)
    )


def shipped_text() -> str:
    """The taxonomy that is shipped, as text to copy and edit."""
    return files("pipelines.classify").joinpath("taxonomy.toml").read_text(encoding="utf-8")


def _missing(path: Path) -> Taxonomy:
    raise TaxonomyError(
        str(path),
        "找不到分类文件 / taxonomy file not found",
        "检查 crawl.taxonomy，或用 `dibao classify taxonomy --out 文件` 新建 / "
        "check crawl.taxonomy, or make one: dibao classify taxonomy --out FILE",
    )


@cache
def _packaged() -> Taxonomy:
    return _read(shipped_text().encode(), "taxonomy.toml")


def _read(content: bytes, origin: str) -> Taxonomy:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TaxonomyError(
            origin, "不是 UTF-8 文本 / not UTF-8", "另存为 UTF-8 / save as UTF-8", line=line
        ) from error
    try:
        data = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _bad_toml(origin, str(error)) from error
    except ValidationError as error:
        raise _bad_value(origin, text, error) from error
    _check_names(data, origin, text)
    return Taxonomy(origin, data.section, data.doc_type, data.topic, data.scenario, data.measure)


def _bad_toml(origin: str, message: str) -> TaxonomyError:
    place = re.search(r"line (\d+)", message)
    return TaxonomyError(
        origin,
        f"不是有效的 TOML（{message}） / not valid TOML",
        "检查引号、括号和逗号 / check quotes, brackets and commas",
        line=int(place[1]) if place else 1,
    )


_REMEDIES = {
    "extra_forbidden": "删去或改正这个键，可用的键见文件开头 / remove or correct this key; "
    "the head of the shipped file lists the keys",
    "missing": "补上这个键 / add this key",
    "string_too_long": "词不超过 60 字 / a word has at most 60 characters",
    "value_error": "改正正则表达式 / correct the regular expression",
}


def _bad_value(origin: str, text: str, error: ValidationError) -> TaxonomyError:
    first = error.errors()[0]
    path = first["loc"]
    remedy = "按文件开头的说明改正 / correct it as the head of the shipped file says"
    return TaxonomyError(
        origin,
        first["msg"],
        _REMEDIES.get(first["type"], remedy),
        line=line_of(text, path),
        field=".".join(str(part) for part in path),
    )


def _check_names(data: _File, origin: str, text: str) -> None:
    """Names are unique, and what refers to a label names one that exists."""
    groups: dict[str, list[str]] = {
        "section": [s.name for s in data.section],
        "doc_type": [d.name for d in data.doc_type],
        "topic": [e.name for e in data.topic],
        "scenario": [e.name for e in data.scenario],
        "measure": [e.name for e in data.measure],
    }

    def wrong(path: tuple[str | int, ...], message: str, remedy: str) -> TaxonomyError:
        field = ".".join(str(part) for part in path)
        return TaxonomyError(origin, message, remedy, line=line_of(text, path), field=field)

    for kind, names in groups.items():
        for at, name in enumerate(names):
            if name in names[:at]:
                raise wrong(
                    (kind, at, "name"),
                    f"名称重复 / duplicate name: {name}",
                    "合并两条或换一个名称 / merge the two or rename one",
                )
    for path, name, kind in _references(data):
        if name not in groups[kind]:
            raise wrong(
                path,
                f"未定义的 {kind}“{name}” / not defined: {name}",
                "先定义它，或改为已有的名称 / define it, or use one that exists: "
                f"{'、'.join(groups[kind][:12]) or '–'}",
            )


def _references(data: _File) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Path, name and kind of every label that an entry refers to."""
    for at, section in enumerate(data.section):
        if section.fallback:
            yield ("section", at, "fallback"), section.fallback, "section"
        for place, when in enumerate(section.when):
            for name in when.doc_types:
                yield ("section", at, "when", place, "doc_types"), name, "doc_type"
            for name in when.topics:
                if name != ANY:
                    yield ("section", at, "when", place, "topics"), name, "topic"
    groups = (("topic", data.topic), ("scenario", data.scenario), ("measure", data.measure))
    for kind, entries in groups:
        for at, entry in enumerate(entries):
            if entry.parent:
                yield (kind, at, "parent"), entry.parent, kind
            for name in entry.except_types:
                yield (kind, at, "except_types"), name, "doc_type"
            for name in entry.types:
                yield (kind, at, "types"), name, "doc_type"
            for name in entry.beside:
                yield (kind, at, "beside"), name, kind
