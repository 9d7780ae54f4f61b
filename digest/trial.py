"""A copy of an issue for one's own eyes before approval, and whether a file is an issue unchanged.

A test copy goes the same way as the real ones, with 【测试】 before its subject, links of nobody
and a Message-ID of its own, and counts for nothing in the issue.
"""

from __future__ import annotations

import email
import email.policy
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from digest.addresses import check_address
from digest.frozen import load_issue
from digest.view import IssueView, view_hash
from storage.outbox import OutboxRecord, enqueue

TEST_OF = "test_of"
TEST_MARK = "【测试】"
_PRINTED = re.compile(r"校验\s*([0-9a-f]{10})(?![0-9a-f])")


def queue_test_copy(session: Session, issue_id: int, address: str, *, now: datetime) -> bool:
    """Queue a test copy; False when the same content went to this address within the hour.

    Raises ``AddressInvalid`` or ``IssueStateError``.
    """
    recipient = check_address(address.strip())
    _, view = load_issue(session, issue_id)
    key = f"{test_key(issue_id, view)}{recipient}:{now:%Y%m%d%H}"
    record = OutboxRecord(
        dedupe_key=key, channel="mail", recipient=recipient, payload={TEST_OF: issue_id}
    )
    return enqueue(session, [record], now=now) == 1


def test_key(issue_id: int, view: IssueView) -> str:
    """How the outbox keys of all test copies of this very content begin."""
    return f"test:{issue_id}:{view_hash(view)[:16]}:"


def printed_hash(name: str, content: bytes) -> str:
    """The ten digits that a rendering (html, txt, eml, docx, pdf) carries; empty if none.

    A file that cannot be read as what its name says has none.
    """
    read = _READERS.get(Path(name).suffix.lower(), _plain)
    try:
        text = read(content)
    except (ValueError, KeyError, zipfile.BadZipFile, RuntimeError):
        return ""
    found = _PRINTED.findall(text)
    return found[-1] if found else ""


def _plain(content: bytes) -> str:
    return re.sub(r"<[^>]{0,500}>", "", content.decode("utf-8", "replace"))


def _mail(content: bytes) -> str:
    message = email.message_from_bytes(content, policy=email.policy.default)
    part = message.get_body(("plain", "html"))
    return _plain(str(part.get_content()).encode()) if part is not None else ""


def _word(content: bytes) -> str:
    from docx import Document

    return "\n".join(part.text for part in Document(io.BytesIO(content)).paragraphs)


def _pdf(content: bytes) -> str:
    import pypdfium2  # type: ignore[import-untyped]

    with pypdfium2.PdfDocument(content) as file:
        return "\n".join(page.get_textpage().get_text_range() for page in file)


_READERS: Mapping[str, Callable[[bytes], str]] = {".eml": _mail, ".docx": _word, ".pdf": _pdf}
