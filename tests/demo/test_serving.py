"""The process with the sample sites and the mailbox, over real sockets on loopback."""

from __future__ import annotations

import email.policy
import smtplib
import stat
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import httpx
import pytest

from crawler.config import load_config
from crawler.demo.config import (
    Addresses,
    FolderRefused,
    fresh_folder,
    write_catalogue,
    write_config,
)
from crawler.demo.process import sample_sites
from crawler.demo.server import set_week
from crawler.demo.weeks import Weeks
from spiders.catalogue import load_catalogue

WEEKS = Weeks.before(datetime(2026, 11, 20, 4, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Addresses]]:
    folder = tmp_path_factory.mktemp("demo")
    with sample_sites(folder, WEEKS) as addresses:
        yield folder, addresses


@pytest.fixture
def folder(running: tuple[Path, Addresses]) -> Path:
    set_week(running[0], 1)
    return running[0]


@pytest.fixture
def addresses(running: tuple[Path, Addresses]) -> Addresses:
    return running[1]


def test_each_site_has_an_address_of_its_own_and_a_robots_file(
    folder: Path, addresses: Addresses
) -> None:
    assert len(set(addresses.sites.values())) == len(addresses.sites) >= 10
    texts = [httpx.get(f"{base}/robots.txt").text for base in addresses.sites.values()]
    assert all("User-agent: *" in text for text in texts)
    assert 2 <= sum("Crawl-delay:" in text for text in texts) < len(texts)


def test_unchanged_pages_are_answered_with_304_and_changed_ones_are_not(
    folder: Path, addresses: Addresses
) -> None:
    ministry = f"{addresses.sites['ministry']}/zwgk/index.html"
    first = httpx.get(ministry)
    assert first.headers["Content-Encoding"] == "gzip"
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert httpx.get(ministry, headers=since).status_code == 304
    court = f"{addresses.sites['court']}/article/index/id/MzAwNDAwMjAwMiAOAAA.shtml"
    known = {"If-None-Match": httpx.get(court).headers["ETag"]}
    assert httpx.get(court, headers=known).status_code == 304
    set_week(folder, 2)
    assert httpx.get(ministry, headers=since).status_code == 200
    assert httpx.get(court, headers=known).status_code == 200
    assert len(httpx.get(ministry).text) > len(first.text) - 200


def test_a_home_page_leads_to_the_list_and_nothing_else_exists(
    folder: Path, addresses: Addresses
) -> None:
    for base in addresses.sites.values():
        assert httpx.get(base, follow_redirects=True).status_code == 200
        assert httpx.get(f"{base}/../../etc/passwd").status_code == 404
        assert httpx.post(base).status_code == 405


def test_the_mailbox_keeps_a_message_byte_for_byte(folder: Path, addresses: Addresses) -> None:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = "a@demo.example", "b@demo.example", "周报"
    message.set_content("第一行\r\n.以点开头\r\n..两个点\r\n.\r\n末行\r\n", cte="8bit")
    with smtplib.SMTP(addresses.smtp_host, addresses.smtp_port) as client:
        client.send_message(message)
        client.send_message(message, to_addrs=["c@demo.example", "d@demo.example"])
        refused = client.docmd("VRFY", "root")
    assert refused[0] == 502
    stored = sorted((folder / "mailbox").glob("*.eml"))
    assert len(stored) == 2
    for path in stored:
        assert path.read_bytes() == message.as_bytes()
    parsed = BytesParser(policy=email.policy.default).parsebytes(stored[0].read_bytes())
    assert parsed["Subject"] == "周报"


def test_the_configuration_lists_the_sites_and_its_catalogue_points_to_them(
    tmp_path: Path, addresses: Addresses
) -> None:
    moved = Addresses(
        {**addresses.sites, "city": "http://127.0.0.1:4711"}, addresses.smtp_host, 2525
    )
    write_catalogue(tmp_path, moved)
    config = load_config(write_config(tmp_path, moved))
    catalogue = load_catalogue(packaged=config.crawl.catalog_folders[0])
    assert catalogue.errors == ()
    assert catalogue.get("demo-city").first_url == "http://127.0.0.1:4711/zwgk/index.htm"
    assert "127.0.0.1" in config.crawl.allow_private
    assert all(host.startswith("127.0.0.") for host in config.crawl.allow_private)
    assert config.crawl.packaged_catalog is False
    assert config.mail.port == 2525
    assert config.mail.read_secret()
    assert stat.S_IMODE((tmp_path / "mail.secret").stat().st_mode) == 0o600
    assert tomllib.loads((tmp_path / "dibao.toml").read_text(encoding="utf-8"))


def test_only_a_folder_of_the_demo_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / ".dibao-demo"
    with fresh_folder(target):
        (target / "old").write_text("x")
        with pytest.raises(FolderRefused, match="another demo"), fresh_folder(target):
            pass
        assert (target / "old").exists()
    with fresh_folder(target):
        assert not (target / "old").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("x")
    with pytest.raises(FolderRefused, match="not a folder of the demo"), fresh_folder(mine):
        pass
    assert (mine / "thesis.txt").exists()
