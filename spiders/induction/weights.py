"""Decisions as sums: the features of a candidate, each times its weight."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def weighed(found: T, weights: T) -> float:
    """The sum of all features, each times the number of the same name in ``weights``."""
    names = (each.name for each in fields(found))
    return sum(float(getattr(found, name)) * float(getattr(weights, name)) for name in names)
