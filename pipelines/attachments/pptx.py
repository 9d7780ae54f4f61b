"""PPTX: the texts and tables of the slides, in the order in which they are shown."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator

from lxml import etree  # type: ignore[import-untyped]

from pipelines.attachments.errors import Damaged, TooManyPages
from pipelines.attachments.flow import reading
from pipelines.attachments.model import Block, FileText, Limits, Para, Table
from pipelines.attachments.unpack import Budget, attribute, local, opened, parse_xml

_MAIN = "ppt/presentation.xml"
_RELATIONS = "ppt/_rels/presentation.xml.rels"
_SLIDE = re.compile(r"ppt/slides/slide(\d{1,6})\.xml$")
_TITLES = frozenset({"title", "ctrTitle"})
#: placeholders that repeat on every slide
_FURNITURE = frozenset({"sldNum", "dt", "ftr", "hdr"})
_MOST_COLUMNS = 60


def read_pptx(data: bytes, *, limits: Limits) -> FileText:
    """Slides one after the other, their titles as headings. Raises FileProblem."""
    with opened(data, limits=limits, kind="pptx") as archive:
        budget = Budget(limits, kind="pptx")
        slides = _slides(archive, budget)
        if not slides:
            raise Damaged("no slides", kind="pptx")
        if len(slides) > limits.pages:
            raise TooManyPages(f"{len(slides)} slides", kind="pptx")
        blocks: list[Block] = []
        for name in slides:
            blocks += _blocks(parse_xml(budget.read(archive, name), kind="pptx"))
    return reading("pptx", blocks, most=limits.text, pages=len(slides))


def _slides(archive: zipfile.ZipFile, budget: Budget) -> list[str]:
    """The slides as the presentation lists them; by number where it does not say."""
    names = set(archive.namelist())
    numbered = sorted((int(m[1]), m[0]) for name in names if (m := _SLIDE.match(name)))
    if _MAIN not in names or _RELATIONS not in names:
        return [name for _, name in numbered]
    targets = {
        attribute(relation, "Id"): attribute(relation, "Target") or ""
        for relation in parse_xml(budget.read(archive, _RELATIONS), kind="pptx")
    }
    root = parse_xml(budget.read(archive, _MAIN), kind="pptx")
    found = []
    for entry in root.iter():
        if local(entry) != "sldId":
            continue
        # two attributes are called id: the one with a namespace is the relation
        keys = [str(value) for key, value in entry.attrib.items() if str(key).endswith("}id")]
        target = targets.get(keys[0], "") if keys else ""
        name = posixpath.normpath(posixpath.join("/ppt", target)).lstrip("/")
        if name in names and name not in found:
            found.append(name)
    return found or [name for _, name in numbered]


def _blocks(parent: etree._Element) -> Iterator[Block]:
    for element in parent:
        name = local(element)
        if name == "sp":
            yield from _shape(element)
        elif name == "tbl":
            yield _table(element)
        elif name != "Fallback":
            yield from _blocks(element)


def _shape(element: etree._Element) -> Iterator[Block]:
    place = next((e for e in element.iter() if local(e) == "ph"), None)
    role = attribute(place, "type") if place is not None else None
    if role in _FURNITURE:
        return
    for paragraph in element.iter():
        if local(paragraph) != "p":
            continue
        for line in _text(paragraph).split("\n"):
            if line.strip():
                yield Para(line, 2 if role in _TITLES else 0)


def _text(paragraph: etree._Element) -> str:
    pieces = []
    for element in paragraph.iter():
        name = local(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name == "br":
            pieces.append("\n")
        elif name == "tab":
            pieces.append(" ")
    return "".join(pieces)


def _table(element: etree._Element) -> Table:
    rows: list[tuple[str, ...]] = []
    for row in element:
        if local(row) != "tr":
            continue
        cells = [_cell(cell) for cell in row if local(cell) == "tc"][:_MOST_COLUMNS]
        rows.append(tuple(cells))
    return Table(tuple(rows))


def _cell(cell: etree._Element) -> str:
    lines = [_text(e).replace("\n", " ") for e in cell.iter() if local(e) == "p"]
    return " ".join(filter(None, lines))
