"""``dibao report``: each policy once, by level and place, in every form."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from crawler.cli import app
from storage.documents import LabelRecord, save_document
from storage.engine import open_database
from storage.migrate import upgrade
from storage.models import Document
from tests.storage.samples import NOW, add_source, record

POLICIES = [
    ("济南市元宇宙行动计划", "济政办字〔2022〕1号", "municipal", "CN-山东-济南", "行动计划"),
    ("转载：济南市元宇宙行动计划", "济政办字〔2022〕1号", "municipal", "CN-山东-济南", "行动计划"),
    ("浙江省元宇宙行动计划", None, "provincial", "CN-浙江", "行动计划"),
    ("黄浦区扶持办法", None, "district", "CN-上海-黄浦", "扶持办法"),
    ("国家标准化方案", None, "national", "CN", "征求意见"),
    ("某县没有地名的意见", None, "district", None, "指导意见"),
    ("某公司推出平台", None, "none", None, "产品发布"),
    ("境外央行的办法", None, "foreign", "US", "管理规定"),
    ("境外监管机构的规定", None, "regulator", "GB", "管理规定"),
    ("来源不明的办法", None, None, None, "管理规定"),
]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    path = folder / "dibao.toml"
    path.write_text(f'[storage]\ndata_dir = "{folder}"\n', encoding="utf-8")
    database = open_database(f"sqlite:///{folder / 'dibao.db'}")
    upgrade(database)
    with database.writer() as session:
        source = add_source(session)
        for number, (title, doc_number, level, region, doc_type) in enumerate(POLICIES):
            labels = [LabelRecord(doc_type, "doc_type", 0.9, "r", "rule")]
            labels += [LabelRecord("文旅", "scenario", 0.9, "r", "rule")] * (number == 2)
            new = record(
                source,
                f"https://sample.gov.cn/{number}",
                title=title,
                text=title * 30,
                doc_number=doc_number,
                level=level,
                region=region,
                labels=tuple(labels),
                published_on=date(2022 + number % 2, 3, 1),
            )
            save_document(session, new, now=NOW)
    database.dispose()
    return path


def run(config: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["report", *options, "--config", str(config)])


def tables(config: Path, *options: str) -> dict[str, dict[str, int]]:
    done = run(config, "--format", "json", *options)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    return {
        table["name"]: {line["name"]: line["count"] for line in table["lines"]}
        for table in found["tables"]
    }


def test_a_policy_counts_once_and_the_rule_is_named(config: Path) -> None:
    found = json.loads(run(config, "--format", "json").stdout)
    assert found["count"] == 5
    assert found["left_out"] == {
        "其他类型": 1,
        "境外机关": 2,
        "发布机关不明": 1,
        "同一政策的其他页面": 1,
    }
    level = found["tables"][0]
    assert level["convention"] == "hierarchy"
    assert level["denominator"] == 5
    assert {line["name"]: (line["count"], line["percent"]) for line in level["lines"]} == {
        "国家级": (1, 20),
        "省级": (1, 20),
        "地市级": (1, 20),
        "区县级": (2, 40),
    }
    titles = {row["id"]: row["title"] for row in found["documents"]}
    cities = next(line for line in level["lines"] if line["name"] == "地市级")
    assert [titles[key] for key in cities["documents"]] == ["济南市元宇宙行动计划"]


def test_filters_and_the_other_convention(config: Path) -> None:
    other = tables(config, "--convention", "municipality-districts-as-cities")
    assert other["level"] == {"国家级": 1, "省级": 1, "地市级": 2, "区县级": 1}
    assert other["region"] == {"全国": 1, "华东": 3, "未知": 1}
    assert tables(config, "--region", "CN-浙江")["scenario"] == {"文旅": 1}
    assert tables(config, "--until", "2022-12-31")["year"] == {"2022": 3}
    assert tables(config, "--type", "扶持办法")["city_tier"] == {"一线": 1}
    assert run(config, "--query", "(").exit_code == 2
    assert run(config, "--format", "xlsx").exit_code == 2


def test_every_form_can_be_read(config: Path, tmp_path: Path) -> None:
    text = run(config).output
    assert "计入政策 5 项" in text
    assert "直辖市的区县计入区县级" in text
    target = tmp_path / "out.csv"
    assert run(config, "--format", "csv", "--out", str(target)).exit_code == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert rows[0][:4] == ["表", "项", "数量", "百分比"]
    assert ["发布层级", "区县级", "2", "40%"] in [row[:4] for row in rows]
    page = run(config, "--format", "html").stdout
    assert page.startswith("<!doctype html>")
    assert 'href="https://sample.gov.cn/2"' in page
    assert "口径 hierarchy" in page


def test_what_a_person_rejected_is_no_policy(config: Path) -> None:
    database = open_database(f"sqlite:///{config.parent / 'dibao.db'}")
    with database.writer() as session:
        found = session.scalars(select(Document).where(Document.title == "黄浦区扶持办法")).one()
        found.review_state = "rejected"
    left_out = json.loads(run(config, "--format", "json").stdout)["left_out"]
    with database.writer() as session:
        session.merge(found).review_state = "new"
    database.dispose()
    assert left_out["审阅时不采用"] == 1


def test_nothing_to_count_says_what_to_do(config: Path) -> None:
    done = run(config, "--since", "2030-01-01")
    assert done.exit_code == 0
    assert "没有可统计的政策" in done.output
