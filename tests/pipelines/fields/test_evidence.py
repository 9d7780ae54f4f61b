"""Every value of every sample text stands where its evidence says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.items import CleanPage, Evidence, Hints
from pipelines.metadata import extract_metadata

SETS = Path(__file__).parents[2] / "quality" / "sets"
SEEN = datetime(2026, 11, 1, tzinfo=UTC)
FIELDS = ("doc_number", "written_on", "effective_on", "expires_on", "comments_until")


def _stands(item: Evidence, row: dict[str, Any], value: str) -> bool:
    place = row["title"] if item.place == "title" else row["text"]
    found = place.startswith(item.span, item.start) if item.start >= 0 else item.span in place
    return found and item.value == value and 0 < item.confidence <= 1


@pytest.mark.parametrize("name", ["text_forms", "act_texts"])
def test_values_of_texts_have_spans_that_stand_there(name: str) -> None:
    lines = (SETS / name / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    wrong = []
    for row in map(json.loads, lines):
        page = CleanPage(row["title"], "", row["text"], lang=row.get("lang", "zh"))
        found = extract_metadata(page, hints=Hints(date_text=row.get("listed")), fetched_at=SEEN)
        evidence = {item.field: item for item in found.evidence}
        for field in FIELDS:
            value, item = getattr(found, field), evidence.get(field)
            if value is None:
                continue
            if item is None or not _stands(item, row, str(value)):
                wrong.append((row["id"], field, item))
    assert wrong == []
