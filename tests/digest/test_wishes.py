"""One reader's part of an issue: topics, words, excluded words; kept by the manage page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from typer.testing import CliRunner

from crawler.cli import app
from digest.narrow import Wishes, narrowed, read_wishes, split_words, stored
from digest.view import IssueView, Item, Section
from storage.engine import open_database
from storage.migrate import upgrade
from storage.subscribers import subscribe
from tests.digest.archive import END

ITEMS = (
    Item(1, 1, "算力券管理办法", "https://example.org/1", topics=("算力",)),
    Item(2, 2, "某公司算力岗位招聘", "https://example.org/2", topics=("算力",)),
    Item(3, 3, "数据条例", "https://example.org/3", summary="促进数据流通。"),
    Item(4, 4, "消费券发放", "https://example.org/4", watches=("关注",)),
)
VIEW = IssueView(
    edition="weekly",
    title="周报",
    subtitle="",
    number=1,
    issued_on=date(2026, 11, 16),
    first_day=date(2026, 11, 9),
    last_day=date(2026, 11, 15),
    sections=(Section("新法速递", "新法速递", ITEMS),),
    composed_at=END,
)


def numbers(wishes: Wishes) -> list[int]:
    return [item.number for section in narrowed(VIEW, wishes).sections for item in section.items]


def test_topics_or_words_and_never_excluded_words() -> None:
    assert numbers(Wishes()) == [1, 2, 3, 4]
    assert numbers(Wishes(topics=("算力",))) == [1, 2, 4]
    assert numbers(Wishes(topics=("算力",), keywords=("数据流通",))) == [1, 2, 3, 4]
    assert numbers(Wishes(not_words=("招聘",))) == [1, 3, 4]
    wishes = Wishes(topics=("算力",), not_words=("招聘",))
    assert numbers(wishes) == [1, 4]
    assert read_wishes(stored(wishes)) == wishes


def test_the_command_sets_and_shows_them(tmp_path: Path) -> None:
    config = tmp_path / "dibao.toml"
    config.write_text(f'[storage]\ndata_dir = "{tmp_path}"\n', encoding="utf-8")
    database = open_database(f"sqlite:///{tmp_path / 'dibao.db'}")
    upgrade(database)
    with database.writer() as session:
        subscribe(
            session,
            address="reader@example.org",
            edition="weekly",
            consent={"how": "form"},
            now=END,
            confirmed=True,
        )
    database.dispose()

    def run(*options: str) -> str:
        arguments = ["subscriber", "wishes", "reader@example.org", *options]
        return CliRunner().invoke(app, [*arguments, "--config", str(config)]).output

    assert "全部" in run()
    assert "算力、不含招聘" in run("--topic", "算力", "--not-word", "招聘")
    assert "算力、不含招聘" in run()
    assert "全部" in run("--clear")
    missing = ["subscriber", "wishes", "nobody@example.org", "--config", str(config)]
    assert CliRunner().invoke(app, missing).exit_code == 2


def test_typed_words_are_split_cleaned_and_few() -> None:
    assert split_words(" 算力券、数据跨境，AI;算力券\n\x00备案 ") == (
        "算力券",
        "数据跨境",
        "AI",
        "备案",
    )
    assert split_words("算力券 data protection 备案") == ("算力券", "data protection", "备案")
    assert split_words(" 、，") == ()
    assert len(split_words("、".join(str(n) for n in range(99)))) == 20
    assert split_words("长" * 99) == ("长" * 30,)
