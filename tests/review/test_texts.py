"""Both languages say everything; colours can be read."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

import review
from review.i18n import LANGUAGES, Texts, catalogue, language_of
from review.passwords import Passwords, password_problem
from review.shown import Clock, region_name, size_text
from review.throttle import pause_after
from storage.models.crawl import ACTIVE_STATES, RUN_STATES, RUN_TRIGGERS
from storage.models.document import ATTACHMENT_STATES, CHANGES, DOCUMENT_STATES, REVIEW_STATES
from storage.models.issue import ISSUE_STATES, OUTBOX_STATES, SUBSCRIBER_STATES
from storage.models.label import LABEL_KINDS, LABEL_ORIGINS
from storage.models.source import SOURCE_STATUSES
from tests.review.conftest import CountingPasswords
from tests.review.sample import NOW

FOLDER = Path(review.__file__).parent
_FIELD = re.compile(r"\{(\w+)\}")
_KEY = re.compile(r"""\bt(?:exts)?\(\s*f?["']([a-z_0-9.]+)["'][,)\s]""")


def test_both_languages_have_the_same_messages() -> None:
    chinese, english = catalogue("zh"), catalogue("en")
    assert set(chinese) == set(english)
    for key, message in chinese.items():
        assert set(_FIELD.findall(message)) == set(_FIELD.findall(english[key])), key
        assert message.strip(), key


def test_every_message_that_pages_ask_for_exists() -> None:
    files = [*FOLDER.rglob("*.html"), *FOLDER.rglob("*.py")]
    asked = {key for file in files for key in _KEY.findall(file.read_text(encoding="utf-8"))}
    assert len(asked) > 200
    whole = {key for key in asked if not key.endswith((".", "_"))}
    assert {key for key in whole if key not in catalogue("zh")} == set()


@pytest.mark.parametrize(
    ("group", "values"),
    [
        ("run_state", RUN_STATES),
        ("run_state", ACTIVE_STATES),
        ("trigger", RUN_TRIGGERS),
        ("review_state", REVIEW_STATES),
        ("document_state", DOCUMENT_STATES),
        ("attachment_state", ATTACHMENT_STATES),
        ("change", CHANGES),
        ("issue_state", ISSUE_STATES),
        ("outbox_state", OUTBOX_STATES),
        ("subscriber_state", SUBSCRIBER_STATES),
        ("label_kind", LABEL_KINDS),
        ("origin", LABEL_ORIGINS),
        ("status", SOURCE_STATUSES),
    ],
)
def test_every_stored_state_has_a_name(group: str, values: tuple[str, ...]) -> None:
    for language in LANGUAGES:
        for value in values:
            assert f"{group}.{value}" in catalogue(language), value


@pytest.mark.parametrize(
    "module", ["crawler.errors", "pipelines.errors", "storage.errors", "digest.errors"]
)
def test_every_error_code_has_a_name_and_a_remedy(module: str) -> None:
    classes = inspect.getmembers(importlib.import_module(module), inspect.isclass)
    codes = {getattr(found, "code", None) for _, found in classes if found.__module__ == module}
    texts = catalogue("zh")
    # these two never reach a run or a mail
    missing = codes - {None, "digest_error", "edition_unknown", "bad_query"}
    assert {code for code in missing if f"error_name.{code}" not in texts} == set()


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", css))


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(first: str, second: str) -> float:
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_read(theme: str) -> None:
    css = (FOLDER / "static" / "app.css").read_text(encoding="utf-8")
    light, _, rest = css.partition("prefers-color-scheme: dark")
    colours = _colours(light) if theme == "light" else {**_colours(light), **_colours(rest)}
    for ground in ("paper", "surface", "sunken"):
        for ink in ("ink", "ink-2", "accent", "ok", "warn", "bad"):
            assert _contrast(colours[ink], colours[ground]) >= 4.5, (theme, ink, ground)
        assert _contrast(colours["line-strong"], colours[ground]) >= 3, "borders of fields"
    for ink, ground in (
        ("accent-text", "accent"),
        ("accent-text", "accent-hover"),
        ("accent", "accent-soft"),
        ("ink", "accent-soft"),
        ("ink-2", "accent-soft"),
        ("warn", "accent-soft"),
        ("ok", "ok-soft"),
        ("bad", "bad-soft"),
        ("ink", "mark"),
    ):
        assert _contrast(colours[ink], colours[ground]) >= 4.5, (theme, ink, ground)


def test_times_in_words() -> None:
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    clock = Clock(NOW, ZoneInfo("Asia/Shanghai"), Texts("zh"))
    for delta, words in (
        (timedelta(seconds=20), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=3), "3 小时前"),
        (timedelta(days=3), "3 天前"),
        (timedelta(days=-2), "2 天后"),
        (timedelta(days=200), "2026-05-04"),
    ):
        assert clock.ago(NOW - delta) == words
    assert clock.ago(None) == "从未"
    assert clock.day(None) == "日期未知"
    assert clock.stamp(NOW) == "2026-11-20 10:30"
    assert clock.duration(NOW - timedelta(hours=2, minutes=5), NOW) == "2 小时 5 分"
    assert size_text(None) == "—"
    assert [size_text(n) for n in (10, 2048, 5 * 2**20, 3 * 2**30)] == [
        "10 B", "2 KB", "5.0 MB", "3.0 GB",
    ]  # fmt: skip
    assert region_name("CN-浙江-杭州", Texts("zh")) == "浙江·杭州"
    assert region_name("GB", Texts("en")) == "United Kingdom"
    assert region_name("XX", Texts("zh")) == "XX"
    assert language_of("fr", default="zh") == "zh"


def test_password_rules() -> None:
    problem = password_problem
    assert problem("short", name="x", min_length=10) == "password.too_short"
    assert problem("a" * 300, name="x", min_length=10) == "password.too_long"
    assert problem("aaaaaaaaaaaa", name="x", min_length=10) == "password.too_simple"
    assert problem("PassWord123", name="x", min_length=10) == "password.too_simple"
    assert problem("my-editor-name", name="Editor", min_length=10) == "password.holds_name"
    assert problem("四只白鹅过河不付钱呀", name="x", min_length=10) is None


def test_real_hashes_are_argon2id_with_full_cost() -> None:
    passwords = Passwords()
    stored = passwords.hash("correct horse 01")
    assert stored.startswith("$argon2id$")
    assert "m=65536,t=3" in stored
    assert passwords.verify(stored, "correct horse 01")
    assert not passwords.verify(None, "no such user"), "the stand-in opens nothing"
    assert not passwords.verify("not a hash", "x")
    assert passwords.is_outdated(CountingPasswords().hash("x"))


def test_pauses_grow_and_end() -> None:
    pauses = [pause_after(n, free=4).total_seconds() for n in range(20)]
    assert pauses[:5] == [0, 0, 0, 0, 0]
    assert pauses[5:8] == [5, 10, 20]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 900
    assert pause_after(10**6, free=4).total_seconds() == 900


def test_a_message_in_two_languages_is_shown_in_one() -> None:
    zh, en = Texts("zh"), Texts("en")
    message = "列表为空 / empty list (matched 0)"
    assert (zh.own(message), en.own(message)) == ("列表为空", "empty list (matched 0)")
    for whole in ("a / b", "甲 / 乙", "只有中文", "dead / 死链"):
        assert zh.own(whole) == en.own(whole) == whole
