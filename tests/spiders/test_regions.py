"""The directory of regions, and what the catalogue lacks of it."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from crawler.cli import app
from pipelines.urls import is_fetchable
from spiders.cms import FAMILIES
from spiders.regions import UnknownPlace, directory, find_place, places_under


def test_the_directory_is_whole() -> None:
    places = directory()
    assert len(places) > 2800
    assert len({place.path for place in places}) == len(places)
    assert all(is_fetchable(place.url) for place in places)
    assert {place.level for place in places} == {"provincial", "municipal", "district"}
    assert {place.family for place in places} - {None} <= set(FAMILIES)
    assert len({place.code for place in places if place.level == "provincial"}) == 31


def test_codes_are_those_of_the_standard_or_empty() -> None:
    places = directory()
    counties = [place for place in places if place.level == "district"]
    coded = [place for place in counties if place.code]
    assert len({place.code for place in places if place.code}) == len(coded) + 31 + 301
    assert all(re.fullmatch(r"\d{6}", place.code) for place in coded)
    assert {place.path for place in counties if not place.code} == {
        "河南省/济源示范区",
        "重庆市/两江新区",
        "新疆维吾尔自治区/新疆生产建设兵团",
        "黑龙江省/大兴安岭地区/加格达奇区",
        "黑龙江省/大兴安岭地区/呼中区",
        "黑龙江省/大兴安岭地区/新林区",
        "黑龙江省/大兴安岭地区/松岭区",
    }, "management areas, which the standard does not list"
    by_path = {place.path: place for place in places}
    for place in coded:
        above = by_path.get(place.path.rpartition("/")[0])
        if above is not None and len(above.code) == 4:
            assert place.code.startswith(above.code), place


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("四川省/德阳市/罗江区", "四川省/德阳市/罗江区"),
        ("罗江区", "四川省/德阳市/罗江区"),
        ("5106", "四川省/德阳市"),
        ("510604", "四川省/德阳市/罗江区"),
        ("北京市", "北京市"),
    ],
)
def test_a_place_is_found_by_path_end_or_code(text: str, path: str) -> None:
    assert find_place(text).path == path


def test_a_name_that_several_places_have_is_asked_for_again() -> None:
    with pytest.raises(UnknownPlace, match="鼓楼区"):
        find_place("鼓楼区")
    with pytest.raises(UnknownPlace, match="/ no region"):
        find_place("罗江县城")


def test_regions_are_written_as_in_source_files() -> None:
    assert find_place("四川省/德阳市/罗江区").region == "CN-四川-德阳-罗江"
    assert find_place("北京市").region == "CN-北京"


def test_places_under_a_province() -> None:
    under = places_under("四川")
    assert len(under) > 150
    assert all(place.path.startswith("四川省") for place in under)
    assert len(places_under("四川省/德阳市")) == 7
    assert len(places_under(None)) == len(directory())
    with pytest.raises(UnknownPlace):
        places_under("某某省")


def test_what_all_of_a_province_would_lack() -> None:
    def listed(*arguments: str) -> list[dict[str, object]]:
        done = CliRunner().invoke(app, ["source", "list", *arguments, "--json"])
        assert done.exit_code == 0, done.output
        rows: list[dict[str, object]] = json.loads(done.output)
        return rows

    every = listed("--regions", "--under", "四川")
    missing = listed("--regions", "--missing", "--under", "四川")
    assert 0 < len(missing) < len(every)
    assert "CN-四川" not in {row["region"] for row in missing}
    assert "CN-四川-德阳-罗江" in {row["region"] for row in missing}
    assert {row["region"] for row in listed("--under", "四川")} >= {"CN-四川"}
