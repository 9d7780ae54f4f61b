"""Every source of the catalogue against its gold folder; a source without one fails."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest

from spiders.catalogue import load_catalogue
from spiders.cms import FAMILIES
from spiders.testing import check_source

GOLD = Path(__file__).parents[1] / "gold"
CATALOGUE = load_catalogue()
ENABLED = sorted(key for key, spec in CATALOGUE.specs.items() if spec.status == "enabled")
BUDGET_SECONDS = 1.0


def sample(key: str, name: str) -> str:
    content = (GOLD / key / name).read_bytes()
    return (gzip.decompress(content) if name.endswith(".gz") else content).decode()


@pytest.mark.parametrize("key", ENABLED)
def test_source_reads_its_gold(key: str) -> None:
    started = time.process_time()
    verdict = check_source(CATALOGUE.specs[key], GOLD / key)
    assert verdict.ok, str(verdict)
    assert time.process_time() - started < BUDGET_SECONDS


def test_no_gold_without_a_source() -> None:
    folders = {path.name for path in GOLD.iterdir() if (path / "meta.json").exists()}
    assert folders == set(ENABLED)


@pytest.mark.parametrize("key", ENABLED)
def test_sample_pages_say_that_they_are_samples(key: str) -> None:
    meta = json.loads((GOLD / key / "meta.json").read_text("utf-8"))
    names = [meta["list"]["file"], *(e["file"] for e in meta["details"] if "file" in e)]
    for name in names:
        text = sample(key, name)
        assert "dibao-sample" in text or "dibao_sample" in text, name


@pytest.mark.parametrize("key", [key for key in ENABLED if CATALOGUE.specs[key].family is not None])
def test_samples_have_the_marks_of_their_family(key: str) -> None:
    family = FAMILIES[CATALOGUE.specs[key].family or ""]
    meta = json.loads((GOLD / key / "meta.json").read_text("utf-8"))
    text = sample(key, meta["list"]["file"])
    assert family.recognises(url=meta["list"]["url"], text=text) or any(
        family.recognises(url=entry["url"]) for entry in meta["details"]
    )
