"""What ``dibao doctor`` says of the mail server's encryption, asked of servers on loopback."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crawler.control.doctor_tls import mail_server_tls
from crawler.control.findings import CheckResult
from digest.settings import MailConfig
from tests.crawler.fetch.certificates import own_authority

Trusted = tuple[Path, ssl.SSLContext]


def _talk(line: socket.socket, *, offers: str, context: ssl.SSLContext | None) -> None:
    """Greeting, EHLO, STARTTLS and QUIT of a mail server; ``offers`` after "TLS" is encrypted."""
    plain, _, encrypted = offers.partition("|")
    line.sendall(b"220 mail.example.cn\r\n")
    if _talk_on(line, plain.split()) and context is not None:
        line.sendall(b"220 go\r\n")
        with context.wrap_socket(line, server_side=True) as inner:
            _talk_on(inner, encrypted.split())


def _talk_on(line: socket.socket, words: list[str]) -> bool:
    """Answer until the other side wants TLS (True) or leaves."""
    while command := line.recv(1000).upper():
        if command.startswith(b"EHLO"):
            lines = ["mail.example.cn", *words]
            answer = [f"250-{one}" for one in lines[:-1]] + [f"250 {lines[-1]}"]
            line.sendall("".join(f"{one}\r\n" for one in answer).encode())
        elif command.startswith(b"STARTTLS"):
            return True
        else:
            line.sendall(b"221 bye\r\n")
            return False
    return False


@contextmanager
def _server(offers: str, context: ssl.SSLContext | None = None) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            line, _ = listener.accept()
            with line:
                _talk(line, offers=offers, context=context)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)  # nobody may have come
    listener.close()
    thread.join(5)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Trusted:
    return own_authority(tmp_path_factory.mktemp("tls"), "localhost", days=(-1, 90))


def _told(port: int, **more: object) -> CheckResult:
    values = {"from_address": "digest@news.example.cn", "host": "localhost", "port": port}
    mail = MailConfig.model_validate({**values, "timeout": 5, **more})
    (result,) = mail_server_tls(mail)
    assert " / " in result.message or result.level == "ok"
    assert bool(result.remedy) == (result.level != "ok"), result
    return result


def test_a_server_that_encrypts_is_ok(trusted: Trusted) -> None:
    ca_file, context = trusted
    with _server("STARTTLS|AUTH PLAIN", context) as port:
        result = _told(port, ca_file=ca_file, username="digest", password="x")
    assert (result.level, "TLSv1" in result.message) == ("ok", True), result


@pytest.mark.parametrize(
    ("offers", "more", "level", "words"),
    [
        ("SIZE", {}, "error", 'mail.security = "tls"'),
        ("STARTTLS|SIZE", {"username": "digest"}, "error", "587"),
        ("STARTTLS|SIZE", {"host": "127.0.0.1"}, "error", "mail.host"),
        ("STARTTLS|SIZE", {"ca_file": None}, "error", "mail.ca_file"),
        ("STARTTLS|SIZE", {"security": "none"}, "warning", '"starttls"'),
        ("SIZE", {"security": "tls"}, "error", '"starttls"'),
        ("SIZE", {"ca_file": Path("/no/such/file")}, "error", "mail.ca_file"),
    ],
)
def test_each_fault_of_the_server_has_a_remedy(
    trusted: Trusted, offers: str, more: dict[str, object], level: str, words: str
) -> None:
    ca_file, context = trusted
    with _server(offers, context) as port:
        result = _told(port, **{"ca_file": ca_file, **more})
    assert result.level == level, result
    assert words in result.remedy, result


@pytest.mark.parametrize(
    ("days", "level", "words"), [((-9, -1), "error", "过期"), ((-1, 3), "warning", "到期")]
)
def test_a_certificate_at_its_end(
    tmp_path: Path, days: tuple[int, int], level: str, words: str
) -> None:
    ca_file, context = own_authority(tmp_path, "localhost", days=days)
    with _server("STARTTLS|SIZE", context) as port:
        result = _told(port, ca_file=ca_file)
    assert (result.level, words in result.message) == (level, True), result


def test_no_server_and_no_encryption_on_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "587" in _told(port).remedy
    assert _told(port, host="no-such-host.invalid").level == "unchecked"
    with _server("SIZE") as port:
        assert _told(port, security="none").level == "ok"
