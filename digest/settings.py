"""Sections ``digest`` and ``mail`` of the configuration, checked at the border.

Unknown keys are errors. Times of day are local times of the edition's zone; durations carry
their unit in the name.
"""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic import field_validator as validates
from pydantic import model_validator as checks

from digest.addresses import check_address
from pipelines.relevance import DEFAULT_LEAST

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# Gmail clips a mail at some 100 KB; E14 of the checks holds this as well.
MAX_HTML_BYTES = 90_000
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Security = Literal["starttls", "tls", "none"]


def _clock(value: object) -> object:
    # TOML has its own time type, YAML 1.1 reads 08:00 as text and 12:30 as a number of minutes.
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1440:
        return time(value // 60, value % 60)
    return value


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Section(BaseModel):
    """Base of the section models: frozen, and a typo inside a section is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EditionConfig(Section):
    """One periodical: when it appears, what is in it, who gets it.

    ``every`` is ``daily``, ``weekly`` (on ``weekdays``), ``monthly`` (on ``day``, the last day
    of shorter months) or a number of days such as ``10d`` counted from ``anchor``. An issue
    noticed more than ``grace_hours`` late waits for a person even with automatic approval.
    """

    key: str = Field(default="weekly", pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")
    title: str = Field(default="政策法规周报", min_length=1, max_length=40)
    subtitle: str = Field(default="", max_length=80)
    publisher: str = Field(default="", max_length=80)
    contact: str = Field(default="", max_length=160)
    notice: str = Field(default="", max_length=300)
    internal_permit: str = Field(default="", max_length=60)
    lang: str = Field(default="zh-CN", pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")

    every: str = Field(default="weekly", pattern=r"^(daily|weekly|monthly|[1-9]\d{0,2}d)$")
    weekdays: Annotated[tuple[Weekday, ...], BeforeValidator(_one_or_many)] = ("mon",)
    day: int = Field(default=1, ge=1, le=31)
    at: Annotated[time, BeforeValidator(_clock)] = time(8, 0)
    anchor: date = date(2026, 1, 5)
    timezone: str = "Asia/Shanghai"
    grace_hours: int = Field(default=48, ge=1, le=24 * 31)
    approval: Literal["manual", "automatic"] = "manual"
    send_empty: bool = False
    first_number: int = Field(default=1, ge=1)

    sections: tuple[str, ...] = ()
    brief_sections: tuple[str, ...] = ("行业热点",)
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    not_words: tuple[str, ...] = ()
    min_relevance: float = Field(default=DEFAULT_LEAST, ge=0, le=1)
    watch_owners: tuple[str, ...] = ()
    accepted_only: bool = False
    max_age_days: int = Field(default=30, ge=1, le=3650)
    max_items: int = Field(default=100, ge=1, le=1000)
    max_per_section: int = Field(default=20, ge=1, le=1000)
    leads: int = Field(default=5, ge=0, le=5)
    deadline_days: int = Field(default=14, ge=1, le=120)
    summary_chars: int = Field(default=110, ge=40, le=300)
    recipients: tuple[str, ...] = ()

    @validates("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"没有名为 {value!r} 的时区，请写 Asia/Shanghai 这样的名称"
                f" / no such time zone: {value!r}"
            ) from error
        return value

    @validates("weekdays")
    @classmethod
    def _weekdays_given(cls, value: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
        if not value:
            raise ValueError("weekdays 至少要有一天 / name at least one weekday")
        return tuple(sorted(set(value), key=WEEKDAYS.index))

    @validates("recipients")
    @classmethod
    def _addresses_plain(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(check_address(address) for address in value)

    @property
    def zone(self) -> ZoneInfo:
        """The zone object of ``timezone``."""
        return ZoneInfo(self.timezone)


class DigestConfig(Section):
    """All editions, and the folder with the operator's own templates (optional)."""

    editions: tuple[EditionConfig, ...] = (EditionConfig(),)
    templates_dir: Path | None = None
    max_html_bytes: int = Field(default=MAX_HTML_BYTES, ge=20_000)
    # Conditions of approval besides the checks; "report" only tells.
    check_links: Literal["report", "require"] = "report"
    require_test: bool = False

    @validates("max_html_bytes")
    @classmethod
    def _is_shown_whole(cls, value: int) -> int:
        if value > MAX_HTML_BYTES:
            raise ValueError(
                f"最多 {MAX_HTML_BYTES}：再大的邮件会被 Gmail 截断，检查（E14）不放行；条目多时调小"
                f" max_items / at most {MAX_HTML_BYTES}: Gmail clips larger mails and check E14"
                " stops them; for long issues lower max_items"
            )
        return value

    @checks(mode="after")
    def _keys_differ(self) -> DigestConfig:
        keys = [edition.key for edition in self.editions]
        if len(set(keys)) != len(keys):
            raise ValueError("两个版本用了同一个 key / two editions share one key")
        return self


class MailConfig(Section):
    """The way out: a mail server, or a folder of ``.eml`` files for a dry run.

    ``public_url`` is the address under which readers reach the review app; without it the
    one-click unsubscribe link cannot be written and only the mailto form is. Secrets may come
    from files, whose trailing line end is ignored. Time-outs are in seconds.
    """

    transport: Literal["smtp", "folder"] = "smtp"
    folder: Path = Path("outbox")
    host: str = "127.0.0.1"
    port: int = Field(default=587, ge=1, le=65535)
    security: Security = "starttls"
    username: str = ""
    password: SecretStr | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    helo_name: str = ""
    timeout: float = Field(default=60.0, gt=0, le=600)
    # RFC 5321 4.5.3.2.6: the server may take ten minutes to answer after the final dot.
    final_timeout: float = Field(default=600.0, gt=0, le=3600)
    max_per_tick: int = Field(default=500, ge=1)
    # 0: no limit. Counted over all senders, from what the outbox says was sent.
    per_minute: int = Field(default=0, ge=0)
    per_domain_minute: int = Field(default=0, ge=0)
    per_day: int = Field(default=0, ge=0)
    per_connection: int = Field(default=100, ge=0)
    retry_days: float = Field(default=5.0, gt=0, le=30)
    # Queued mail nobody tried for so long waits for a person: a restored backup, a long sleep.
    stale_hours: float = Field(default=48.0, ge=13, le=24 * 30)

    from_address: str = "dibao@localhost"
    from_name: str = Field(default="", max_length=60)
    reply_to: str = ""
    unsubscribe_mailto: str = ""
    # Returned mail goes to this address with the message in it: bounce+0123…@example.org.
    bounce_address: str = ""
    public_url: str = ""
    secret: SecretStr | None = None
    secret_file: Path | None = Path("data/mail.secret")

    # Asked by ``dibao doctor``; empty: the resolver of the system.
    dns_server: str = ""
    dkim_domain: str = ""
    dkim_selector: str = ""
    dkim_key_file: Path | None = None

    @validates("from_address")
    @classmethod
    def _sender_plain(cls, value: str) -> str:
        return check_address(value)

    @validates("reply_to", "unsubscribe_mailto", "bounce_address")
    @classmethod
    def _optional_plain(cls, value: str) -> str:
        return check_address(value) if value else ""

    @validates("from_name")
    @classmethod
    def _name_plain(cls, value: str) -> str:
        if any(ord(char) < 0x20 or ord(char) == 0x7F for char in value):
            raise ValueError("发件人名称不能含换行 / no line breaks in a sender name")
        return value

    @validates("public_url")
    @classmethod
    def _url_plain(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("public_url 要以 https:// 开头 / must begin with https://")
        if any(char.isspace() for char in value):
            raise ValueError("public_url 不能含空格 / must not contain blanks")
        return value.rstrip("/")

    @checks(mode="after")
    def _dkim_complete(self) -> MailConfig:
        given = [self.dkim_domain, self.dkim_selector, self.dkim_key_file]
        if any(given) and not all(given):
            raise ValueError(
                "DKIM 需要 dkim_domain、dkim_selector、dkim_key_file 三项"
                " / DKIM needs all three of them"
            )
        return self

    @property
    def domain(self) -> str:
        """The domain of the sender: used in Message-ID, List-Id and Feedback-ID."""
        return self.from_address.rpartition("@")[2].lower()

    def read_password(self) -> str | None:
        """The password, from the setting or its file; ``None`` when neither is given."""
        return _secret(self.password, self.password_file)

    def read_secret(self) -> str | None:
        """The key for signed links, from the setting or its file."""
        return _secret(self.secret, self.secret_file)


def _secret(value: SecretStr | None, path: Path | None) -> str | None:
    if value is not None:
        return value.get_secret_value()
    if path is not None:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    return None


class DigestSettings(Protocol):
    """What this package reads of the whole configuration."""

    @property
    def digest(self) -> DigestConfig: ...

    @property
    def mail(self) -> MailConfig: ...
