"""Evidence: every exchange of a run is kept in a WARC file before its answer is read.

Request and response as they went over the line, one record each (``storage.warc``), in files of
the run (``storage.archive``). An answer that is the same as the last one kept of its address
becomes a short ``revisit``. Credentials in requests are blacked out. When an exchange cannot be
kept, the page counts as not fetched and the run ends: nothing is stored that could not be shown.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import NotConfigured

from crawler.config import version
from crawler.errors import EvidenceFailed
from crawler.fetch.fetch_log import asked_key, role_of
from crawler.fetch.store import Store
from storage import archive, captures
from storage.archive import ArchiveWriter, Place
from storage.captures import Capture
from storage.errors import StoreError
from storage.warc import (
    HTTP_REQUEST,
    HTTP_RESPONSE,
    IDENTICAL,
    INFO_FIELDS,
    NOT_MODIFIED,
    Damage,
    Record,
    body_of,
    digest_of,
    is_coded,
    member,
    new_id,
    split_message,
    written_date,
)

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.fetch.robots_rules import RobotsRules
    from crawler.fetch.warc_tap import Exchange

log = logging.getLogger(__name__)

LONGEST_ROW = 8192  # what a list said of a page goes into the record up to this length (JSON)
LARGE = 256 * 1024  # bytes of an answer from which on a thread packs it
SECRET = re.compile(rb"(?im)^(authorization|proxy-authorization|cookie):[^\r\n]*")
PACKED = re.compile(
    rb"(?i)\r\ncontent-encoding:"
    rb"|\r\ncontent-type: *(?:image/|video/|application/(?:pdf|zip|vnd\.openxml))"
)


@dataclass(frozen=True, slots=True)
class Taken:
    """Where the answer to an address is kept; ``digest`` of its message body (hex)."""

    url: str
    place: Place
    digest: str | None


class WarcCapture:
    """The captures of one run: opened with the first exchange, closed before the run row is."""

    def __init__(self, crawler: Crawler, folder: Path, *, file_size: int, reserve: int) -> None:
        self.crawler = crawler
        self.folder = folder
        self.file_size = file_size
        self.reserve = reserve
        self.first_path: str | None = None
        self.trouble: StoreError | None = None
        self._writer: ArchiveWriter | None = None
        self._info_id = ""
        self._number = 0
        self._opening = asyncio.Lock()
        self._kept: dict[str, Capture] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """With ``crawl.warc`` and a database; a replay or a dry run keeps nothing."""
        settings = crawler.settings
        off = settings.getbool("DIBAO_DRY_RUN") or bool(settings["DIBAO_REPLAY"])
        if off or not settings["DIBAO_DATABASE_URL"] or not settings["DIBAO_WARC"]:
            raise NotConfigured
        return cls(
            crawler,
            Path(settings["DIBAO_WARC"]),
            file_size=settings.getint("DIBAO_WARC_FILE_SIZE"),
            reserve=settings.getint("DIBAO_DISK_RESERVE"),
        )

    @cached_property
    def store(self) -> Store:
        """The door to the database."""
        found = self.crawler.get_extension(Store)
        if found is None:
            raise NotConfigured("WarcCapture needs the Store extension")
        return found

    async def keep(self, request: Request, exchange: Exchange) -> None:
        """Write one exchange and note its place on the request. Raises EvidenceFailed."""
        if self.store.run_id is None:
            return
        message = _final(exchange.answer)
        head, body = split_message(message)
        earlier = None
        if exchange.lost is None and self._may_repeat(request, head):
            earlier = await self._earlier(request, head, body)
        response_id = new_id()
        fields = self._answer_fields(request, exchange, response_id)
        block, squeeze = message, PACKED.search(head) is None
        request.meta.pop("body_sha256", None)  # that of an earlier hop
        if earlier is None:
            fields["WARC-Type"] = "response"
            fields["WARC-Payload-Digest"] = digest = digest_of(body)
        else:
            block, digest = head, f"sha256:{earlier.digest}"
            fields.update(_revisit_fields(head, earlier))
        fields["WARC-Block-Digest"] = digest_of(block)
        if len(block) < LARGE:
            answer = member(fields, block, squeeze=squeeze)
        else:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(
                None, lambda: member(fields, block, squeeze=squeeze)
            )
        places = await self._append(answer, self._request_member(request, exchange, response_id))
        taken = Taken(request.url, places[0], digest.removeprefix("sha256:"))
        request.meta["capture"] = taken
        if earlier is None and exchange.lost is None and not is_coded(head):
            request.meta["body_sha256"] = taken.digest
        if earlier is None and head[9:12] == b"200" and role_of(request) != "detail":
            self._remember(request, exchange, taken)

    async def keep_robots(self, url: str, rules: RobotsRules, body: bytes | None) -> None:
        """The stored copy of robots.txt by which this run goes. Raises EvidenceFailed."""
        if self.store.run_id is None:
            return
        block = body or b""
        fields = {
            "WARC-Type": "resource",
            "WARC-Record-ID": new_id(),
            "WARC-Date": written_date(datetime.now(UTC)),
            "WARC-Target-URI": url,
            "Content-Type": "text/plain",
            "WARC-Block-Digest": digest_of(block),
            "Dibao-Role": "robots",
            "Dibao-Robots": rules.state,
        }
        await self._append(member(fields, block, squeeze=True))

    async def sync(self) -> None:
        """Have the disk keep what is written, before rows point to it."""
        writer = self._writer
        if writer is not None:
            try:
                await asyncio.get_running_loop().run_in_executor(None, writer.sync)
            except StoreError as error:
                log.error("captures not synced: %s", error)

    async def close(self) -> None:
        """Finish the file, and those that killed runs of this source left open."""
        try:
            async with self._opening:
                await self._finish()
            await self._mend()
        except (StoreError, OSError) as error:
            log.error("captures not closed: %s", error)

    # repeats ----------------------------------------------------------------------------

    def _may_repeat(self, request: Request, head: bytes) -> bool:
        if head[9:12] == b"304":
            return True
        if head[9:12] != b"200" or request.method != "GET":
            return False
        if request.meta.get("role") != "detail":
            return True
        knows: Any = getattr(getattr(self.crawler.spider, "ledger", None), "knows", None)
        return knows is not None and bool(knows(request.meta.get("url_key")))

    async def _earlier(self, request: Request, head: bytes, body: bytes) -> Capture | None:
        """The kept answer that this one repeats; None if there is none, or it differs."""
        found = self._kept.get(request.url)
        if found is None:
            source_id, key, url = self.store.source_id, asked_key(request), request.url
            found = await self.store.read(
                lambda session: captures.last_capture(
                    session, source_id=source_id, url_key=key, url=url
                )
            )
        name, original = ("", None) if found is None else self._original(found)
        if found is None or original is None or original.uri != request.url:
            return None
        if head[9:12] != b"304" and body_of(*original.parts) != body_of(head, body):
            return None
        return Capture(
            place=Place(name, original.offset, original.length),
            at=original.at or found.at,
            digest=original.fields.get("warc-payload-digest", "").removeprefix("sha256:"),
            url=original.uri,
            run_id=found.run_id,
            role=found.role,
            status=200,
        )

    def _original(self, found: Capture) -> tuple[str, Record | None]:
        """File and full record behind a capture, read back; no record if it is not whole."""
        name, record = found.place.file, self._whole(found.place.file, found.place.offset)
        if record is not None and record.kind == "revisit":
            name, offset = record.refers_to
            record = self._whole(name, offset) if name else None
        if record is None or record.kind != "response" or record.problems():
            return "", None
        return name, record

    def _whole(self, name: str, offset: int) -> Record | None:
        try:
            record = archive.record_at(self.folder, name, offset)
        except OSError:
            return None
        return None if isinstance(record, Damage) else record

    def _remember(self, request: Request, exchange: Exchange, taken: Taken) -> None:
        self._kept[request.url] = Capture(
            taken.place, exchange.at, taken.digest, request.url, self.store.run_id or 0, "list", 200
        )

    # records ----------------------------------------------------------------------------

    def _answer_fields(
        self, request: Request, exchange: Exchange, response_id: str
    ) -> dict[str, str]:
        fields = {
            "WARC-Type": "response",
            "WARC-Record-ID": response_id,
            "WARC-Date": written_date(exchange.at),
            "WARC-Target-URI": request.url,
            "Content-Type": HTTP_RESPONSE,
            "Dibao-Role": role_of(request),
            "Dibao-Key": asked_key(request),
        }
        if exchange.peer:
            fields["WARC-IP-Address"] = exchange.peer
        if exchange.lost:
            fields["WARC-Truncated"] = exchange.lost
        return fields

    def _request_member(self, request: Request, exchange: Exchange, response_id: str) -> bytes:
        block = SECRET.sub(rb"\1: (redacted)", b"".join(exchange.sent))
        fields = {
            "WARC-Type": "request",
            "WARC-Record-ID": new_id(),
            "WARC-Date": written_date(exchange.at),
            "WARC-Target-URI": request.url,
            "WARC-Concurrent-To": response_id,
            "Content-Type": HTTP_REQUEST,
            "WARC-Block-Digest": digest_of(block),
        }
        row = request.cb_kwargs.get("row")
        if row is not None and request.meta.get("role") == "detail":
            said = json.dumps(row.to_json())
            if len(said) <= LONGEST_ROW:
                fields["Dibao-Row"] = said
                fields["Dibao-Key"] = asked_key(request)
        return member(fields, block, squeeze=False)

    def _info_member(self, name: str) -> bytes:
        self._info_id = new_id()
        now = datetime.now(UTC)
        lines = {
            "software": f"Dibao/{version()}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "http-header-user-agent": self.crawler.settings["USER_AGENT"],
            "robots": "obeyed (RFC 9309)",
            "redacted": "Authorization, Proxy-Authorization and Cookie of requests",
            "dibao-source": str(getattr(self.crawler.spider, "name", "")),
            "dibao-run": str(self.store.run_id),
        }
        block = "".join(f"{key}: {value}\r\n" for key, value in lines.items()).encode()
        fields = {
            "WARC-Type": "warcinfo",
            "WARC-Record-ID": self._info_id,
            "WARC-Date": written_date(now),
            "WARC-Filename": name.rsplit("/", 1)[-1],
            "Content-Type": INFO_FIELDS,
            "WARC-Block-Digest": digest_of(block),
        }
        return member(fields, block, squeeze=True)

    # the file ---------------------------------------------------------------------------

    async def _append(self, *members: bytes) -> list[Place]:
        if self.trouble is not None:
            raise EvidenceFailed(str(self.trouble))
        try:
            writer = self._writer or await self._open()
            places = writer.append(*members)
            if writer.size >= self.file_size:
                async with self._opening:
                    await self._finish()
        except StoreError as error:
            self._give_up(error)
            raise EvidenceFailed(str(error)) from error
        return places

    async def _open(self) -> ArchiveWriter:
        async with self._opening:
            if self._writer is not None:
                return self._writer
            now, run_id = datetime.now(UTC), self.store.run_id or 0
            self._number += 1
            key = str(getattr(self.crawler.spider, "name", "run"))
            name = archive.file_name(source_key=key, run_id=run_id, number=self._number, now=now)
            writer = ArchiveWriter(self.folder, name, reserve=self.reserve)
            await self.store.write(
                lambda session: captures.file_opened(session, path=name, run_id=run_id, now=now)
            )
            writer.append(self._info_member(name))
            self.first_path = self.first_path or name
            self._writer = writer
            return writer

    async def _finish(self) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        digest = await asyncio.get_running_loop().run_in_executor(None, writer.close)
        await self.store.write(
            lambda session: captures.file_closed(
                session,
                path=writer.name,
                size=writer.size,
                records=writer.records,
                sha256=digest,
                now=datetime.now(UTC),
            ),
            last=True,
        )

    async def _mend(self) -> None:
        """Other files of this source that nobody writes any more."""
        left = await self.store.read(captures.left_open)
        key = getattr(self.crawler.spider, "name", None)
        for kept in left:
            if kept.source_key == key:
                await self.store.write(
                    lambda session, kept=kept: captures.mend_file(  # type: ignore[misc]
                        session, self.folder, kept, now=datetime.now(UTC)
                    ),
                    long=True,
                )

    def _give_up(self, error: StoreError) -> None:
        from crawler.fetch.recorder import RunRecorder

        self.trouble = error
        recorder = self.crawler.get_extension(RunRecorder)
        if recorder is not None:
            recorder.counts.note(error.code, str(error))
            recorder.stop(error.code)


def _final(message: bytes) -> bytes:
    """The message without the interim answers (1xx) before it."""
    while message[9:10] == b"1" and message.startswith(b"HTTP/1."):
        _, found, rest = message.partition(b"\r\n\r\n")
        if not found or not rest:
            break
        message = rest
    return message


def _revisit_fields(head: bytes, earlier: Capture) -> dict[str, str]:
    return {
        "WARC-Type": "revisit",
        "WARC-Profile": NOT_MODIFIED if head[9:12] == b"304" else IDENTICAL,
        "WARC-Payload-Digest": f"sha256:{earlier.digest}",
        "WARC-Refers-To-Target-URI": earlier.url,
        "WARC-Refers-To-Date": written_date(earlier.at),
        "WARC-Refers-To-Filename": earlier.place.file,
        "WARC-Refers-To-File-Offset": str(earlier.place.offset),
    }
