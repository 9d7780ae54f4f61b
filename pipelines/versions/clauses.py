"""The clauses of a text: articles with their paragraphs (条, 款), or numbered tasks, or paragraphs.

A clause is what one line of a 新旧对照 table shows. Chapter headings are clauses of their own,
text before the first label is one clause without a label.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.structure.outline import read_outline
from pipelines.structure.values import Node


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. ``label`` is 第三条, 第二章 or 二、（一）; "" where none is printed.

    ``text`` is the wording without the label, one paragraph a line; ``chapter`` the headings above.
    """

    label: str
    text: str
    chapter: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """The wording by which two clauses are the same: width and white space do not count."""
        return plain(self.text)


_UNSEEN = "#*\u200b\u200c\u200d\u2060\ufeff"


def plain(text: str) -> str:
    """NFKC without white space, marks of emphasis and characters that have no width."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if not char.isspace() and char not in _UNSEEN)


def read_clauses(text: str) -> tuple[Clause, ...]:
    """All clauses of ``text`` in order; nothing of the text is left out but labels and spacing."""
    nodes = read_outline(text)
    if not any(True for _ in nodes):
        return tuple(_paragraphs(text, 0, len(text), ""))
    rows = [row for node in nodes for row in node.walk()]
    by_article = any(node.kind == "article" for _, node in rows)
    clauses = list(_paragraphs(text, 0, rows[0][1].start, ""))
    for above, node in rows:
        if by_article and any(up.kind == "article" for up in above):
            continue
        clauses.append(_clause(text, above, node, whole=by_article and node.kind == "article"))
    return tuple(clause for clause in clauses if clause.text or clause.label)


def _clause(text: str, above: tuple[Node, ...], node: Node, *, whole: bool) -> Clause:
    """A node with everything below it (an article), or its own text alone."""
    chapter = " ".join(f"{up.label}{up.heading}".strip() for up in above)
    own = [text[span.start : span.end].strip() for span in node.paragraphs]
    end = node.paragraphs[-1].end if node.paragraphs else node.start
    if whole:
        body = node.paragraphs[0].start if node.paragraphs else node.start
        own = [line.strip() for line in text[body : node.end].splitlines() if plain(line)]
        end = node.end
    path = "".join(up.label for up in above if up.kind == "task")
    label = f"{path}{node.label}" if node.kind == "task" else node.label
    return Clause(label, "\n".join(own), chapter, node.start, end)


def _paragraphs(text: str, start: int, end: int, chapter: str) -> Iterator[Clause]:
    at = start
    for line in text[start:end].splitlines(keepends=True):
        if plain(line):
            yield Clause("", line.strip(), chapter, at, at + len(line))
        at += len(line)
