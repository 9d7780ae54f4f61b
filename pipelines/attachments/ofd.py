"""OFD (GB/T 33190): a zip of XML pages; only its text layer is read."""

from __future__ import annotations

import posixpath
import re
import zipfile

from lxml import etree  # type: ignore[import-untyped]

from pipelines.attachments.errors import Damaged, Encrypted, TooManyPages
from pipelines.attachments.flow import reading
from pipelines.attachments.lines import Line, Page, paragraphs
from pipelines.attachments.model import FileText, Limits
from pipelines.attachments.unpack import Budget, attribute, local, opened, parse_xml

_A4 = (0.0, 0.0, 210.0, 297.0)  # mm
_REPEAT = re.compile(r"g (\d{1,6}) (-?[\d.]{1,12})")


def read_ofd(data: bytes, *, limits: Limits) -> FileText:
    """Paragraphs of all documents of the package. Raises FileProblem."""
    with opened(data, limits=limits, kind="ofd") as archive:
        names = {_place(name): name for name in archive.namelist()}
        if "encryptions.xml" in names or "encrypts.xml" in names:
            raise Encrypted(kind="ofd")
        package = _Package(archive, names, Budget(limits, kind="ofd"))
        pages: list[Page] = []
        for document in _texts(package.xml("OFD.xml"), "DocRoot"):
            pages += _document(package, document, limits=limits, first=len(pages))
        if not pages:
            raise Damaged("no pages", kind="ofd")
        return reading("ofd", paragraphs(pages), most=limits.text, pages=len(pages))


class _Package:
    def __init__(self, archive: zipfile.ZipFile, names: dict[str, str], budget: Budget) -> None:
        self.archive = archive
        self.names = names
        self.budget = budget

    def xml(self, path: str) -> etree._Element:
        name = self.names.get(_place(path))
        if name is None:
            raise Damaged(f"missing {path[:100]}", kind="ofd")
        return parse_xml(self.budget.read(self.archive, name), kind="ofd")


def _document(package: _Package, path: str, *, limits: Limits, first: int) -> list[Page]:
    root = package.xml(path)
    base = posixpath.dirname(path.replace("\\", "/"))
    boxes = [_box(text) for text in _texts(root, "PhysicalBox")]
    default = next((box for box in boxes if box), _A4)
    places = [
        attribute(element, "BaseLoc")
        for holder in root.iter()
        if local(holder) == "Pages"
        for element in holder
        if local(element) == "Page"
    ]
    templates = {
        attribute(element, "ID"): place
        for element in root.iter()
        if local(element) == "TemplatePage" and (place := attribute(element, "BaseLoc"))
    }
    if first + len(places) > limits.pages:
        raise TooManyPages(f"{first + len(places)} pages", kind="ofd")
    pages = []
    for number, place in enumerate(places, start=first):
        if place is None:
            continue
        page = package.xml(_joined(base, place))
        below = [
            package.xml(_joined(base, templates.pop(name)))
            for element in page.iter()
            if local(element) == "Template"
            and (name := attribute(element, "TemplateID")) in templates
        ]
        pages.append(_page(page, number, default, below=below))
    return pages


def _page(
    root: etree._Element, number: int, default: tuple[float, ...], *, below: list[etree._Element]
) -> Page:
    """A page with the templates (letterheads) that no page before it has shown."""
    box = next((found for text in _texts(root, "PhysicalBox") if (found := _box(text))), default)
    pieces: list[Line] = []
    for element in (each for layer in (*below, root) for each in layer.iter()):
        if local(element) == "TextObject":
            pieces.extend(_pieces(element, number))
    return Page(tuple(_rows(pieces)), height=box[3], width=box[2])


def _pieces(element: etree._Element, number: int) -> list[Line]:
    boundary = _box(attribute(element, "Boundary") or "")
    if boundary is None:
        return []
    size = _number(attribute(element, "Size"), 3.0)
    scale, right, down = _scale(attribute(element, "CTM"))
    size *= scale
    found = []
    x, y = 0.0, 0.0
    for code in element:
        if local(code) != "TextCode" or not code.text:
            continue
        x, y = _number(attribute(code, "X"), x), _number(attribute(code, "Y"), y)
        left = boundary[0] + x * scale + right
        steps = _steps(attribute(code, "DeltaX") or "")
        width = sum(steps) * scale + size if steps else size * len(code.text)
        top = boundary[1] + y * scale + down - size
        found.append(Line(code.text, left, left + width, top, size, number))
    return found


def _rows(pieces: list[Line]) -> list[Line]:
    """Text objects of one height are one line; a wide gap between them is a blank."""
    rows: list[list[Line]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.top, piece.left)):
        last = rows[-1][0] if rows else None
        if last is not None and abs(last.top - piece.top) < 0.5 * min(last.size, piece.size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_merged(sorted(row, key=lambda piece: piece.left)) for row in rows]


def _merged(row: list[Line]) -> Line:
    text, right = "", row[0].left
    for piece in row:
        blank = " " if text and piece.left - right > 0.8 * piece.size else ""
        text += blank + piece.text
        right = max(right, piece.right)
    size = max(piece.size for piece in row)
    return Line(text, row[0].left, right, row[0].top, size, row[0].page)


def _texts(root: etree._Element, name: str) -> list[str]:
    return [
        element.text.strip() for element in root.iter() if local(element) == name and element.text
    ]


def _box(text: str) -> tuple[float, ...] | None:
    try:
        values = tuple(float(part) for part in text.split())
    except ValueError:
        return None
    return values if len(values) == 4 else None


def _number(text: str | None, default: float) -> float:
    try:
        return float(text) if text else default
    except ValueError:
        return default


def _scale(matrix: str | None) -> tuple[float, float, float]:
    """Scale and shift (mm) of a matrix ``a b c d e f``; turned text is taken as it stands."""
    values = [_number(part, 1.0) for part in (matrix or "").split()]
    if len(values) != 6:
        return 1.0, 0.0, 0.0
    return abs(values[3]) or 1.0, values[4], values[5]


def _place(path: str) -> str:
    """A name inside the package as producers mean it: some write ``\\``, or another case."""
    return posixpath.normpath(path.replace("\\", "/")).lstrip("/").casefold()


def _joined(base: str, place: str) -> str:
    place = place.replace("\\", "/")
    return place if place.startswith("/") else posixpath.join(base, place)


def _steps(text: str) -> list[float]:
    """Advances between characters: numbers, and ``g n d`` for n times d."""
    expanded = _REPEAT.sub(lambda m: " ".join([m[2]] * min(int(m[1]), 5000)), text)
    return [_number(part, 0.0) for part in expanded.split()]
