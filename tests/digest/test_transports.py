"""SMTP against a real server process that fails at every step; and the folder of .eml files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from digest.errors import DeliveryError, Permanent, ServiceDown, Transient, Unknown
from digest.message import Envelope
from digest.settings import MailConfig
from digest.transports import FolderTransport, SmtpTransport, open_transport
from tests.digest.smtp_server import Running, running
from tests.digest.test_message import build

MESSAGE = build()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("smtp")) as started:
        yield started


@pytest.fixture
def mail(server: Running) -> MailConfig:
    server.clear()
    return MailConfig(
        host="127.0.0.1",
        port=server.port,
        security="none",
        timeout=5,
        final_timeout=5,
        from_address="digest@example.org",
    )


def send_once(mail: MailConfig, message: Envelope = MESSAGE) -> None:
    with SmtpTransport(mail) as transport:
        transport.send(message)


def test_message_arrives_octet_for_octet(server: Running, mail: MailConfig) -> None:
    content = MESSAGE.content + b".\r\n..two dots\r\nend"
    with SmtpTransport(mail) as transport:
        receipt = transport.send(replace(MESSAGE, content=content))
    assert receipt.reply.startswith("250")
    assert receipt.message_id == MESSAGE.message_id
    [kept] = server.messages()
    assert kept == b"X-Recipient: li.wei@example.org\r\n" + content + b"\r\n"


def test_one_connection_for_many_messages(server: Running, mail: MailConfig) -> None:
    server.script(connect={"reply": "421 busy", "times": 0})
    with SmtpTransport(mail) as transport:
        transport.send(MESSAGE)
        server.script(connect={"reply": "421 no new connections"})
        for _ in range(3):
            transport.send(MESSAGE)
    assert len(server.messages()) == 4


def test_a_connection_carries_no_more_than_its_limit(server: Running, mail: MailConfig) -> None:
    with SmtpTransport(mail.model_copy(update={"per_connection": 2})) as transport:
        for _ in range(2):
            transport.send(MESSAGE)
        server.script(connect={"reply": "421 too many connections", "times": 1})
        with pytest.raises(ServiceDown):
            transport.send(MESSAGE)
        for _ in range(2):
            transport.send(MESSAGE)
    assert len(server.messages()) == 4


_STEPS: list[tuple[str, dict[str, Any], type[DeliveryError], str, int]] = [
    ("connect", {"drop": True}, ServiceDown, "connect", 0),
    ("connect", {"reply": "554 go away"}, ServiceDown, "connect", 0),
    ("connect", {"reply": "421 too many"}, ServiceDown, "connect", 0),
    ("ehlo", {"drop": True}, ServiceDown, "ehlo", 0),
    ("mail", {"drop": True}, ServiceDown, "mail", 0),
    ("mail", {"reply": "550 sender unknown"}, ServiceDown, "mail", 0),
    ("mail", {"reply": "530 authenticate first"}, ServiceDown, "mail", 0),
    ("mail", {"reply": "552 too large"}, Permanent, "mail", 0),
    ("rcpt", {"drop": True}, Transient, "rcpt", 0),
    ("rcpt", {"reply": "450 greylisted"}, Transient, "rcpt", 0),
    ("rcpt", {"reply": "421 shutting down"}, Transient, "rcpt", 0),
    ("rcpt", {"reply": "550 no such user"}, Permanent, "rcpt", 0),
    ("rcpt", {"reply": "530 must issue STARTTLS"}, ServiceDown, "rcpt", 0),
    ("data", {"drop": True}, Transient, "data", 0),
    ("data", {"reply": "451 later"}, Transient, "data", 0),
    ("data", {"reply": "554 no"}, Permanent, "data", 0),
    ("dot", {"reply": "452 disk full"}, Transient, "dot", 0),
    ("dot", {"reply": "554 spam"}, Permanent, "dot", 0),
    ("dot", {"drop": True}, Unknown, "dot", 0),
    ("kept", {"drop": True}, Unknown, "dot", 1),
]


@pytest.mark.parametrize(("step", "action", "error", "where", "kept"), _STEPS)
def test_every_step_has_its_verdict(
    server: Running,
    mail: MailConfig,
    step: str,
    action: dict[str, Any],
    error: type[DeliveryError],
    where: str,
    kept: int,
) -> None:
    server.script(**{step: action})
    with SmtpTransport(mail) as transport:
        with pytest.raises(error) as caught:
            transport.send(MESSAGE)
        assert type(caught.value) is error
        assert caught.value.step == where
        if "reply" in action:
            assert action["reply"].split()[0] in caught.value.reply
        assert len(server.messages()) == kept
        # and the next message goes out over the same transport
        server.script()
        transport.send(MESSAGE)
    assert len(server.messages()) == kept + 1


def test_connection_cut_inside_the_body_is_not_unknown(server: Running, mail: MailConfig) -> None:
    server.script(body={"drop": True})
    big = replace(MESSAGE, content=MESSAGE.content + b"x" * 70 * 200_000)
    with pytest.raises(Transient) as caught:
        send_once(mail, big)
    assert caught.value.step == "body"


def test_server_that_is_away(mail: MailConfig) -> None:
    with pytest.raises(ServiceDown) as caught:
        send_once(mail.model_copy(update={"port": 1}))
    assert "mail.host" in str(caught.value)


def test_sign_in(server: Running, mail: MailConfig) -> None:
    right = MailConfig(**{**mail.model_dump(), "username": "digest", "password": "correct"})
    send_once(right)
    assert len(server.messages()) == 1
    wrong = MailConfig(**{**mail.model_dump(), "username": "digest", "password": "wrong"})
    with pytest.raises(ServiceDown) as caught:
        send_once(wrong)
    assert caught.value.step == "auth"
    assert "wrong" not in str(caught.value) + caught.value.reply


def test_no_smtp_verb_through_an_address(server: Running, mail: MailConfig) -> None:
    for address in ("a@b.example>\r\nRCPT TO:<x@y.example", "a@b.example\n", "李@b.example"):
        with pytest.raises(Permanent):
            send_once(mail, replace(MESSAGE, recipient=address))
    assert server.messages() == []


def _certificate(folder: Path) -> Path:
    """A self-signed certificate for 127.0.0.1; returns the file to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example.org")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(pem + secret)
    (folder / "ca.pem").write_bytes(pem)
    return folder / "ca.pem"


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_encrypted_connections_are_verified(tmp_path: Path, mode: str) -> None:
    authority = _certificate(tmp_path)
    with running(tmp_path, mode=mode) as started:
        values: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": started.port,
            "security": mode,
            "timeout": 5,
            "from_address": "digest@example.org",
        }
        send_once(MailConfig(**values, ca_file=authority))
        assert len(started.messages()) == 1
        with pytest.raises(ServiceDown) as caught:
            send_once(MailConfig(**values))
        assert "TLS" in str(caught.value)


def test_starttls_is_never_given_up_silently(server: Running, mail: MailConfig) -> None:
    with pytest.raises(ServiceDown):
        send_once(mail.model_copy(update={"security": "starttls"}))
    assert server.messages() == []


def test_folder_holds_one_file_per_message(tmp_path: Path) -> None:
    mail = MailConfig(transport="folder", folder=tmp_path / "box")
    transport = open_transport(mail)
    assert isinstance(transport, FolderTransport)
    for _ in range(2):
        transport.send(MESSAGE)
    transport.send(replace(MESSAGE, recipient="b@example.org", message_id="<other@example.org>"))
    files = sorted((tmp_path / "box").iterdir())
    assert len(files) == 2
    assert all(path.suffix == ".eml" for path in files)
    assert MESSAGE.content in [path.read_bytes() for path in files]
    assert "li.wei" not in "".join(path.name for path in files)


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ServiceDown):
        FolderTransport(tmp_path / "file").send(MESSAGE)
