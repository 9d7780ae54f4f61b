"""``dibao erase`` as an operator meets it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from pipelines.urls import url_key
from storage.documents import save_document
from storage.engine import Database, open_database
from tests.crawler.test_cli import dibao
from tests.storage.samples import NOW, add_source, record

URL = "https://www.example.gov.cn/xzcf/1.html"


def opened(folder: Path) -> Database:
    (path,) = folder.rglob("*.db")
    return open_database(f"sqlite:///{path}")


def test_an_item_is_removed_once_and_its_address_barred(tmp_path: Path) -> None:
    assert dibao("init", cwd=tmp_path).returncode == 0
    with opened(tmp_path).writer() as session:
        title, text = "关于张某的行政处罚决定书", "当事人张某未按规定办理备案，现作出如下处罚决定。"
        found = record(add_source(session), URL, title=title, text=text)
        found = replace(found, url_key=url_key(URL))
        assert save_document(session, found, now=NOW).document_id == 1
    assert "张某" in dibao("search", "张某", cwd=tmp_path).stdout
    refused = dibao("erase", "1", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--reason" in refused.stderr
    stopped = dibao("erase", "1", "--reason", "当事人要求", cwd=tmp_path, stdin="n\n")
    assert stopped.returncode == 1
    assert "行政处罚决定书" in stopped.stdout
    done = dibao("erase", "1", "--reason", "当事人要求", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["documents"] == [1]
    assert "处罚决定书" not in dibao("search", "张某", cwd=tmp_path).stdout
    again = dibao("erase", URL, "--reason", "当事人要求", "--yes", cwd=tmp_path)
    assert again.returncode == 0
    assert "没有存过" in again.stderr
    assert dibao("erase", "1", "--reason", "x", cwd=tmp_path).returncode == 1
    assert dibao("erase", cwd=tmp_path).returncode == 2
    assert dibao("erase", "--finish", cwd=tmp_path).returncode == 0
