"""The command line as a new user meets it: real processes, real files, real exit codes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli import app

GOOD = "长安一片月-万户捣衣声\n"
SOURCE = """\
key: cn-sample-list
title: 示例部 通知
publisher: 示例部
region: CN
level: national
kind: html_list
url: https://www.example.gov.cn/tz/
row: ul.list > li
tags: [sample]
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command printed and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def dibao(*arguments: str, cwd: Path, stdin: str = "", **extra: str) -> Done:
    """Run a command in a folder, inside this process: a fifth of the time of a new one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        for name in [name for name in os.environ if name.upper().startswith("DIBAO_")]:
            patch.delenv(name)
        result = CliRunner().invoke(app, list(arguments), input=stdin, env=extra)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def process(*arguments: str, cwd: Path) -> Done:
    """Run a command as a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.upper().startswith("DIBAO_")}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "crawler", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after ``dibao init`` with one source of its own."""
    folder = tmp_path_factory.mktemp("home")
    done = dibao("init", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "下一步" in done.stdout
    sources = folder / "sources"
    sources.mkdir()
    (sources / "cn-sample-list.yaml").write_text(SOURCE.split("\n", 1)[1], encoding="utf-8")
    config = folder / "dibao.toml"
    text = config.read_text(encoding="utf-8")
    text = text.replace("# catalog_folders", "catalog_folders").replace(
        "[crawl]\n", "[crawl]\npackaged_catalog = false\n"
    )
    config.write_text(text, encoding="utf-8")
    return folder


def test_help_is_quick(tmp_path: Path) -> None:
    best = 10.0
    for _ in range(3):
        before = time.perf_counter()
        done = process("--help", cwd=tmp_path)
        best = min(best, time.perf_counter() - before)
    assert done.returncode == 0
    assert "crawl" in done.stdout
    # Budget 0.3 s on an idle machine; the bound here only catches an eager heavy import.
    assert best < 1.5


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.argv = ['dibao', '--help']\n"
        "from crawler.cli import app\n"
        "try: app()\nexcept SystemExit: pass\n"
        "heavy = {'scrapy', 'twisted', 'sqlalchemy', 'fastapi', 'pydantic', 'numpy', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


def test_without_a_database_every_command_says_what_to_do(tmp_path: Path) -> None:
    for command in (("run", "list"), ("search", "数据"), ("health",), ("user", "list"), ("up",)):
        done = dibao(*command, cwd=tmp_path)
        assert done.returncode == 2
        assert "dibao init" in done.stderr


def test_init_does_not_replace_a_configuration(home: Path) -> None:
    done = dibao("init", cwd=home)
    assert done.returncode == 2
    assert "--force" in done.stderr


def test_empty_states_say_what_to_do_next(home: Path) -> None:
    expected = {
        ("run", "list"): "dibao crawl",
        ("search", "数据"): "dibao crawl",
        ("user", "list"): "dibao user add",
        ("subscriber", "list"): "dibao subscriber add",
    }
    for command, hint in expected.items():
        done = dibao(*command, cwd=home)
        assert done.returncode == 0, done.stderr
        assert hint in done.stdout
        assert json.loads(dibao(*command, "--json", cwd=home).stdout) == []


def test_the_desk_is_not_opened_to_others_before_there_is_a_user(tmp_path: Path) -> None:
    assert dibao("init", cwd=tmp_path).returncode == 0
    done = dibao("web", "--host", "0.0.0.0", cwd=tmp_path)
    assert done.returncode == 2
    assert "dibao user add" in done.stderr


def test_a_user_is_added_with_a_good_password_only(home: Path) -> None:
    weak = dibao("user", "add", "lin", "--password-stdin", cwd=home, stdin="short\n")
    assert weak.returncode == 2
    assert "10" in weak.stderr
    good = dibao("user", "add", "lin", "--password-stdin", cwd=home, stdin=GOOD)
    assert good.returncode == 0, good.stderr
    listed = json.loads(dibao("user", "list", "--json", cwd=home).stdout)
    assert [user["name"] for user in listed] == ["lin"]
    again = dibao("user", "add", "lin", "--password-stdin", cwd=home, stdin=GOOD)
    assert again.returncode == 1


def test_sources_are_listed_shown_and_switched(home: Path) -> None:
    listed = json.loads(dibao("source", "list", "--json", cwd=home).stdout)
    assert [row["key"] for row in listed] == ["cn-sample-list"]
    shown = dibao("source", "show", "cn-sample-list", cwd=home)
    assert "示例部" in shown.stdout
    assert dibao("source", "disable", "cn-sample-list", cwd=home).returncode == 0
    state = json.loads(dibao("source", "show", "cn-sample-list", "--json", cwd=home).stdout)
    assert state["state"]["enabled"] is False
    assert dibao("source", "enable", "cn-sample-list", cwd=home).returncode == 0


def test_an_unknown_source_gets_a_suggestion(home: Path) -> None:
    for command in (("crawl", "cn-sample-lst"), ("source", "show", "cn-sample-lst")):
        done = dibao(*command, cwd=home)
        assert done.returncode == 2
        assert "cn-sample-list" in done.stderr


def test_a_typo_in_a_source_names_file_line_and_field(home: Path) -> None:
    bad = home / "bad-source.yaml"
    bad.write_text(SOURCE.split("\n", 1)[1].replace("row:", "rwo:"), encoding="utf-8")
    done = dibao("source", "check", str(bad), cwd=home)
    assert done.returncode == 1
    assert "bad-source.yaml:7" in done.stderr
    assert "rwo" in done.stderr
    assert "row" in done.stderr


def test_a_typo_in_the_configuration_is_exit_2(home: Path) -> None:
    done = dibao("run", "list", cwd=home, DIBAO_CRAWL__DELAI="3")
    assert done.returncode == 2
    assert "delai" in done.stderr


def test_crawl_needs_to_know_what(home: Path) -> None:
    done = dibao("crawl", cwd=home)
    assert done.returncode == 2
    assert "--due" in done.stderr
    done = dibao("crawl", "--tag", "none-such", cwd=home)
    assert done.returncode == 2
    assert "sample" in done.stderr


def test_doctor_reports_and_gives_remedies(home: Path) -> None:
    done = process("doctor", "--json", cwd=home)
    results = {row["name"]: row for row in json.loads(done.stdout)}
    assert results["database"]["level"] == "ok"
    assert results["contact"]["level"] == "warning"
    assert "crawl.contact" in results["contact"]["message"]
    assert "dibao up" in results["scheduler"]["remedy"]


def test_backup_is_a_working_database(home: Path) -> None:
    done = dibao("db", "backup", cwd=home)
    path = Path(done.stdout.strip())
    assert path.is_file()
    at = {"DIBAO_STORAGE__URL": f"sqlite:///{path}"}
    copied = dibao("db", "current", "--json", cwd=home, **at)
    assert json.loads(copied.stdout)["ok"] is True
    # one whose index has the tokens of an earlier program
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("update schema_meta set value = '0' where key = 'tokenizer_version'")
        raw.commit()
    assert dibao("db", "current", cwd=home, **at).returncode == 1
    refused = dibao("search", "数据", cwd=home, **at)
    assert (refused.returncode, "dibao db upgrade" in refused.stderr) == (1, True)
    doctor = dibao("doctor", "--json", cwd=home, **at)
    (told,) = [row for row in json.loads(doctor.stdout) if row["name"] == "database"]
    assert told["level"] == "error"
    assert "dibao db upgrade" in told["remedy"]
    assert dibao("db", "upgrade", cwd=home, **at).returncode == 0
    assert dibao("search", "数据", cwd=home, **at).returncode == 0


def test_readers_are_added_with_evidence(home: Path) -> None:
    done = dibao("subscriber", "add", "a@example.com", cwd=home)
    assert done.returncode == 2
    assert "consent" in done.stderr
    done = dibao("subscriber", "add", "a@example.com", "--consent", "form 1", cwd=home)
    assert done.returncode == 0, done.stderr
    bad = home / "readers.csv"
    bad.write_text("b@example.com,乙\nnot an@address x\n", encoding="utf-8")
    done = dibao("subscriber", "import", str(bad), "--consent", "form 2", cwd=home)
    assert done.returncode == 3
    listed = json.loads(dibao("subscriber", "list", "--json", cwd=home).stdout)
    assert [row["address"] for row in listed] == ["a@example.com", "b@example.com"]


def test_exported_cells_cannot_run_as_formulas() -> None:
    from crawler.commands.search import spreadsheet_safe

    assert spreadsheet_safe("=1+1") == "'=1+1"
    assert spreadsheet_safe("@sum(a)") == "'@sum(a)"
    assert spreadsheet_safe(["甲", "乙"]) == "甲、乙"
    assert spreadsheet_safe(None) == ""
