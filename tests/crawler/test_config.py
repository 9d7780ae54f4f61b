"""The configuration: mistakes are named, paths and secrets come out right."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.config import ConfigError, find_config, load_config, user_agent


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.upper().startswith("DIBAO_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "dibao.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    config = load_config()
    assert config.storage.database_url == f"sqlite:///{tmp_path}/data/dibao.db"
    assert config.digest.editions[0].timezone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("text", "field", "remedy"),
    [
        ("[crawl]\ndelai = 3\n", "crawl.delai", "`delay`"),
        ("[crwal]\ndelay = 3\n", "crwal", "`crawl`"),
        ("[[digest.editions]]\ntitel = 'x'\n", "digest.editions.0.titel", "`title`"),
        ("[crawl]\ndelay = 'often'\n", "crawl.delay", "often"),
        ("[crawl\n", "TOML", "line 1"),
        ("[crawl.hosts]\n'a.gov.cn' = 'b.gov.cn'\n", "crawl.hosts", "must be an IP address"),
        ("[crawl]\nallow_private = ['http://10.0.0.1/']\n", "crawl.allow_private", "网段"),
    ],
)
def test_a_mistake_names_file_field_and_remedy(
    tmp_path: Path, text: str, field: str, remedy: str
) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    shown = str(caught.value)
    assert str(path) in shown
    assert field in shown
    assert remedy in shown


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "[crawl]\ndelai = 3\ntimeout = -1\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert len(caught.value.problems) == 2


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "[crawl]\ndelay = 3\ntimeout = 10\n")
    monkeypatch.setenv("DIBAO_CRAWL__DELAY", "7")
    config = load_config(path)
    assert (config.crawl.delay, config.crawl.timeout) == (7, 10)


def test_a_misspelt_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIBAO_CRAWLL__DELAY", "7")
    with pytest.raises(ConfigError, match="DIBAO_CRAWL__"):
        load_config()


def test_a_named_file_that_is_absent_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="dibao init"):
        find_config(tmp_path / "none.toml")


def test_relative_paths_count_from_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    path = write(
        folder,
        "[storage]\ndata_dir = 'd'\n[crawl]\ncatalog_folders = ['s', '/abs']\n"
        "[mail]\ntransport = 'folder'\nfolder = 'out'\n",
    )
    config = load_config(path)
    assert config.storage.database_url == f"sqlite:///{folder}/d/dibao.db"
    assert config.crawl.catalog_folders == (folder / "s", Path("/abs"))
    assert config.mail.folder == folder / "out"


def test_links_of_the_mail_lead_to_the_desk_unless_told_otherwise(tmp_path: Path) -> None:
    text = "[review]\npublic_url = 'https://desk.example.org'\n"
    assert load_config(write(tmp_path, text)).mail.public_url == "https://desk.example.org"
    text += "[mail]\npublic_url = 'https://mail.example.org'\n"
    assert load_config(write(tmp_path, text)).mail.public_url == "https://mail.example.org"


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    path = write(tmp_path, "[mail]\npassword = 'geheim-1'\nport = 'x'\n")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert "geheim-1" not in str(caught.value)
    config = load_config(write(tmp_path, "[mail]\npassword = 'geheim-1'\n"))
    assert "geheim-1" not in repr(config)
    assert "geheim-1" not in config.model_dump_json()


def test_the_user_agent_names_us_and_the_contact(tmp_path: Path) -> None:
    config = load_config(write(tmp_path, "[crawl]\ncontact = 'ops@example.com'\n"))
    assert user_agent(config.crawl).startswith("Dibao/")
    assert "ops@example.com" in user_agent(config.crawl)


def test_the_example_file_is_valid() -> None:
    import crawler

    path = Path(crawler.__file__).parent / "dibao.example.toml"
    config = load_config(path)
    assert config.digest.editions[0].title == "政策法规周报"
