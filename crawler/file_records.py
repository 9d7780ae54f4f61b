"""The reading of a file as the store keeps it: the same for crawls, imports and reading again."""

from __future__ import annotations

from dataclasses import asdict

from pipelines.attachments.model import FileText
from storage.attachments import FileReading


def reading_record(text: FileText) -> FileReading:
    """What ``put_file`` takes."""
    return FileReading(
        kind=text.kind,
        media_type=text.media_type,
        state=text.state,
        code=text.code,
        detail=text.detail,
        pages=text.pages,
        tables=text.tables,
        text=text.text,
        html=text.html,
        members=tuple(asdict(member) for member in text.members),
    )
