"""E18: what a mail uses, held against what mail programs show (``clients.toml``).

A feature that one of the named programs lacks is a problem, unless the table says why nothing is
lost without it. What stands inside ``@media`` concerns only the programs that read such a block,
and ways of hiding may be doubled on an element that is hidden anyway.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from digest.lint.problem import Problem
from digest.lint.styles import declarations

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'|url\([^)]*\)")
_FUNCTION = re.compile(r"([a-z-]+)\(")
_UNIT = re.compile(r"(?<![#\w.-])[+-]?(?:\d+\.?\d*|\.\d+)([a-z]+|%)", re.IGNORECASE)
_PSEUDO = re.compile(r"::?[a-z-]+")
_CONDITION = re.compile(r"\(\s*([a-z-]+)")
_CHAINED = re.compile(r"\.[\w-]+\.")
_LARGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Use:
    """A feature where it is used. ``readers`` are the programs that get to see it."""

    feature: str
    shown: str
    where: str
    line: int
    readers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The facts: one letter for each program, why some are allowed, and what to do instead."""

    programs: tuple[str, ...]
    support: Mapping[str, str]
    allowed: frozenset[str]
    remedies: Mapping[str, str]

    def lacking(self, feature: str, readers: Iterable[int]) -> list[str]:
        """The names of the programs among ``readers`` that do not show the feature."""
        letters = self.support.get(feature, "")
        if not letters or feature in self.allowed:
            return []
        return [self.programs[at] for at in readers if letters[at] == "n"]

    def readers(self, *features: str) -> tuple[int, ...]:
        """The programs that know all of these features."""
        known = [letters for name in features if (letters := self.support.get(name))]
        everybody = range(len(self.programs))
        return tuple(at for at in everybody if all(letters[at] != "n" for letters in known))

    def remedy(self, feature: str) -> str:
        """The advice for the longest beginning of the feature's name."""
        begins = [begin for begin in self.remedies if feature.startswith(begin)]
        return self.remedies[max(begins, key=len)]


@cache
def client_table() -> Table:
    """``clients.toml``, read once."""
    text = resources.files("digest").joinpath("lint", "clients.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    programs = tuple(data.pop("clients"))
    allowed, remedies = frozenset(data.pop("allowed")), data.pop("remedy")
    support = {f"{kind}.{name}": row for kind, rows in data.items() for name, row in rows.items()}
    return Table(programs, support, allowed, remedies)


def check_clients(root: Any) -> Iterator[Problem]:
    """One problem for each feature that a program lacks, with the first place and how many."""
    table = client_table()
    found: dict[str, list[Use]] = {}
    for use in _uses(root, table):
        if table.lacking(use.feature, use.readers):
            found.setdefault(use.feature, []).append(use)
    for feature, uses in found.items():
        yield _problem(table, feature, uses)


def _problem(table: Table, feature: str, uses: list[Use]) -> Problem:
    first = uses[0]
    readers = {at for use in uses for at in use.readers}
    programs = "、".join(table.lacking(feature, sorted(readers)))
    more, many = (f"，共 {len(uses)} 处", f", {len(uses)} places") if len(uses) > 1 else ("", "")
    advice, _, english = table.remedy(feature).partition(" / ")
    return Problem(
        "E18",
        f"第 {first.line} 行 {first.where} 的 {first.shown}{more}：{programs} 不支持；{advice}"
        f" / line {first.line}{many}: not shown by {programs.replace('、', ', ')}; {english}",
    )


# what is used ------------------------------------------------------------------------------


def _uses(root: Any, table: Table) -> Iterator[Use]:
    everybody = table.readers()
    for element in root.iter(etree.Element):
        yield from _of_element(element, everybody)
        if element.tag == "style":
            yield from _of_sheet(element.text or "", element.sourceline or 1, table)


def _of_element(element: Any, readers: tuple[int, ...]) -> Iterator[Use]:
    where, line = f"<{element.tag}>", element.sourceline or 1
    yield Use(f"tag.{element.tag}", where, where, line, readers)
    for name, value in element.attrib.items():
        shown = f'{name}="{value}"'[:_LARGEST_SHOWN]
        for feature in _of_attribute(name.lower(), value.strip().lower()):
            yield Use(feature, shown, where, line, readers)
    style = declarations(element.get("style") or "")
    is_hidden = style.get("display", "").startswith("none")
    for name, value in style.items():
        for feature in _of_declaration(name, value):
            if not (is_hidden and feature.startswith("property.")):
                shown = f"{name}: {value}"[:_LARGEST_SHOWN]
                yield Use(feature, shown, where, line, readers)


def _of_attribute(name: str, value: str) -> Iterator[str]:
    yield f"attribute.{name}"
    if name in ("name", "type"):
        yield f"attribute.{name}={value}"
    elif name == "href" and value.startswith("#"):
        yield "attribute.href=#"
    elif name == "src":
        path = value.partition("?")[0]
        ending = path[path.rfind(".") :] if "." in path else ""
        yield f"attribute.src={'data:' if value.startswith('data:') else ending}"


def _of_declaration(name: str, value: str) -> Iterator[str]:
    value = _STRING.sub("", value.replace("!important", "")).strip().lower()
    yield f"property.{name}"
    for word in re.split(r"[\s,]+", value):
        yield f"value.{name}:{word}"
        yield f"value.*:{word}"
    for function in _FUNCTION.findall(value):
        yield f"function.{function}"
    for unit in _UNIT.findall(value):
        yield f"unit.{unit}"


def _of_sheet(css: str, line: int, table: Table) -> Iterator[Use]:
    """Rules of the style block, those inside at-rules with the programs that read them."""
    css = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), css)
    yield from _of_rules(css, 0, len(css), line, "<style>", table.readers(), table)


