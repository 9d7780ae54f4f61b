"""The tables of faults and promises name tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`(tests/[\w/.]+)(?:::(\w+))?`")
PAGES = ("faults.md", "promises.md")


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


@pytest.mark.parametrize("page", PAGES)
def test_every_named_test_exists(page: str) -> None:
    found = NAMED.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    assert found
    for name, test in found:
        path = ROOT / name
        assert path.exists(), name
        assert not test or test in names_in(path), f"{name}::{test}"


def test_every_case_has_a_row() -> None:
    """The cases of the reliability design that a crawl can meet."""
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\d, ]+) \|", text, re.MULTILINE)
    told = {int(number) for row in rows for number in row.split(",")}
    expected = {*range(1, 16), 29, 30, *range(45, 65), *range(66, 73)}
    assert expected <= told
