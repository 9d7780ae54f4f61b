"""Two versions of one document, clause by clause (新旧对照)."""

from pipelines.versions.align import (
    Comparison,
    Difference,
    Part,
    align_versions,
)
from pipelines.versions.clauses import Clause, read_clauses
from pipelines.versions.linking import instrument_name, same_instrument
from pipelines.versions.sheet import Sheet, SheetRow, as_csv, as_html, compare_sheet

__all__ = [
    "Clause",
    "Comparison",
    "Difference",
    "Part",
    "Sheet",
    "SheetRow",
    "align_versions",
    "as_csv",
    "as_html",
    "compare_sheet",
    "instrument_name",
    "read_clauses",
    "same_instrument",
]