def _of_rules(
    css: str, start: int, end: int, line: int, where: str, readers: tuple[int, ...], table: Table
) -> Iterator[Use]:
    at = start
    while at < end:
        stop = min(end, *(found for sign in "{;" if (found := css.find(sign, at)) >= 0), end)
        head = css[at:stop].strip()
        here = line + css.count("\n", 0, stop - len(css[at:stop].lstrip()))
        closing = _closing(css, stop, end) if css[stop : stop + 1] == "{" else stop
        if head.startswith("@"):
            inside = readers
            for feature in _of_at_rule(head):
                yield Use(feature, head[:_LARGEST_SHOWN], where, here, readers)
                known = table.readers(feature)
                inside = tuple(one for one in inside if one in known)
            if head.startswith(("@media", "@supports")):
                yield from _of_rules(css, stop + 1, closing, line, head, inside, table)
        elif closing > stop:
            place = f"{head} ({where})" if where.startswith("@") else head
            yield from _of_selector(head, place, here, readers)
            for name, value in declarations(css[stop + 1 : closing]).items():
                for feature in _of_declaration(name, value):
                    yield Use(feature, f"{name}: {value}"[:_LARGEST_SHOWN], place, here, readers)
        at = closing + 1


def _of_at_rule(head: str) -> Iterator[str]:
    name = re.split(r"[\s(]", head[1:].lower(), maxsplit=1)[0]
    yield f"at.{name}"
    for condition in _CONDITION.findall(head.lower()):
        yield f"media.{condition}"


def _of_selector(head: str, where: str, line: int, readers: tuple[int, ...]) -> Iterator[Use]:
    signs = [sign for sign in "*+>~&" if sign in head]
    signs += ["[]"] * ("[" in head) + [".a.b"] * bool(_CHAINED.search(head))
    for sign in (*signs, *_PSEUDO.findall(head)):
        yield Use(f"selector.{sign}", head[:_LARGEST_SHOWN], where, line, readers)


def _closing(css: str, opening: int, end: int) -> int:
    """Where the block that opens there closes."""
    depth = 0
    for at in range(opening, end):
        depth += {"{": 1, "}": -1}.get(css[at], 0)
        if depth == 0:
            return at
    return end
