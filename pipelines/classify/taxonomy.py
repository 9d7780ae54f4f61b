"""The taxonomy file: labels with their words, patterns, hierarchy and section rules (TOML).

The file is user input, so it is validated here; ``TaxonomyError`` names the entry and the remedy.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

Kind = Literal["section", "doc_type", "topic", "scenario", "measure"]
Word = Annotated[str, Field(min_length=1, max_length=60)]


ANY = "*"


class TaxonomyError(ValueError):
    """The taxonomy file cannot be used; the message says which entry and what to do."""


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


def _missing(path: Path) -> Taxonomy:
    raise TaxonomyError(f"找不到分类文件 {path} / taxonomy file not found: {path}")


@cache
def _packaged() -> Taxonomy:
    source = files("pipelines.classify").joinpath("taxonomy.toml")
    return _read(source.read_bytes(), "taxonomy.toml")


def _read(content: bytes, origin: str) -> Taxonomy:
    try:
        data = _File.model_validate(tomllib.loads(content.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TaxonomyError(f"{origin}: 不是有效的 TOML（{error}） / not valid TOML") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise TaxonomyError(
            f"{origin}: {where}: {first['msg']}"
            "（请对照文件开头的说明修改 / see the head of the file）"
        ) from error
    _check_names(data, origin)
    return Taxonomy(origin, data.section, data.doc_type, data.topic, data.scenario, data.measure)


def _check_names(data: _File, origin: str) -> None:
    groups: dict[str, list[str]] = {
        "section": [s.name for s in data.section],
        "doc_type": [d.name for d in data.doc_type],
        "topic": [e.name for e in data.topic],
        "scenario": [e.name for e in data.scenario],
        "measure": [e.name for e in data.measure],
    }
    for kind, names in groups.items():
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise TaxonomyError(f"{origin}: {kind} 名称重复 / duplicate names: {sorted(twice)}")
    known = set(groups["doc_type"]), set(groups["topic"]), set(groups["section"])
    for section in data.section:
        wanted = {t for w in section.when for t in w.doc_types} - known[0]
        wanted |= {t for w in section.when for t in w.topics} - known[1] - {ANY}
        if section.fallback:
            wanted |= {section.fallback} - known[2]
        if wanted:
            raise TaxonomyError(
                f"{origin}: section {section.name}: 未定义 / not defined: {sorted(wanted)}"
            )
