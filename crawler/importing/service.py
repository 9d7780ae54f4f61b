"""One import from end to end: stage, look, save, undo. Used by the command and by the desk's child.

What is handed in lies in a folder of its own until it is saved or a day has passed, so that a
preview and the saving after it see the same bytes.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.importing.keep import Known, keep, known_document, place_of, undo
from crawler.importing.material import Given, Material, material_of
from crawler.importing.prepare import (
    Prepared,
    address_of,
    prepare,
    summary_of,
    with_main_file,
)
from pipelines.attachments.body import main_file
from pipelines.attachments.limited import read_limited
from pipelines.attachments.names import disposition_name, safe_name
from pipelines.errors import MissingField, ParseError
from pipelines.steps import page_of
from pipelines.urls import is_fetchable
from storage.blobs import BlobStore
from storage.errors import NotFound

if TYPE_CHECKING:
    from crawler.config import Config
    from crawler.control.errands import FetchedPage
    from storage.engine import Database

DAY = 86400.0
_TOKEN = re.compile(r"[0-9a-f]{32}")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


class ImportRefused(Exception):
    """The material cannot become a document; ``code`` and the text say why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class AlreadyKnown(Exception):
    """A crawl has brought this address already."""

    def __init__(self, known: Known) -> None:
        self.known = known
        super().__init__(
            f"已在库中，条目 {known.id}（{known.source_title}） / "
            f"stored already as item {known.id} of {known.source_key}: {known.title}"
        )


