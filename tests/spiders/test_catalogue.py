"""Source files: what is accepted, what is refused, and how clearly the refusal is said."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from spiders.catalogue import (
    CatalogueError,
    SourceFileErrors,
    UnknownSource,
    check_catalogue,
    find_spec,
    load_catalogue,
    packaged_folder,
    parse_source,
)
from spiders.spec import HtmlListSpec

GOOD = """\
title: 示例部 政策文件
publisher: 示例部
region: CN
level: national
kind: html_list
url: https://www.example.gov.cn/zcfb/
row: ul.list > li
date: span::text
every: 6h
expect: {min_rows: 10, fill: {body: 0.9}}
"""


def errors_of(text: str, name: str = "cn-example.yaml") -> list[CatalogueError]:
    with pytest.raises(SourceFileErrors) as caught:
        parse_source(text.encode(), path=Path(name))
    return caught.value.errors


def test_a_good_file_is_read_with_its_defaults() -> None:
    spec = parse_source(GOOD.encode(), path=Path("cn/x/cn-example.yaml"))
    assert isinstance(spec, HtmlListSpec)
    assert spec.key == "cn-example"
    assert spec.every.total_seconds() == 6 * 3600
    assert spec.expect.min_rows == 10
    assert spec.status == "enabled"
    assert spec.host_group == "example.gov.cn"


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "said", "remedy"),
    [
        ("row:", "rwo:", 7, "rwo", "unknown key 'rwo'", "did you mean 'row'?"),
        ("min_rows", "min_row", 10, "expect.min_row", "'min_row'", "did you mean 'min_rows'?"),
        ("level: national", "level: nationl", 4, "level", "'nationl'", "did you mean 'national'?"),
        ("kind: html_list", "kind: html-list", 5, "kind", "'html-list'", "html_list"),
        ("every: 6h", "every: 6 hours", 9, "every", "30s, 15m, 6h", "6 hours"),
        ("region: CN", "region: China", 3, "region", "CN-浙江", "China"),
        ("https://www", "file:///www", 6, "url", "http://", "file:"),
        ("https://www", "https://u:p@www", 6, "url", "user name", "u:p@"),
        ("span::text", "'span[::text'", 8, "date", "CSS", "span["),
        ("min_rows: 10", "min_rows: ten", 10, "expect.min_rows", "whole number", "ten"),
        ("min_rows: 10", "min_rows: -1", 10, "expect.min_rows", "小于 0", "-1"),
        ("publisher: 示例部\n", "", 1, "publisher", "missing", "publisher:"),
        ("title: 示例部", "family: trs-vcm\ntitle: 示例部", 1, "family", "trs-vcm", "'trs-wcm'"),
        ("every: 6h", "key: other", 9, "key", "name of the file", "remove"),
        ("every: 6h", "link_regex: (a+)+$", 9, "link_regex", "repetition", "(a+)+"),
        ("every: 6h", "headers: {Cookie: a}", 9, "headers", "Cookie", "Cookie"),
        ("every: 6h", "paging: {style: nmber}", 9, "paging", "'nmber'", "did you mean 'number'"),
        ("every: 6h", "paging: {style: next, lnk: a}", 9, "paging.lnk", "'lnk'", "'link'"),
        ("every: 6h", "lookups: {isuer: {a: b}}", 9, "lookups.isuer", "'isuer'", "'issuer'"),
        ("every: 6h", "timezone: Asia/Beijing", 9, "timezone", "time zone", "Beijing"),
        ("every: 6h", "status: manual", 1, "", "notes", ""),
        ("every: 6h", "urls: [https://a.cn/]", 1, "", "either url or urls", ""),
        ("every: 6h", "body: .view, #zoom", 9, "body", "quotes", ".view,"),
        ("row: ul.list > li", "row: xpath:document('x')", 7, "row", "XPath", "document"),
    ],
)
def test_a_mistake_names_line_field_reason_and_remedy(
    old: str, new: str, line: int, field: str, said: str, remedy: str
) -> None:
    assert old in GOOD
    found = errors_of(GOOD.replace(old, new))
    hits = [error for error in found if error.field == field]
    assert hits, [str(error) for error in found]
    assert hits[0].line == line
    assert said in hits[0].message
    assert remedy in hits[0].remedy
    assert " / " in hits[0].message, "Chinese and English"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("title: &a x\nurl: *a\n", 1, "aliases"),
        ("a: &x [1]\nb: [*x, *x]\n", 1, "aliases"),
        ("title: !!python/object/apply:os.system [id]\n", 1, "tag"),
        ("title: a\nurl: b\ntitle: c\n", 3, "appears twice"),
        ("base: {a: 1}\n<<: {b: 2}\n", 2, "merge key"),
        ("title: a: b\n", 1, "YAML"),
        ("title: [a\n", 2, "YAML"),
        ("title: a\n---\ntitle: b\n", 2, "more than one document"),
        ("- a\n- b\n", 1, "mapping"),
        ("", 1, "mapping"),
        ("a: " + "[" * 40 + "]" * 40, 1, "nested too deeply"),
        ("a: [" + "1, " * 5000 + "1]", 1, "too many values"),
        ("x: '" + "y" * 70_000 + "'", 1, "larger than"),
        ('title: "\x01"\n', 1, "YAML"),
    ],
)
def test_yaml_that_could_do_harm_or_mislead_is_refused(text: str, line: int, said: str) -> None:
    (error,) = errors_of(text)
    assert said in error.message
    assert error.line == line


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    with pytest.raises(SourceFileErrors) as caught:
        parse_source("title: a\npublisher: 示例".encode("gb18030"), path=Path("a-b.yaml"))
    (error,) = caught.value.errors
    assert "UTF-8" in error.message
    assert error.line == 2


def test_unquoted_words_stay_what_was_typed() -> None:
    text = GOOD.replace("示例部 政策文件", "no").replace(
        "every: 6h", "tags: [yes, off]\nnotes: 12:30:45"
    )
    spec = parse_source(text.encode(), path=Path("cn-example.yaml"))
    assert spec.title == "no"
    assert spec.tags == ("yes", "off")
    assert spec.notes == "12:30:45"
    (error,) = errors_of(GOOD.replace("every: 6h", "status: no"))
    assert error.field == "status"


def test_several_mistakes_of_one_file_are_all_told() -> None:
    found = errors_of(GOOD.replace("row:", "rwo:").replace("6h", "soon"))
    assert {error.field for error in found} == {"rwo", "every"}


def test_a_family_gives_defaults_that_a_file_may_replace_or_remove() -> None:
    text = GOOD.replace("kind: html_list", "family: trs-wcm")
    spec = parse_source(text.encode(), path=Path("cn-example.yaml"))
    assert isinstance(spec, HtmlListSpec)
    assert spec.link_regex is not None
    assert spec.paging is not None
    bare = parse_source((text + "paging: null\n").encode(), path=Path("cn-example.yaml"))
    assert isinstance(bare, HtmlListSpec)
    assert bare.paging is None


def test_one_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "cn-good.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "cn-bad.yaml").write_text(GOOD.replace("row:", "rwo:"), "utf-8")
    (tmp_path / "Bad_Name.yaml").write_text(GOOD, "utf-8")
    catalogue = load_catalogue(packaged=tmp_path)
    assert set(catalogue.specs) == {"cn-good"}
    assert {error.key for error in catalogue.errors} == {"cn-bad", "Bad_Name"}
    with pytest.raises(CatalogueError, match="rwo"):
        catalogue.get("cn-bad")
    with pytest.raises(UnknownSource, match="did you mean cn-good"):
        catalogue.get("cn-goood")


def test_a_users_file_replaces_the_packaged_one(tmp_path: Path) -> None:
    mine = GOOD.replace("示例部 政策文件", "我的来源")
    (tmp_path / "cn-mof.yaml").write_text(mine, "utf-8")
    assert find_spec("cn-mof", [tmp_path]).title == "我的来源"
    assert find_spec("cn-mof").title != "我的来源"


def test_two_files_of_one_name_and_a_missing_folder_are_errors(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "cn-same.yaml").write_text(GOOD, "utf-8")
    found = load_catalogue([tmp_path / "missing"], packaged=tmp_path).errors
    assert sorted("same name" in error.message for error in found) == [False, True]


def test_the_packaged_catalogue_is_whole() -> None:
    assert check_catalogue() == ()
    catalogue = load_catalogue()
    enabled = [spec for spec in catalogue.specs.values() if spec.status == "enabled"]
    assert len(catalogue.specs) >= 450
    assert len(enabled) >= 250
    for spec in catalogue.specs.values():
        assert spec.status == "enabled" or spec.notes, f"{spec.key} does not say why it is off"
    assert len(catalogue.tagged("national")) >= 15
    for key, path in catalogue.paths.items():
        lines = path.read_text("utf-8").count("\n")
        assert 8 <= lines <= 30, f"{key}: {lines} lines"
        assert len(path.relative_to(packaged_folder()).parts) == 3, "region/publisher/key.yaml"


def test_topics_of_the_catalogue_are_topics_of_the_taxonomy() -> None:
    text = (files("pipelines.classify") / "taxonomy.toml").read_text("utf-8")
    known = {topic["name"] for topic in tomllib.loads(text)["topic"]}
    for key, spec in load_catalogue().specs.items():
        assert set(spec.topics) <= known, key


def test_reading_the_catalogue_loads_no_crawler() -> None:
    code = (
        "import sys; from spiders.catalogue import load_catalogue; load_catalogue();"
        "print([m for m in ('scrapy', 'twisted', 'lxml', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"
