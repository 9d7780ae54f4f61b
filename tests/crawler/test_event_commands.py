"""``dibao search --by-event`` and ``dibao event show`` as an operator meets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from crawler.cli import app
from review.relink import look_again
from storage.documents import save_document
from storage.migrate import upgrade
from tests.crawler.test_erase import opened
from tests.storage.samples import NOW, add_source, record

OLD, NEW = "浙江省算力券管理暂行规定", "浙江省算力券管理办法"
PAGES = (
    (OLD, "第一条 为规范算力券管理，制定本规定。", date(2022, 5, 6)),
    (f"《{OLD}》解读", f"近日，浙江省印发《{OLD}》。", date(2022, 5, 7)),
    (
        f"浙江省数据局关于印发《{NEW}》的通知",
        f"本办法自2026年10月1日起施行。《{OLD}》同时废止。",
        date(2026, 9, 1),
    ),
)


@pytest.fixture
def dibao(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command line in a folder with three stored pages of two policies."""
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    assert run.invoke(app, ["init"]).exit_code == 0
    db = opened(tmp_path)
    upgrade(db)
    with db.writer() as session:
        source = add_source(session, level="provincial")
        for number, (title, text, day) in enumerate(PAGES):
            row = record(
                source, f"https://data.example.gov.cn/{number}.html", text=text, title=title,
                published_on=day, written_on=None, doc_number=None,
            )  # fmt: skip
            saved = save_document(session, row, now=NOW)
            look_again(session, saved.document_id or 0, now=NOW)
    db.dispose()
    return lambda *words: run.invoke(app, list(words))


def test_search_by_event_and_what_others_did_to_an_event(dibao: Callable[..., Result]) -> None:
    assert len(json.loads(dibao("search", "算力券", "--json").stdout)) == 3
    lines = json.loads(dibao("search", "算力券", "--by-event", "--json").stdout)
    assert sorted(len(line["others"]) for line in lines) == [0, 1]
    told = dibao("search", "算力券", "--by-event").stdout
    assert "另有 1 篇" in told
    assert "命中 3 篇，合为 2 条" in told
    shown = json.loads(dibao("event", "show", "1", "--json").stdout)
    assert [row["does"] for row in shown["spoken_of_by"]] == ["repeal"]
    assert f"废止 2026-09-01 {PAGES[2][0]}" in dibao("event", "show", "1").stdout
