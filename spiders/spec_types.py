"""The value types of a source file: durations, addresses, selectors, patterns, regions."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from pipelines.urls import is_fetchable
from spiders.fields import check_selector, compile_field
from spiders.jsonpaths import check_field, compile_path
from spiders.patterns import compile_pattern

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d{1,6})\s*([smhdw])")
_REGION = re.compile(r"[A-Z]{2,4}(?:-[^\s/\\.-]{1,20}){0,3}")
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_HOURS = re.compile(rf"({_CLOCK})-({_CLOCK})")
_HEADERS = frozenset({"accept", "accept-language", "referer", "x-requested-with", "origin"})


class Part(BaseModel):
    """Base of everything in a source file: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, strict=True)


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(
            "时长写作 30s、15m、6h、1d 或 1w / write a duration as 30s, 15m, 6h, 1d or 1w"
        )
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def _address(value: str) -> str:
    plain = re.sub(r"\{[a-z][a-z0-9_]*\}", "1", value)
    if re.search(r"[\s\\<>\"]", value) or not is_fetchable(plain):
        raise ValueError(
            "需要 http:// 或 https:// 开头的完整网址，不含账号、空格与反斜线 / "
            "a full http:// or https:// address without user name, spaces or backslashes"
        )
    return value


def _place(value: str) -> str:
    return value if value.startswith("/") and " " not in value else _address(value)


def _day(value: Any) -> Any:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("日期写作 2024-01-31 / write a day as 2024-01-31") from error


def _selector(value: str) -> str:
    check_selector(value)
    return value


def _css(value: str) -> str:
    if value.startswith("xpath:"):
        raise ValueError("文章页只用 CSS 选择器 / article pages take CSS selectors only")
    check_selector(value)
    return value


def _field(value: str) -> str:
    compile_field(value)
    return value


def _path(value: str) -> str:
    compile_path(value)
    return value


def _json_field(value: str) -> str:
    check_field(value)
    return value


def _pattern(value: str) -> str:
    compile_pattern(value)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(
            "未知时区，应如 Asia/Shanghai / unknown time zone, use a name like Asia/Shanghai"
        ) from error
    return value


def _region(value: str) -> str:
    if not _REGION.fullmatch(value):
        raise ValueError(
            "地区写作 CN、CN-浙江、CN-浙江-杭州、US 或 INTL / "
            "write a region as CN, CN-浙江, CN-浙江-杭州, US or INTL"
        )
    return value


def _hours(value: str) -> str:
    match = _HOURS.fullmatch(value)
    if match is None or match[1] == match[2]:
        raise ValueError(
            "时段写作 20:00-08:00（24 小时制，可跨午夜）/ "
            "write hours as 20:00-08:00 (24 hours, may pass midnight)"
        )
    return value


def _headers(value: dict[str, str]) -> dict[str, str]:
    for name, text in value.items():
        if name.lower() not in _HEADERS:
            raise ValueError(
                f"不能设置请求头 {name}；可用：Accept、Accept-Language、Origin、Referer、"
                f"X-Requested-With / header {name} cannot be set; allowed are Accept, "
                "Accept-Language, Origin, Referer, X-Requested-With"
            )
        if not text.isascii() or not text.isprintable():
            raise ValueError(
                f"请求头 {name} 只能是可见 ASCII / header {name} must be printable ASCII"
            )
    return value


def _scalar_text(value: Any) -> Any:
    """Numbers and booleans in parameters and look-ups become the text that was typed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Address = Annotated[str, AfterValidator(_address)]
PlaceText = Annotated[str, AfterValidator(_place)]
Day = Annotated[date, BeforeValidator(_day)]
Selector = Annotated[str, AfterValidator(_selector)]
PageSelector = Annotated[str, AfterValidator(_css)]
Topic = Annotated[str, StringConstraints(min_length=1, max_length=40)]
FieldText = Annotated[str, AfterValidator(_field)]
JsonPath = Annotated[str, AfterValidator(_path)]
JsonField = Annotated[str, AfterValidator(_json_field)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Zone = Annotated[str, AfterValidator(_zone)]
Hours = Annotated[str, AfterValidator(_hours)]
Region = Annotated[str, AfterValidator(_region)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\r\n]+$")]
Pin = Annotated[str, StringConstraints(pattern=r"^sha256/[A-Za-z0-9+/]{43}=$")]
ScriptName = Annotated[
    str, StringConstraints(pattern=r"^(?:#[A-Za-z_][\w.:-]{0,80}|[A-Za-z_$][\w$.]{0,60})$")
]
ScalarText = Annotated[str, BeforeValidator(_scalar_text)]
Headers = Annotated[dict[str, str], AfterValidator(_headers)]


class Certificate(Part):
    """An exception, of this source only, for list hosts whose certificate does not hold.

    ``pin``: sha256/ and the base 64 of the SHA-256 of the server's public key (RFC 7469, 2.4).
    The key is believed instead of an authority; with any other key the site is not read.
    """

    pin: Pin
    reason: Annotated[str, Field(min_length=4, max_length=300)]
