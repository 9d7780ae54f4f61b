"""Requests for files and what came of them: the HTTP side of attachments, without any state."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scrapy import Request

from pipelines.attachments.errors import EmptyFile, NotTheFile
from pipelines.attachments.names import disposition_name, safe_name
from storage.attachments import FileFacts, OpenFile

if TYPE_CHECKING:
    from scrapy.http import Response

    from crawler.attachment_settings import AttachmentsConfig
    from storage.blobs import Blob

AFTER_PAGES = -10  # priority: articles first
_WRONG_PAGES = frozenset(
    {"challenge", "error_page", "login", "maintenance", "soft_404", "wrong_page"}
)


def request_for(
    file: OpenFile,
    config: AttachmentsConfig,
    *,
    callback: Callable[..., Any] | None = None,
    errback: Callable[..., Any] | None = None,
) -> Request:
    """A request under the manners of every other one; conditional when we have the file."""
    request = Request(
        file.url,
        callback=callback,
        errback=errback,
        cb_kwargs={"file": file} if callback is not None else {},
        priority=AFTER_PAGES,
        dont_filter=True,
        meta={
            "role": "attachment",
            "file": file,
            "url_key": file.url_key,
            "download_maxsize": int(config.max_size),
            "download_timeout": config.timeout,
            "handle_httpstatus_list": [304],
            "validators": False,
        },
    )
    if file.sha256 is not None and (file.etag or file.last_modified):
        request.meta["validators"] = True
        if file.etag:
            request.headers["If-None-Match"] = file.etag
        if file.last_modified:
            request.headers["If-Modified-Since"] = file.last_modified
    return request


def facts_of(response: Response, blob: Blob, *, fallback: str) -> FileFacts:
    """What is kept of an answer beside its bytes."""
    offered = disposition_name(response.headers.get("Content-Disposition"))
    return FileFacts(
        sha256=blob.sha256,
        size=blob.size,
        path=blob.path,
        file_name=safe_name(offered or fallback),
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
    )


def failure_of(error: BaseException) -> tuple[str, str, bool]:
    """Code, detail and "worth another try"; a page in place of the file has one code."""
    code = str(getattr(error, "code", "fetch_failed"))
    detail = str(getattr(error, "detail", error))[:300]
    if code in _WRONG_PAGES:
        return NotTheFile.code, code, code != "soft_404"
    return code, detail, bool(getattr(error, "retry", True))


def is_empty(response: Response) -> str | None:
    """The code of an answer without bytes."""
    return None if response.body else EmptyFile.code


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1")[:300] if value else None
