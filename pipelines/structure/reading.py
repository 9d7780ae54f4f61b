"""Read the structure of one text: once per document, on demand, ≤ 10 ms for 5,000 characters."""

from __future__ import annotations

from pipelines.structure.amounts import read_amounts, read_quantities
from pipelines.structure.cited import read_cited
from pipelines.structure.figures import fold, read_figures
from pipelines.structure.obligations import read_obligations
from pipelines.structure.outline import read_outline
from pipelines.structure.support import read_support
from pipelines.structure.targets import read_targets
from pipelines.structure.units import read_units
from pipelines.structure.values import Structure

_PLANNED = ("行动计划", "指导意见", "通知")
"""Document types whose tasks order something."""
# A longer text is a book or an error; what follows is not read.
MAX_CHARS = 400_000


def read_structure(
    text: str, *, doc_type: str | None = None, title: str = "", this_year: int | None = None
) -> Structure:
    """Everything that can be read from ``text`` (one paragraph a line), with places in it.

    ``doc_type`` is the type of the gold vocabulary: a law (法规, 管理规定) has no aims of a plan.
    ``title`` tells the end of a plan (2023—2025年); ``this_year`` is the year 全年 and 今年 mean.
    """
    text = text[:MAX_CHARS]
    folded = fold(text)
    outline = read_outline(text)
    figures = read_figures(folded)
    is_law = doc_type in ("法规", "管理规定") or (
        doc_type is None and any(node.kind in ("chapter", "article") for node in outline)
    )
    targets = (
        ()
        if is_law
        else read_targets(
            folded,
            figures,
            outline,
            title=fold(title),
            this_year=this_year,
            planned=doc_type in _PLANNED,
        )
    )
    support = read_support(folded, figures)
    obligations = read_obligations(folded, outline) if is_law else ()
    told = [(found.start, found.end) for found in obligations]
    paid = [(found.start, found.end) for found in support]
    return Structure(
        outline=outline,
        units=read_units(text, outline),
        targets=targets,
        support=support,
        obligations=obligations,
        amounts=read_amounts(text, figures),
        quantities=read_quantities(text, figures, aims=targets, told=told, paid=paid),
        cited=read_cited(text),
    )
