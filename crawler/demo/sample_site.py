"""A sample site: what it is called, where it listens, and what its pages need to be drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from crawler.demo.content import SamplePage, sites_folder
from crawler.demo.files import MARK, MEDIA_TYPES, build_file
from crawler.demo.markup import Dialect, to_html, to_text
from crawler.demo.weeks import show

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Site:
    """``host`` is a loopback address of its own, so that budgets and allow-lists are real.

    ``redesigned`` is the sample moment from which the list page has another layout.
    """

    key: str
    name: str
    host: str
    family: str
    charset: str = "utf-8"
    lang: str = "zh"
    crawl_delay: float | None = None
    validators: Literal["etag", "modified", "none"] = "none"
    gzip: bool = False
    nav: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    page_size: int = 20
    redesigned: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; ``changed`` (Shanghai time) feeds Last-Modified where the site sends it."""

    body: bytes
    media: str = "text/html"
    changed: datetime | None = None
    status: int = 200
    location: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A site at a moment: ``pages`` are online, newest first; ``base`` is its own address."""

    site: Site
    pages: Sequence[SamplePage]
    moment: datetime
    base: str
    redesigned: bool = False

    def chunk(self, number: int) -> Sequence[SamplePage]:
        """The pages on list page ``number`` (from 1)."""
        size = self.site.page_size
        return self.pages[(number - 1) * size : number * size]

    @property
    def page_count(self) -> int:
        """How many list pages there are."""
        return -(-len(self.pages) // self.site.page_size)

    @property
    def changed(self) -> datetime | None:
        """When the newest thing on the site changed."""
        return max((page.changed_at(self.moment) for page in self.pages), default=None)


@dataclass(frozen=True, slots=True)
class Family:
    """How a kind of site addresses and draws its pages."""

    page_path: Callable[[SamplePage], str]
    file_path: Callable[[SamplePage, int], str]
    lists: Callable[[View, str, Query], Answer | None]
    dialect: Dialect
    details: Mapping[str, Callable[[View, SamplePage], Mapping[str, Any]]] = field(
        default_factory=dict
    )


def load_sites() -> list[Site]:
    """All sample sites, by key."""
    sites = []
    for path in sorted(sites_folder().glob("*/site.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        data["nav"] = tuple(data.get("nav", ()))
        sites.append(Site(key=path.parent.name, **data))
    return sites


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("crawler.demo", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = show
    environment.globals["mark"] = MARK
    return environment


def draw(view: View, template: str, /, **values: Any) -> Answer:
    """Render a template of the site in the site's own encoding."""
    text = _templates().get_template(template).render(site=view.site, view=view, **values)
    media = "application/xml" if template.endswith(".xml") else "text/html"
    # A character that the old encoding lacks becomes a numeric reference, as editors do.
    body = text.encode(view.site.charset, "xmlcharrefreplace")
    return Answer(body, media, changed=view.changed)


def draw_error(view: View, status: int) -> Answer:
    """A page that says that there is no such page."""
    answer = draw(view, "error.html", status=status)
    return Answer(answer.body, answer.media, status=status)


def draw_page(view: View, family: Family, page: SamplePage) -> Answer:
    """The detail page of a bulletin."""
    names = family.details.get(view.site.family)
    extra = dict(names(view, page)) if names else {}
    answer = draw(
        view,
        f"{view.site.family}_page.html",
        page=page,
        body=to_html(page.lines_at(view.moment), dialect=family.dialect),
        files=[(family.file_path(page, n), file.name) for n, file in enumerate(page.files)],
        near=[(family.page_path(p), p.title) for p in view.pages if p is not page][:5],
        **extra,
    )
    return Answer(answer.body, answer.media, changed=page.changed_at(view.moment))


def attachment(view: View, page: SamplePage, number: int) -> Answer:
    """The bytes of the attachment ``number`` of a page."""
    file = page.files[number]
    body = build_file(file, made_at=page.at)
    return Answer(body, MEDIA_TYPES[file.kind], changed=page.at)


def summary(page: SamplePage, *, limit: int = 90) -> str:
    """The first words of a page, for lists that show an abstract."""
    text = " ".join(to_text(page.lines[:3]).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
