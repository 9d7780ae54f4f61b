"""What is replayed: saved article pages and saved lists, each with the address it is served under.

A corpus is a folder of sets; a set has a manifest (``bench.report.MANIFESTS``) whose rows name a
gzipped page, its address and what is known to be right (``gold``). Rows without an address get a
made-up one on a ``.example`` host of their set.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from bench.replay_lists import KNOWN_LISTS, generic_list
from bench.report import data_sets, page_bytes, rows_of
from pipelines.urls import is_fetchable, url_key

#: the sets that are replayed unless others are named; the order decides who serves an address
USUAL_SETS = (
    "govcn_policy_2019",
    "zh_gov_pages",
    "zh_news_gne",
    "zh_news_netease2015",
    "zh_news_misc",
    "fundus_en",
    "article_extraction_benchmark",
    "htmldate_dates",
    "trafilatura_eval",
    "zh_list_pages",
    "gov_api_lists",
    "zh_feeds",
    "miniflux_testdata",
)


@dataclass(frozen=True, slots=True)
class Page:
    """A saved article page. ``state_organ``: its real list shows titles."""

    corpus: str
    id: str
    url: str
    file: Path
    lang: str
    state_organ: bool
    gold: dict[str, Any]

    @property
    def host(self) -> str:
        """The host name it is served under."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class SavedList:
    """A saved list page, feed or JSON answer; ``fields`` complete its source file.

    ``gold`` holds one dict per item, with the absolute address under ``url``.
    """

    corpus: str
    id: str
    url: str
    file: Path
    media: str
    fields: dict[str, Any]
    gold: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything that is served. ``shared`` counts pages left out because an earlier set has the
    same address; ``unusable`` names list rows for which no source can be written."""

    pages: tuple[Page, ...]
    lists: tuple[SavedList, ...]
    shared: int = 0
    unusable: tuple[str, ...] = ()


def unpacked(path: Path) -> bytes:
    """The bytes as saved."""
    raw = path.read_bytes()
    return gzip.decompress(raw) if path.suffix == ".gz" else raw


def load_corpus(root: Path, *, only: Sequence[str] = (), limit: int | None = None) -> Corpus:
    """Read the sets below ``root`` (or the one set at it); at most ``limit`` rows of each.

    Raises FileNotFoundError when there is no such set.
    """
    manifests = {manifest.parent.name: manifest for manifest in data_sets(root)}
    wanted = [name for name in (only or USUAL_SETS) if name in manifests]
    if not only and not wanted:
        wanted = sorted(manifests)
    missing = sorted(set(only) - set(manifests))
    if missing or not wanted:
        raise FileNotFoundError(f"no such set below {root}: {', '.join(missing) or 'none at all'}")
    pages: dict[str, Page] = {}
    lists: list[SavedList] = []
    unusable: list[str] = []
    shared = 0
    for name in wanted:
        for found in _read_set(manifests[name], limit=limit):
            if isinstance(found, SavedList):
                lists.append(found)
            elif isinstance(found, str):
                unusable.append(found)
            elif url_key(found.url) in pages:
                shared += 1
            else:
                pages[url_key(found.url)] = found
    return Corpus(tuple(pages.values()), tuple(lists), shared, tuple(unusable))


def _read_set(manifest: Path, *, limit: int | None) -> Iterator[Page | SavedList | str]:
    count = 0
    for row in rows_of(manifest):
        found = _read_row(manifest, row)
        if found is None:
            continue
        count += 1
        if limit is not None and count > limit:
            return
        yield found


def _read_row(manifest: Path, row: dict[str, Any]) -> Page | SavedList | str | None:
    """One row: None for what is neither an article nor a list (or has no page)."""
    if page_bytes(manifest, row) is None:
        return None
    corpus, kind = manifest.parent.name, str(row.get("kind") or "")
    file = manifest.parent / row["file"]
    if kind == "article":
        tags = row.get("tags") or ()
        return Page(
            corpus=corpus,
            id=row["id"],
            url=_address(row, corpus=corpus),
            file=file,
            lang=_lang(row),
            state_organ="gov" in tags and bool((row.get("gold") or {}).get("title")),
            gold=row.get("gold") or {},
        )
    if kind.startswith(("list", "feed")):
        return _saved_list(row, corpus=corpus, file=file, content=page_bytes(manifest, row) or b"")
    return None


def _saved_list(
    row: dict[str, Any], *, corpus: str, file: Path, content: bytes
) -> SavedList | str | None:
    known = KNOWN_LISTS.get(row["id"]) or generic_list(row, content)
    if known is None:
        # encoding cases that are neither feed nor list belong to other measurements
        return None if corpus == "miniflux_testdata" else row["id"]
    url = known.url or _address(row, corpus=corpus)
    gold = row.get("gold") or {}
    items = gold.get("items") if isinstance(gold, dict) else None
    return SavedList(
        corpus=corpus,
        id=row["id"],
        url=url,
        file=file,
        media=known.media,
        fields=dict(known.fields),
        gold=tuple(
            {**item, "url": urljoin(url, str(item.get("url") or item.get("href") or item["link"]))}
            for item in items or ()
            if item.get("url") or item.get("href") or item.get("link")
        ),
    )


def _address(row: dict[str, Any], *, corpus: str) -> str:
    url = str(row.get("url") or "")
    if url and "://" not in url:
        url = f"http://{url}"
    if url and is_fetchable(url) and urlsplit(url).path:
        return url.split("#", 1)[0]
    slug = corpus.replace("_", "-")
    return f"http://www.{slug}.example/{row['id']}{_ending(str(row['file']))}"


def _ending(name: str) -> str:
    suffix = Path(name.removesuffix(".gz")).suffix
    return suffix if suffix in (".html", ".xml", ".json") else ".html"


def _lang(row: dict[str, Any]) -> str:
    lang = str(row.get("lang") or "en")
    return lang if re.fullmatch(r"[a-z]{2}(-[A-Za-z]{2,4})?", lang) else "en"


def moved(corpus: Corpus, *, ports: dict[str, int]) -> Corpus:
    """The same corpus with explicit ports, where the usual ones could not be had."""
    usual = {"http": 80, "https": 443}
    if ports == usual:
        return corpus

    def move(url: str) -> str:
        parts = urlsplit(url)
        port = ports[parts.scheme]
        if port == usual[parts.scheme]:
            return url
        return parts._replace(netloc=f"{parts.hostname}:{port}").geturl()

    return replace(
        corpus,
        pages=tuple(replace(page, url=move(page.url)) for page in corpus.pages),
        lists=tuple(replace(saved, url=move(saved.url)) for saved in corpus.lists),
    )


def gold_by_key(corpus: Corpus) -> dict[str, tuple[str, dict[str, Any]]]:
    """(set, gold) by the identity of an address: of pages, then of items of the lists."""
    known = {url_key(page.url): (page.corpus, page.gold) for page in corpus.pages}
    for saved in corpus.lists:
        for item in saved.gold:
            known.setdefault(url_key(item["url"]), (saved.corpus, dict(item)))
    return known


def dump_json(path: Path, value: Any) -> None:
    """Write a file that a waiting process never sees half done."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    part.replace(path)
