"""The benchmarks of lists and feeds on a corpus of two pages and three feeds."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from bench import feeds, wrapper
from tests.spiders.list_shapes_more import SHAPES

ATOM = (
    "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>{title}</title>"
    "<link href='http://example.com/1'/></entry></feed>"
)


def packed(folder: Path, names: tuple[str, ...]) -> None:
    """A set of list pages with their gold, the second with one title wrong."""
    (folder / "pages").mkdir(parents=True)
    lines = []
    for number, name in enumerate(names):
        sample = SHAPES[name]()
        (folder / "pages" / f"{name}.html.gz").write_bytes(gzip.compress(sample.content))
        items = [
            {"title": title + ("（改）" if number and not i else ""), "href": url, "date": day}
            for i, (url, title, day) in enumerate(sample.rows)
        ]
        row = {
            "id": name,
            "file": f"pages/{name}.html.gz",
            "url": sample.base,
            "gold": {"items": items},
        }
        lines.append(json.dumps(row))
    (folder / "manifest.jsonl").write_text("\n".join(lines), "utf-8")


def test_rows_are_counted_against_gold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed(tmp_path / "zh_list_pages", ("trs_plain", "chinese_date"))
    assert wrapper.main(["--data", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["sets"]["zh_list_pages"]
    assert (found["n"], found["rows"], found["date"], found["pages"]) == (2, 16, 1.0, 0.5)
    assert found["f1"] == pytest.approx(15 / 16, abs=0.001)


def test_fields_of_feeds_are_compared_with_what_the_suite_expects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "feedparser_tests"
    folder.mkdir()
    cases = {
        "wellformed/right.xml": (ATOM.format(title="Right"), "entries[0]['title'] == 'Right'"),
        "wellformed/wrong.xml": (ATOM.format(title="Wrong"), "entries[0].title == 'Right'"),
        "illformed/empty.xml": ("", "bozo"),
    }
    with tarfile.open(folder / "files.tar.gz", "w:gz") as archive:
        for name, (text, _) in cases.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    rows = [{"file": name, "gold": {"expect": expect}} for name, (_, expect) in cases.items()]
    manifest = "\n".join(map(json.dumps, rows)).encode()
    (folder / "manifest.jsonl.gz").write_bytes(gzip.compress(manifest))
    assert feeds.main(["--data", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["suites"]["feedparser_tests"]
    assert found["well-formed"] == {
        "files": 2, "read": 2, "refused": 0, "entities": 0, "right": 1, "fields": 2, "wrong": 1,
    }  # fmt: skip
    assert found["ill-formed"]["refused"] == 1
