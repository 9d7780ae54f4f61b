"""Every source of the catalogue against its gold folder; a source without one fails."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from spiders.catalogue import load_catalogue
from spiders.cms import FAMILIES
from spiders.testing import check_source

GOLD = Path(__file__).parents[1] / "gold"
CATALOGUE = load_catalogue()
BUDGET_SECONDS = 1.0


@pytest.mark.parametrize("key", sorted(CATALOGUE.specs))
def test_source_reads_its_gold(key: str) -> None:
    started = time.process_time()
    verdict = check_source(CATALOGUE.specs[key], GOLD / key)
    assert verdict.ok, str(verdict)
    assert time.process_time() - started < BUDGET_SECONDS


def test_no_gold_without_a_source() -> None:
    folders = {path.name for path in GOLD.iterdir() if (path / "meta.json").exists()}
    assert folders == set(CATALOGUE.specs)


@pytest.mark.parametrize("key", sorted(CATALOGUE.specs))
def test_sample_pages_say_that_they_are_samples(key: str) -> None:
    meta = json.loads((GOLD / key / "meta.json").read_text("utf-8"))
    names = [meta["list"]["file"], *(e["file"] for e in meta["details"] if "file" in e)]
    for name in names:
        text = (GOLD / key / name).read_text("utf-8")
        assert "dibao-sample" in text or "dibao_sample" in text, name


@pytest.mark.parametrize(
    "key", sorted(key for key, spec in CATALOGUE.specs.items() if spec.family is not None)
)
def test_samples_have_the_marks_of_their_family(key: str) -> None:
    family = FAMILIES[CATALOGUE.specs[key].family or ""]
    meta = json.loads((GOLD / key / "meta.json").read_text("utf-8"))
    text = (GOLD / key / meta["list"]["file"]).read_text("utf-8")
    assert family.recognises(url=meta["list"]["url"], text=text) or any(
        family.recognises(url=entry["url"]) for entry in meta["details"]
    )
