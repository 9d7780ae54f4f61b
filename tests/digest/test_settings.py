"""Settings: a typo, a bad zone, a bad address are errors; secrets stay out of print."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from digest.addresses import check_address, mask_address
from digest.errors import AddressInvalid
from digest.lint.html import check_html
from digest.settings import MAX_HTML_BYTES, DigestConfig, EditionConfig, MailConfig


@pytest.mark.parametrize(
    "values",
    [
        {"titel": "x"},
        {"timezone": "Asia/Shanghia"},
        {"every": "fortnightly"},
        {"weekdays": ()},
        {"weekdays": ("monday",)},
        {"recipients": ("a@b.example, c@d.example",)},
        {"key": "Weekly Digest"},
        {"at": "25:00"},
    ],
)
def test_bad_editions_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        EditionConfig(**values)


def test_forms_of_weekday_and_time() -> None:
    assert EditionConfig(weekdays="fri").weekdays == ("fri",)
    assert EditionConfig(at="08:30").at.minute == 30
    # YAML 1.1 readers hand over 12:30 as 750.
    assert EditionConfig(at=750).at.hour == 12


def test_two_editions_cannot_share_a_key() -> None:
    with pytest.raises(ValidationError, match="同一个 key"):
        DigestConfig(editions=(EditionConfig(), EditionConfig()))


def test_a_mail_cannot_be_allowed_to_be_larger_than_the_checks_let_through() -> None:
    assert DigestConfig(max_html_bytes=MAX_HTML_BYTES).max_html_bytes == MAX_HTML_BYTES
    with pytest.raises(ValidationError, match=r"Gmail 截断.* / at most 90000: .*max_items"):
        DigestConfig(max_html_bytes=MAX_HTML_BYTES + 1)
    page = "x" * (MAX_HTML_BYTES + 1)
    assert "E14" in {problem.code for problem in check_html(page)}
    assert "E14" not in {problem.code for problem in check_html(page[1:])}


def test_mail_settings(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("geheim\n", encoding="utf-8")
    mail = MailConfig(password_file=secret, from_address="Digest@Example.ORG")
    assert mail.read_password() == "geheim"
    assert mail.domain == "example.org"
    assert "s3cret" not in repr(MailConfig(password="s3cret"))
    for values in (
        {"from_name": "邸报\r\nBcc: x@y.example"},
        {"public_url": "ftp://x.example"},
        {"dkim_domain": "example.org"},
        {"reply_to": "nobody"},
    ):
        with pytest.raises(ValidationError):
            MailConfig(**values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@",
        "@b.example",
        "a b@c.example",
        "a@b.example\r\nRCPT TO:<x@y.example>",
        "a@b.example\n",
        '"a b"@c.example',
        "a@b..example",
        "a@-b.example",
        "Li Wei <a@b.example>",
        "a" * 65 + "@b.example",
        "李@例子.example",
        "a@b.example>",
    ],
)
def test_only_plain_addresses(text: str) -> None:
    with pytest.raises(AddressInvalid):
        check_address(text)


def test_address_forms() -> None:
    assert check_address(" Li.Wei+x@Example.ORG ") == "Li.Wei+x@example.org"
    assert check_address("a@例子.example") == "a@xn--fsqu00a.example"
    assert mask_address("li.wei@example.org") == "l***@example.org"
