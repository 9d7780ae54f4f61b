"""The state of a document on the desk goes on with the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from review.facts import facts_of
from review.i18n import Texts
from review.shown import Clock
from storage.models import Document

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("validity", "first", "last", "shown"),
    [
        ("尚未生效", date(2026, 11, 1), date(2030, 1, 1), "有效"),
        ("有效", date(2020, 1, 1), date(2026, 11, 19), "已废止"),
        (None, date(2027, 1, 1), None, "尚未生效"),
        ("已废止", date(2020, 1, 1), date(2030, 1, 1), "已废止"),
        ("有效", None, None, "有效"),
        (None, date(2020, 1, 1), None, None),
    ],
)
def test_state(
    validity: str | None, first: date | None, last: date | None, shown: str | None
) -> None:
    document = Document(validity=validity, effective_on=first, expires_on=last, title="示例办法")
    clock = Clock(NOW, ZoneInfo("Asia/Shanghai"), Texts("zh"))
    found = {fact.field: fact.shown for fact in facts_of(document, [], clock)}
    assert found.get("validity") == shown
