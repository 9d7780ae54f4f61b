"""The finished bytes: headers for mailing lists, line lengths, encodings, DKIM, injection."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from digest.errors import AddressInvalid
from digest.links import Reader
from digest.lint import check_message
from digest.lint.envelope import raw_headers
from digest.message import Envelope, Signature, build_message, message_id, sign
from digest.render import render_mail
from digest.settings import MailConfig
from digest.view import IssueView
from tests.digest.samples import sample_issue
from tests.digest.test_render import READER, poisoned
from tests.digest.vectors import HEADERS

MAIL = MailConfig(
    from_address="digest@example.org", from_name="邸报编辑部", reply_to="desk@example.org"
)
SENT_AT = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)


def build(
    view: IssueView | None = None,
    *,
    reader: Reader = READER,
    mail: MailConfig = MAIL,
    signature: Signature | None = None,
) -> Envelope:
    view = view or sample_issue(5)
    rendered = render_mail(view, reader=reader)
    return build_message(
        rendered,
        view=view,
        reader=reader,
        mail=mail,
        sent_at=SENT_AT,
        issue=12,
        signature=signature,
    )


@pytest.mark.parametrize("count", [0, 1, 20, 100, 300])
def test_every_size_is_a_clean_message(count: int) -> None:
    assert check_message(build(sample_issue(count)).content) == []


@pytest.mark.parametrize("length", [16, 22, 32, 50, 64, 100, 128, 400])
def test_unsubscribe_address_is_never_encoded(length: int) -> None:
    url = f"https://digest.example.org/u/{'x' * length}"
    envelope = build(reader=replace(READER, unsubscribe_url=url))
    headers = raw_headers(envelope.content)
    assert headers["list-unsubscribe"] == [
        f"<{url}>, <mailto:leave@example.org?subject=unsubscribe>"
    ]
    assert headers["list-unsubscribe-post"] == ["List-Unsubscribe=One-Click"]
    assert b"=?" not in b"\n".join(
        line for line in envelope.content.split(b"\r\n") if line.lower().startswith(b"list-")
    )


def test_headers_of_a_list() -> None:
    headers = raw_headers(build().content)
    assert headers["list-id"] == ["<weekly.example.org>"]
    assert headers["auto-submitted"] == ["auto-generated"]
    assert headers["feedback-id"] == ["12:weekly:dibao:example.org"]
    assert headers["archived-at"] == ["<https://digest.example.org/i/12>"]
    assert headers["list-help"] == [f"<{READER.manage_url}>"]
    assert headers["to"] == ["li.wei@example.org"]
    assert headers["reply-to"] == ["desk@example.org"]
    assert "list-post" not in headers
    assert "bcc" not in headers
    message = message_from_bytes(build().content, policy=policy.default)
    assert message["From"].addresses[0].display_name == "邸报编辑部"
    assert message["Subject"].startswith("政策与法律周报 第12期｜国务院：印发")


def test_plain_http_address_is_not_offered_as_one_click() -> None:
    reader = replace(READER, unsubscribe_url="http://127.0.0.1:8000/u/1.x")
    headers = raw_headers(build(reader=reader).content)
    assert "list-unsubscribe-post" not in headers
    assert headers["list-unsubscribe"][0].startswith("<http://127.0.0.1")


def test_copies_of_one_reader_are_equal_and_of_two_are_not() -> None:
    assert build().content == build().content
    other = replace(READER, address="wang@example.net")
    assert build(reader=other).message_id != build().message_id
    identity = message_id(mail=MAIL, edition="weekly", issue=12, recipient="LI.WEI@example.org ")
    assert identity == build().message_id
    assert identity != message_id(
        mail=MAIL, edition="weekly", issue=13, recipient="li.wei@example.org"
    )
    assert identity.endswith("@example.org>")


def test_encoding_follows_the_text() -> None:
    chinese = message_from_bytes(build().content, policy=policy.default)
    assert [part["Content-Transfer-Encoding"] for part in chinese.iter_parts()] == [
        "base64",
        "base64",
    ]
    view = replace(
        sample_issue(5), sections=(), leads=(), deadlines=(), figures=(), notice="x" * 2500
    )
    english = message_from_bytes(build(view).content, policy=policy.default)
    html = list(english.iter_parts())[1]
    assert html["Content-Transfer-Encoding"] == "quoted-printable"
    assert "x" * 2500 in html.get_content()
    assert check_message(build(view).content) == []


@pytest.mark.parametrize("text", HEADERS)
def test_no_crawled_text_becomes_a_header(text: str) -> None:
    view = replace(poisoned(text), title="周报", leads=(), publisher=text, contact=text)
    try:
        content = build(view).content
    except UnicodeEncodeError:
        pytest.fail("a lone surrogate reached the wire")
    headers = raw_headers(content)
    assert "bcc" not in headers
    assert "x-evil" not in headers
    message = message_from_bytes(content, policy=policy.default)
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: x@y.example", "a@b, c@d", ""])
def test_hostile_recipient_is_refused(address: str) -> None:
    with pytest.raises(AddressInvalid):
        build(reader=replace(READER, address=address))


def test_long_names_fold_into_legal_encoded_words() -> None:
    mail = MailConfig(from_address="digest@example.org", from_name="某某省某某市法律资讯中心" * 4)
    envelope = build(sample_issue(3, title="一二三四五六七八九十" * 4), mail=mail)
    assert check_message(envelope.content) == []
    name = str(make_header(decode_header(raw_headers(envelope.content)["from"][0])))
    assert name == "某某省某某市法律资讯中心" * 4 + " <digest@example.org>"
    for name in ('Li, Wei "X" <y>', "Plain Name", "a@b.example"):
        odd = build(mail=MailConfig(from_address="digest@example.org", from_name=name))
        parsed = message_from_bytes(odd.content, policy=policy.default)
        assert parsed["From"].addresses[0].addr_spec == "digest@example.org"


@pytest.fixture(scope="module")
def key_pair() -> tuple[bytes, bytes]:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem, public


def test_dkim_covers_what_must_not_change(key_pair: tuple[bytes, bytes]) -> None:
    pem, public = key_pair
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)

    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"dibao._domainkey.example.org."
        return record

    signature = Signature(domain="example.org", selector="dibao", key=pem)
    content = build(signature=signature).content
    assert check_message(content) == []
    assert dkim.verify(content, dnsfunc=dns)
    signed = raw_headers(content)["dkim-signature"][0].replace(" ", "")
    assert "c=relaxed/relaxed" in signed
    for name in ("from", "to", "subject", "date", "message-id", "list-unsubscribe-post"):
        assert name in signed.split("h=")[1].split(";")[0]
    for before, after in (
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"<https://digest.example.org/u/", b"<https://evil.example.org/u/"),
        (b"Reply-To: desk@", b"Reply-To: evil@"),
    ):
        assert not dkim.verify(content.replace(before, after), dnsfunc=dns)
    again = sign(build().content, signature=signature)
    assert again.partition(b"\r\nFrom:")[2] == content.partition(b"\r\nFrom:")[2]
