"""What an act repeals or amends: in every form of the issue, and in the export of documents."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session
from typer.testing import CliRunner

from crawler.cli import app
from digest.feeds import FeedFacts, Published, json_feed
from digest.files.content import printed
from digest.issues import render_view
from digest.linked_data import issue_data
from digest.lint import check_rendered
from digest.phrases import touched
from digest.view import Item, Touched
from storage.engine import Database
from tests.digest.archive import END, add_sources
from tests.digest.samples import sample_issue
from tests.digest.test_stories import CONFIG, issue, linked

ACT = "广东省数据经纪人管理办法"
OLD = "广东省数据经纪人管理暂行规定"
TITLE = f"广东省人民政府关于印发《{ACT}》的通知"
TEXT = (
    "第一条 为规范数据经纪人从业行为，促进数据流通交易，制定本办法。\n"
    f"第九条 本办法自2026年12月1日起施行。《{OLD}》（粤府办〔2021〕3号）同时废止。"
)
TOLD = f"废止《{OLD}》（粤府办〔2021〕3号）"


def act(session: Session) -> int:
    add_sources(session)
    return linked(session, TITLE, text=TEXT, doc_number="粤府〔2026〕30号")


def test_an_act_says_in_the_issue_what_it_repeals(database: Database) -> None:
    with database.writer() as session:
        act(session)
        item = issue(session)[TITLE]
    assert item.touched == (Touched("repeal", OLD, "粤府办〔2021〕3号"),)
    assert touched(item) == TOLD


def test_every_form_of_the_issue_carries_it() -> None:
    view = sample_issue(5)
    item = next(one for one in view.items if one.touched)
    words = touched(item)
    assert (
        words
        == "废止《网络数据安全评估暂行规定》（国信办发〔2021〕9号）；修改《数据出境安全评估办法》"
    )
    mail = render_view(view, config=CONFIG)
    assert check_rendered(mail) == []
    assert words in mail.html
    assert words in "".join(mail.text.split())
    assert words in render_view(view, config=CONFIG, form="web").html
    lines = [line for part in printed(view).parts for e in part.entries for line in e.lines]
    assert ("涉及文件", words) in [(line.label, line.text) for line in lines]
    parts = issue_data(view)["hasPart"]
    assert [part["citation"] for part in parts if "citation" in part] == [
        [
            {
                "@type": "Legislation",
                "name": "网络数据安全评估暂行规定",
                "identifier": "国信办发〔2021〕9号",
            },
            {"@type": "Legislation", "name": "数据出境安全评估办法"},
        ]
    ]
    facts = FeedFacts("t", "https://a.example", "https://a.example/f", "a")
    feed = json_feed(facts, [Published("https://a.example/1", END, view)])
    assert words in feed.decode()


def test_many_are_counted() -> None:
    many = tuple(Touched("repeal", f"第{n}号规定") for n in range(5))
    item = Item(number=1, document_id=1, title="t", url="https://a.example", touched=many)
    assert touched(item) == "废止《第0号规定》、《第1号规定》、《第2号规定》等 5 件"


def test_the_export_of_documents_names_them(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.writer() as session:
        act(session)
    config = tmp_path / "dibao.toml"
    settings = f'[storage]\ndata_dir = "{tmp_path}"\nurl = "sqlite:///{sqlite_database.path}"\n'
    config.write_text(settings, encoding="utf-8")

    def exported(form: str) -> str:
        arguments = ["export", "--format", form, "--config", str(config)]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
        return done.stdout

    (row,) = json.loads(exported("json"))
    assert row["references"] == [{"kind": "repeal", "name": OLD, "number": "粤府办〔2021〕3号"}]
    assert row["published_on"] == date(2026, 11, 12).isoformat()
    (line,) = csv.DictReader(io.StringIO(exported("csv")))
    assert line["references"] == TOLD