@dataclass(frozen=True, slots=True)
class Service:
    """Imports into one installation."""

    config: Config
    db: Database
    config_path: Path | None = None

    @property
    def folder(self) -> Path:
        """Where material waits."""
        return self.config.storage.data_dir / "imports"

    # staging ----------------------------------------------------------------------------

    def stage(self, content: bytes, given: Given) -> str:
        """Put material aside; its token. Raises ImportRefused for too much of it."""
        if len(content) > int(self.config.attachments.max_size):
            raise ImportRefused("too_large", "超过 attachments.max_size / larger than that")
        self._sweep()
        token = secrets.token_hex(16)
        place = self.folder / token
        place.mkdir(parents=True, mode=0o700)
        (place / "content").write_bytes(content)
        self._write(token, given)
        return token

    def stage_url(self, given: Given) -> str:
        """Fetch one address and put it aside. Raises AlreadyKnown and ImportRefused."""
        (found,) = self.stage_urls([given])
        if isinstance(found, Exception):
            raise found
        return found

    def stage_urls(self, givens: Sequence[Given]) -> list[str | AlreadyKnown | ImportRefused]:
        """Fetch addresses with the manners of a crawl, in one go, and put them aside.

        For each its token, or why there is none; what is known already is not fetched.
        """
        from crawler.control.errands import ErrandFailed, fetch_pages

        self._sweep()
        known = {given.url: self._known(given.url or "") for given in givens}
        wanted = list(dict.fromkeys(given.url for given in givens if not known[given.url]))
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="fetch-") as folder:
            try:
                urls = [url for url in wanted if url]
                pages = fetch_pages(urls, folder=Path(folder), config_path=self.config_path)
            except ErrandFailed as error:
                return [ImportRefused(error.code, str(error)) for _ in givens]
            found = {page.asked: page for page in pages}
            return [
                known[given.url] or self._stage_page(found[given.url or ""], given)
                for given in givens
            ]

    def _stage_page(self, page: FetchedPage, given: Given) -> str | ImportRefused:
        if page.path is None:
            from crawler.remedies import remedy_for

            code = page.code or "fetch_failed"
            return ImportRefused(code, f"{page.asked}: {remedy_for(code)} ({page.detail})")
        charset = _CHARSET.search(page.content_type or "")
        last = page.asked.rsplit("/", 1)[-1].partition("?")[0]
        changes: dict[str, Any] = {
            "url": page.asked,
            "name": given.name or safe_name(disposition_name(page.disposition) or last or "page"),
            "charset": charset[1].lower() if charset else None,
            "fetched": True,
            "etag": page.etag,
            "last_modified": page.last_modified,
        }
        try:
            return self.stage(page.path.read_bytes(), Given(**{**asdict(given), **changes}))
        except ImportRefused as error:
            return error

    def _known(self, url: str) -> AlreadyKnown | None:
        try:
            self._refuse_known(url)
        except AlreadyKnown as error:
            return error
        return None

    def _refuse_known(self, url: str) -> None:
        with self.db.reader() as session:
            known = known_document(session, address_of(b"", url))
        if known is not None and not known.imported:
            raise AlreadyKnown(known)

    def _write(self, token: str, given: Given) -> None:
        text = json.dumps(asdict(given), ensure_ascii=False)
        (self.folder / token / "given.json").write_text(text, encoding="utf-8")

    def load(self, token: str) -> tuple[Path, Given]:
        """The staged bytes and what was said about them. Raises NotFound."""
        place = self.folder / token
        if not _TOKEN.fullmatch(token) or not (place / "given.json").is_file():
            raise NotFound("预览已过期，请重新导入 / the preview is gone: import it again")
        values = json.loads((place / "given.json").read_text(encoding="utf-8"))
        known = {item.name for item in fields(Given)}
        return place / "content", Given(**{k: v for k, v in values.items() if k in known})

    def discard(self, token: str) -> None:
        """Forget staged material."""
        if _TOKEN.fullmatch(token):
            shutil.rmtree(self.folder / token, ignore_errors=True)

    def _sweep(self) -> None:
        """Material that nobody saved within a day."""
        if not self.folder.is_dir():
            return
        for place in self.folder.iterdir():
            if time.time() - place.stat().st_mtime > DAY:
                shutil.rmtree(place, ignore_errors=True)

    # looking and saving -----------------------------------------------------------------

    def preview(self, token: str) -> dict[str, Any]:
        """What would be saved, with warnings. Raises ImportRefused, AlreadyKnown, NotFound."""
        prepared, given = self._prepared(token)
        with self.db.reader() as session:
            known = known_document(session, prepared.item.url)
        return {
            **summary_of(prepared),
            "token": token,
            "source": given.source,
            "known": None if known is None else asdict(known),
        }

    def save(self, token: str, *, changes: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Store staged material; ``changes`` are what a person corrected in the preview.

        Raises ImportRefused, AlreadyKnown, NotFound, StoreError.
        """
        if changes:
            _, given = self.load(token)
            self._write(token, Given(**{**asdict(given), **changes}))
        prepared, given = self._prepared(token)
        blob = None
        if prepared.file_path is not None:
            data = prepared.file_path.read_bytes()
            blob = BlobStore(self.config.storage.blobs).put([data], limit=len(data))
        now = datetime.now(UTC)
        with self.db.writer() as session:
            kept = keep(session, prepared, given, blob=blob, now=now)
        if kept.outcome == "tombstoned":
            raise ImportRefused(
                "tombstoned", "这个网址已按要求移除，不再收录 / this address was removed for good"
            )
        self.discard(token)
        return {
            **summary_of(prepared),
            "id": kept.document_id,
            "outcome": kept.outcome,
            "duplicate_of": kept.duplicate_of,
        }

    def undo(self, document_id: int, *, actor: str) -> None:
        """Remove an import and the files that only it had. Raises NotFound, Conflict."""
        with self.db.writer() as session:
            paths = undo(session, document_id, actor=actor, now=datetime.now(UTC))
        for path in paths:
            (self.config.storage.blobs / path).unlink(missing_ok=True)

    def _prepared(self, token: str) -> tuple[Prepared, Given]:
        path, given = self.load(token)
        try:
            material = material_of(path.read_bytes(), given)
        except ValueError as error:
            raise ImportRefused("empty_body", str(error)) from error
        if material.url:
            self._refuse_known(material.url)
        with self.db.reader() as session:
            place = place_of(session, given.source)
        try:
            return self._filled(self._read(material, given, place, path), given, path), given
        except ParseError as error:
            raise ImportRefused(error.code, _refusal(error)) from error

    def _read(self, material: Material, given: Given, place: Any, path: Path) -> Prepared:
        settings = self.config.attachments
        return prepare(
            material,
            given,
            place,
            path=path,
            now=datetime.now(UTC),
            limits=settings.limits,
            ocr=settings.ocr,
            taxonomy=self.config.crawl.taxonomy,
            models=self.config.storage.data_dir / "models",
        )

    def _filled(self, prepared: Prepared, given: Given, path: Path) -> Prepared:
        """A page that is only a shell gets the text of its main file, fetched once."""
        from crawler.control.errands import ErrandFailed, fetch_pages

        ref = main_file(page_of(prepared.item), most=self.config.attachments.shell)
        if ref is None or prepared.file is not None or not is_fetchable(ref.url):
            return prepared
        place = path.with_name("main")
        if not place.exists():
            try:
                (page,) = fetch_pages([ref.url], folder=path.parent, config_path=self.config_path)
            except ErrandFailed:
                return replace(prepared, warnings=(*prepared.warnings, "main_file_missing"))
            if page.path is None:
                return replace(prepared, warnings=(*prepared.warnings, "main_file_missing"))
            page.path.replace(place)
        settings = self.config.attachments
        return with_main_file(
            prepared,
            ref,
            read_limited(place, limits=settings.limits, ocr=settings.ocr),
            path=place,
            given=given,
            taxonomy=self.config.crawl.taxonomy,
            models=self.config.storage.data_dir / "models",
        )


def _refusal(error: ParseError) -> str:
    """Why the material is no article, and what to do about it."""
    if isinstance(error, MissingField) and error.field == "title":
        return "没有找到标题，请填写标题 / no title was found: please state it"
    detail = str(error)
    return error.remedy if detail == error.remedy else f"{error.remedy} ({detail})"
