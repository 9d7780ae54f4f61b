"""Drafts of summaries: off by default, labelled, held against the source, adopted by a person."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from review.draft_settings import DraftConfig
from review.drafting import DraftError, Material, make_draft
from storage.models import Document
from tests.review.conftest import NEWEST, Desk

SCRIPT = Path(__file__).with_name("model_server.py")
MATERIAL = Material("某通知", "五部门印发通知，投入1.2亿元。", {"文号": "某发〔2026〕1号"})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The model, as a process of its own."""
    with subprocess.Popen(
        [sys.executable, str(SCRIPT)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def settings(address: str, model: str, **more: float) -> DraftConfig:
    return DraftConfig(
        endpoint=f"{address}/v1", model=model, api_secret=SecretStr("s3cret"), **more
    )


def received(address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{address}/requests").json()
    return found


def test_nothing_is_sent_unless_it_is_configured(address: str, desk: Desk) -> None:
    before = len(received(address))
    with pytest.raises(DraftError) as caught:
        make_draft(MATERIAL, DraftConfig(endpoint=f"{address}/v1"))
    assert caught.value.code == "draft_off"
    editor = desk.visitor("editor")
    page = editor.page(f"/items/{NEWEST}")
    assert not page.has(f'form[action="/items/{NEWEST}/draft"]')
    assert "草拟服务" in editor.post(f"/items/{NEWEST}/draft", {}).text
    assert len(received(address)) == before


def test_a_draft_is_labelled_and_its_inventions_are_shown(address: str, desk: Desk) -> None:
    desk.app.state.site.draft = settings(address, "invents")
    editor = desk.visitor("editor")
    page = editor.page(f"/items/{NEWEST}")
    assert page.has(f'form[action="/items/{NEWEST}/draft"]')
    html = editor.post(f"/items/{NEWEST}/draft", {}).text
    assert "AI 草拟，未经核对" in html
    for invented in ("2031年", "77亿元", "《并不存在的办法》"):
        assert f"<mark>{invented}</mark>" in html
    assert "元宇宙" in html  # the source stands beside it
    sent = received(address)[-1]
    assert sent["path"] == "/v1/chat/completions"
    assert sent["key"] == "Bearer s3cret"
    assert "s3cret" not in html


def test_adopting_keeps_the_label_and_is_told_in_the_history(address: str, desk: Desk) -> None:
    desk.app.state.site.draft = settings(address, "good")
    editor = desk.visitor("editor")
    editor.page(f"/items/{NEWEST}")
    html = editor.post(f"/items/{NEWEST}/draft", {}).text
    expected = html.split('name="expected" value="')[1].split('"')[0]
    form = {"summary": "浙江省印发通知。", "expected": expected}
    assert editor.post(f"/items/{NEWEST}/draft/adopt", form).status_code == 303
    with desk.db.reader() as session:
        summary = session.get_one(Document, NEWEST).summary
    assert summary == "【AI 草拟，未经核对】浙江省印发通知。"
    assert "采用草拟的摘要" in editor.page(f"/items/{NEWEST}").text()
    assert editor.post(f"/items/{NEWEST}/draft/adopt", form).status_code == 409


@pytest.mark.parametrize(
    ("model", "code", "retry"),
    [
        ("broken", "draft_unreadable", False),
        ("huge", "draft_too_long", False),
        ("refused", "draft_refused", False),
        ("moved", "draft_refused", False),
        ("silent", "draft_timeout", True),
    ],
)
def test_a_service_that_fails_is_named(address: str, model: str, code: str, retry: bool) -> None:
    with pytest.raises(DraftError) as caught:
        make_draft(MATERIAL, settings(address, model, timeout=0.3 if retry else 20))
    assert (caught.value.code, caught.value.retry) == (code, retry)


def test_readers_cannot_draft(address: str, desk: Desk) -> None:
    desk.app.state.site.draft = settings(address, "good")
    before = len(received(address))
    reader = desk.visitor("reader")
    reader.page(f"/items/{NEWEST}")
    assert reader.post(f"/items/{NEWEST}/draft", {}).status_code == 403
    assert len(received(address)) == before


@pytest.mark.parametrize(
    "endpoint", ["http://example.org/v1", "ftp://127.0.0.1", "https://user:pass@example.org"]
)
def test_unsafe_addresses_are_refused(endpoint: str) -> None:
    with pytest.raises(ValidationError):
        DraftConfig(endpoint=endpoint, model="m")


def test_the_key_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("abc\n", encoding="utf-8")
    assert DraftConfig(api_secret_file=tmp_path / "key").read_secret() == "abc"
    missing = DraftConfig(
        endpoint="http://127.0.0.1:9/v1", model="m", api_secret_file=tmp_path / "none"
    )
    with pytest.raises(DraftError) as caught:
        make_draft(MATERIAL, missing)
    assert caught.value.code == "draft_secret"
