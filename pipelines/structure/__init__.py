"""The structure of a policy text: outline, who does what, aims, money, duties, cited documents."""

from pipelines.structure.reading import read_structure
from pipelines.structure.values import (
    Amount,
    CitedDocument,
    Node,
    Obligation,
    Quantity,
    ResponsibleUnit,
    Span,
    Structure,
    SupportMeasure,
    Target,
)

__all__ = [
    "Amount",
    "CitedDocument",
    "Node",
    "Obligation",
    "Quantity",
    "ResponsibleUnit",
    "Span",
    "Structure",
    "SupportMeasure",
    "Target",
    "read_structure",
]
