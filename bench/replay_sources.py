"""The source files of a replay, written on the fly, and the lists that the replay makes itself.

State organs get a list page with titles, as theirs show them; other publishers a sitemap, which
names addresses only, so that titles and dates must come from the pages. A host with many
pages has a source of its own; the others of a set share one, as on a site that links elsewhere.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bench.replay_corpus import Corpus, Page, SavedList

#: dead links that one saved list may lead to in a run
LIST_ITEMS = 12
#: a crawl process takes longer to start than to read a handful of pages
OWN_SOURCE = 5
LIST_PATH = "/replay-list"
PUBLISHERS = {
    "www.gov.cn": "中国政府网",
    "www.lishui.gov.cn": "丽水市人民政府",
    "www.nmpa.gov.cn": "国家药品监督管理局",
}
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Plan:
    """What is to be written: sources by key, and made-up list pages by address."""

    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: dict[str, tuple[str, str]] = field(default_factory=dict)
    lists: dict[str, SavedList] = field(default_factory=dict)

    def add(self, name: str, fields: dict[str, Any]) -> str:
        """Keep a source under a free key made of ``name``."""
        base = _slug(name)[:50].strip("-")
        key, number = base, 2
        while key in self.sources:
            key, number = f"{base}-{number}", number + 1
        self.sources[key] = fields
        return key


def plan_sources(corpus: Corpus, *, http_port: int = 80) -> Plan:
    """One source per host with pages, one per set for the rest, one per saved list."""
    plan = Plan()
    for name, pages in _groups(corpus.pages):
        _add_articles(plan, name, pages, http_port=http_port)
    for saved in corpus.lists:
        key = plan.add(f"list-{saved.id}", _list_source(saved))
        plan.lists[key] = saved
    return plan


def write_sources(plan: Plan, folder: Path) -> None:
    """One YAML file a source."""
    folder.mkdir(parents=True, exist_ok=True)
    for key, fields in plan.sources.items():
        text = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=1000)
        (folder / f"{key}.yaml").write_text(text, encoding="utf-8")


def _groups(pages: Iterable[Page]) -> Iterable[tuple[str, list[Page]]]:
    by_host: dict[tuple[str, str, bool], list[Page]] = defaultdict(list)
    for page in pages:
        by_host[page.corpus, page.host, page.state_organ].append(page)
    rest: dict[str, list[Page]] = defaultdict(list)
    for (corpus, host, state_organ), members in by_host.items():
        if len(members) >= OWN_SOURCE or state_organ:
            yield f"{corpus} {host}", members
        else:
            rest[corpus] += members
    for corpus, members in rest.items():
        yield f"{corpus} elsewhere", members


def _add_articles(plan: Plan, name: str, pages: list[Page], *, http_port: int) -> None:
    first = pages[0]
    own_host = len({page.host for page in pages}) == 1
    parts = urlsplit(first.url)
    base = f"{parts.scheme}://{parts.netloc}"
    if not own_host:
        port = "" if http_port == 80 else f":{http_port}"
        base = f"http://www.{_slug(first.corpus)}.example{port}"
    url = f"{base}{LIST_PATH}/{_slug(name)}{'.html' if first.state_organ else '.xml'}"
    lang = Counter(page.lang for page in pages).most_common(1)[0][0]
    fields: dict[str, Any] = {
        "title": name,
        "publisher": PUBLISHERS.get(first.host, first.host if own_host else first.corpus),
        **_place(lang, state_organ=first.state_organ),
        "url": url,
        "budget": {"pages": 1, "items": max(1, len(pages))},
        "expect": {"min_rows": 1},
    }
    if first.state_organ:
        fields |= {"kind": "html_list", "row": "ul.list > li", "link": "a::attr(href)"}
        plan.made[url] = ("text/html; charset=utf-8", _list_page(pages))
    else:
        fields |= {"kind": "sitemap"}
        plan.made[url] = ("application/xml", _sitemap(pages))
    plan.add(name, fields)


def _list_source(saved: SavedList) -> dict[str, Any]:
    carries_text = "body" in (saved.fields.get("fields") or {})
    fields: dict[str, Any] = {
        "title": saved.id,
        "publisher": urlsplit(saved.url).hostname,
        **_place("en" if saved.corpus == "miniflux_testdata" else "zh", state_organ=True),
        "url": saved.url,
        "budget": {"pages": 1, "items": 100 if carries_text else LIST_ITEMS},
        "expect": {"min_rows": 1},
    }
    return fields | saved.fields


def _slug(text: str) -> str:
    return _SLUG.sub("-", text.lower()).strip("-")


def _place(lang: str, *, state_organ: bool) -> dict[str, str]:
    chinese = lang.startswith("zh")
    return {
        "region": "CN" if chinese else "INTL",
        "level": "national" if state_organ and chinese else "media",
        "lang": lang,
        "timezone": "Asia/Shanghai" if chinese else "UTC",
    }


def _list_page(pages: list[Page]) -> str:
    rows = "\n".join(
        f'<li><a href="{html.escape(page.url, quote=True)}">'
        f"{html.escape(str(page.gold['title']))}</a></li>"
        for page in pages
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>列表</title></head>'
        f'<body><ul class="list">\n{rows}\n</ul></body></html>'
    )


def _sitemap(pages: list[Page]) -> str:
    rows = "\n".join(f"<url><loc>{html.escape(page.url)}</loc></url>" for page in pages)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{rows}\n</urlset>\n"
    )
