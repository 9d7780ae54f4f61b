"""Two or three articles of a new source: what is read of them, and their common template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.commands.context import EXIT_USAGE, fail

if TYPE_CHECKING:
    from crawler.commands.source_fetch import Visitor
    from spiders.catalogue import Spec
    from spiders.rows import ListRow

ARTICLES = 3
_ENOUGH = 80


@dataclass(frozen=True, slots=True)
class Sample:
    """An article as it was had: its row, its bytes, or why there are none."""

    row: ListRow
    content: bytes | None = None
    charset: str | None = None
    failure: str = ""


def fetched_articles(
    visitor: Visitor, rows: Sequence[ListRow], *, most: int = ARTICLES
) -> Iterator[Sample]:
    """The pages of the first rows; files are left alone."""
    from crawler.commands.source_fetch import FetchFailed
    from spiders.answers import is_file_link

    for row in [row for row in rows if not is_file_link(row.address)][:most]:
        try:
            answer = None if row.body else visitor.get(row.address)
        except FetchFailed as error:
            yield Sample(row, failure=str(error))
            continue
        yield Sample(
            row,
            content=answer.content if answer else None,
            charset=answer.charset if answer else None,
        )


def saved_articles(
    files: Sequence[Path], rows: Sequence[ListRow], *, base: str
) -> Iterator[Sample]:
    """Saved pages, each with the row whose title stands in it."""
    from pipelines.decode import decode
    from spiders.rows import ListRow

    for path in files:
        if not path.is_file():
            raise fail(f"文件不存在 / no such file: {path}", code=EXIT_USAGE)
        content = path.read_bytes()
        text = decode(content, header_charset=None).text
        named = [row for row in rows if row.title and row.title in text]
        row = max(named, key=lambda row: len(row.title), default=ListRow(url=base))
        yield Sample(row, content=content)


def read_samples(
    spec: Spec, samples: Sequence[Sample], *, today: date
) -> tuple[list[str], dict[str, str]]:
    """A line for each article, and the selectors on which all of them agree.

    Nothing is proposed where the source (or the family of its CMS) already has a selector that
    finds something in every article.
    """
    from pipelines.decode import decode
    from spiders.induction.article import Article, article_settings
    from spiders.induction.dom import read_page
    from spiders.testing import read_article

    lines, articles = [], []
    for sample in samples:
        if sample.failure:
            lines.append(f"✗ {sample.row.title[:40]}：{sample.failure}")
            continue
        page, metadata = read_article(
            spec, sample.row, sample.content, today=today, charset=sample.charset
        )
        size = len(page.body_text)
        mark = "✓" if size >= _ENOUGH and metadata.title else "✗"
        number = f"，{metadata.doc_number}" if metadata.doc_number else ""
        lines.append(
            f"{mark} {metadata.published_on or '????-??-??'} {metadata.title[:40]}"
            f"（正文 {size} 字{number} / {size} characters)"
        )
        if sample.content is not None and spec.detail is None:
            text = decode(sample.content, header_charset=sample.charset).text
            tree = read_page(text, base_url=sample.row.address)
            articles.append(Article(tree, metadata.title, page.body_text))
    proposed = article_settings(articles)
    if spec.body and all(article.page.select(spec.body) for article in articles):
        proposed.pop("body", None)
    return lines, proposed
