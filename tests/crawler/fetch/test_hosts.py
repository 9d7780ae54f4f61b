"""Names with a fixed address, and certificates of the operator's own authority."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_certificate

from crawler.commands.source_fetch import FetchFailed, Visitor
from crawler.config import load_config
from crawler.fetch.dialing import GuardedResolver
from crawler.fetch.guard import AllowList
from crawler.pins import pin_of
from tests.crawler.fetch.certificates import own_authority
from tests.crawler.fetch.lab import HTML_SOURCE, Lab, article, listing
from tests.crawler.fetch.test_dialing import Answers, Reactor, _dial
from tests.fault_server import FaultServer, html

NAME = "www.ministry.example"
OTHER = "www.bureau.example"


def _resolver(fixed: dict[str, str], *allow: str) -> GuardedResolver:
    return GuardedResolver(Reactor(Answers(("1.1.1.1",))), AllowList.parse(allow), fixed)


def test_a_fixed_address_is_dialled_without_asking_anybody() -> None:
    resolver = _resolver({"WWW.Ministry.Example": "9.9.9.9"})
    assert _dial(resolver, NAME, 443) == [("9.9.9.9", 443)]
    assert _dial(resolver, "other.example") == [("1.1.1.1", 80)]


def test_a_fixed_address_inside_needs_the_allow_list_as_well() -> None:
    fixed = {NAME: "127.0.0.1"}
    refused = _resolver(fixed)
    assert _dial(refused, NAME) == []
    assert refused.refused[NAME] == "127.0.0.1"
    assert _dial(_resolver(fixed, "127.0.0.1"), NAME) == [("127.0.0.1", 80)]


def test_a_fixed_address_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=NAME):
        _resolver({NAME: "somewhere"})


def test_a_site_inside_is_read_by_its_name_and_certificate(lab: Lab, tmp_path: Path) -> None:
    ca_file, context = own_authority(tmp_path / "tls", NAME)
    lab.configure(ca_file=str(ca_file))
    with lab.config_path.open("a", encoding="utf-8") as file:
        file.write(f'[crawl.hosts]\n"{NAME}" = "127.0.0.1"\n"{OTHER}" = "127.0.0.1"\n')
    with FaultServer(tls=context) as server:
        server.routes["/list"] = html(listing([("/a", "关于第1号试点工作的通知")]))
        server.routes["/a"] = html(article(1))
        lab.html_source("inside", f"https://{NAME}:{server.port}/list")
        lab.html_source("other", f"https://{OTHER}:{server.port}/list")
        friend, stranger = lab.run("inside"), lab.run("other")
    assert (friend.state, friend.counts["new"]) == ("ok", 1)
    assert list(lab.documents()) == ["/a"]
    assert set(stranger.errors.values()) == {"tls_invalid", "robots_unreachable"}


def test_a_key_that_a_source_names_is_believed_there_and_no_other(lab: Lab, tmp_path: Path) -> None:
    ca_file, context = own_authority(tmp_path / "tls", "of-nobody.example")
    pin = pin_of(load_pem_x509_certificate(ca_file.read_bytes()))
    wrong = "sha256/" + "A" * 43 + "="
    with lab.config_path.open("a", encoding="utf-8") as file:
        file.write(f'[crawl.hosts]\n"{NAME}" = "127.0.0.1"\n"{OTHER}" = "127.0.0.1"\n')
    with FaultServer(tls=context) as server:
        server.routes["/list"] = html(listing([("/a", "关于第1号试点工作的通知")]))
        server.routes["/a"] = html(article(1))
        listed = f"https://{NAME}:{server.port}/list"
        for key, named in (("known", pin), ("forged", wrong)):
            text = HTML_SOURCE.format(url=listed, recheck="7d", notes="x")
            lab.source(key, f"{text}certificate: {{pin: {named}, reason: 缺少中间证书，已核对}}\n")
        lab.html_source("plain", listed)
        known, forged, plain = (lab.run(key) for key in ("known", "forged", "plain"))
        assert (known.state, known.counts["new"]) == ("ok", 1), known.log
        assert "证书例外" in known.log
        for refused in (forged, plain):
            assert (refused.state, refused.counts["new"]) == ("failed", 0)
            assert "tls_invalid" in refused.errors.values()
        crawl = load_config(lab.config_path).crawl
        for named, other in ((pin, False), (wrong, True)):
            visitor = Visitor(crawl, user_agent="test", delay=0, pins={NAME: named})
            if other:
                with pytest.raises(FetchFailed):
                    visitor.get(listed)
            else:
                assert visitor.get(listed).status == 200
                with pytest.raises(FetchFailed):
                    visitor.get(f"https://{OTHER}:{server.port}/list")
            visitor.close()
