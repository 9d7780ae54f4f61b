"""Settings of the review web application: section ``[review]`` of dibao.toml.

Owned here and imported by ``crawler.config``; environment names are ``DIBAO_REVIEW__<KEY>``.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

type_network = IPv4Network | IPv6Network


class ReviewConfig(BaseModel):
    """Where the review pages listen, who may ask, and how long a login lasts.

    ``host``/``port``: bind address; anything but loopback is refused while no user exists.
    ``public_url``: the address readers type, e.g. ``https://dibao.example.org``; makes cookies
    Secure when it is https, and is the one extra Host header accepted.
    ``secret_file``: 32 random bytes, created with mode 0600 when missing (form tokens); by
    default ``review.secret`` in the data folder.
    ``session_hours``: absolute life of a login. ``trusted_proxies``: networks whose
    X-Forwarded-For is believed. ``timezone``: zone in which times are shown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    allowed_hosts: list[str] = Field(default_factory=list)
    secret_file: Path | None = None
    session_hours: float = Field(default=72, gt=0, le=24 * 90)
    trusted_proxies: list[str] = Field(default_factory=list)
    timezone: str = "Asia/Shanghai"
    language: Literal["zh", "en"] = "zh"
    public_archive: bool = False
    page_size: int = Field(default=40, ge=5, le=200)
    password_min_length: int = Field(default=10, ge=8, le=64)

    @field_validator("public_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("write public_url like https://dibao.example.org")
        if parts.path.strip("/"):
            raise ValueError("public_url must not have a path: the pages live at the root")
        return value.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for entry in value:
            ip_network(entry, strict=False)
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, KeyError, OSError) as error:
            raise ValueError("write an IANA zone such as Asia/Shanghai") from error
        return value

    @property
    def proxy_networks(self) -> tuple[type_network, ...]:
        """``trusted_proxies`` as networks."""
        return tuple(ip_network(entry, strict=False) for entry in self.trusted_proxies)

    @property
    def secure(self) -> bool:
        """True when readers come by https, so that cookies get the Secure flag."""
        return self.public_url.startswith("https://")

    @property
    def host_names(self) -> frozenset[str]:
        """Host headers that are answered (lower case, without port); all others get 400."""
        names = set(LOOPBACK_NAMES) | {name.lower() for name in self.allowed_hosts}
        if self.host not in {"", "0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            names.add(self.host.lower())
        if self.public_url:
            names.add((urlsplit(self.public_url).hostname or "").lower())
        return frozenset(names)

    @property
    def binds_loopback(self) -> bool:
        """True when only this machine can connect."""
        return self.host.lower() in LOOPBACK_NAMES or self.host.startswith("127.")
