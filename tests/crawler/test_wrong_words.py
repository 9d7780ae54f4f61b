"""What a person sees who mistypes a command, names a missing file, or presses Ctrl-C."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from crawler import cli
from crawler.logs import set_up_logging


def said(words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Exit code and error text of a command line."""
    monkeypatch.setattr("sys.argv", ["dibao", *words.split()])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return f"{ended.value.code} {capsys.readouterr().err}"


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("issue list", "2 没有这个命令 / No such command 'issue'"),
        ("events list", "Did you mean 'event'?"),
        ("db restore x", "用法见 / for help: dibao db --help"),
        ("digest preview one", "2 参数的值不对 / Invalid value for 'issue'"),
        ("digest preview", "2 缺少参数 / Missing argument 'issue'"),
        ("search x --nothing", "2 没有这个选项 / No such option: --nothing"),
        ("health too many words", "2 多出了参数 / Got unexpected extra argument"),
        ("verify none.warc.gz", "2 none.warc.gz: 没有这个文件或文件夹，请检查路径 / no such file"),
        ("init taken", "2 taken: 已有同名文件 / a file of this name is in the way"),
        ("init taken/below", "2 taken/below: 路径中有一段是文件 / a part of the path is a file"),
    ],
)
def test_wrong_words_are_told_in_both_languages_with_a_way_out(
    words: str,
    seen: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("taken").write_text("", encoding="utf-8")
    assert seen in said(words, monkeypatch, capsys)


def test_ctrl_c_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("crawler.config.load_config", pressed)
    assert said("health", monkeypatch, capsys) == "130 已中断 / interrupted\n"


def test_a_group_without_a_verb_shows_its_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Commands:" in said("db", monkeypatch, capsys)


def test_starting_up_is_not_told_step_by_step() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        set_up_logging()
        for name in ("apscheduler.scheduler", "alembic.runtime.plugins.setup"):
            assert not logging.getLogger(name).isEnabledFor(logging.INFO), name
        assert logging.getLogger("alembic.runtime.migration").isEnabledFor(logging.INFO)
    finally:
        root.handlers[:] = before[0]
        root.setLevel(before[1])
