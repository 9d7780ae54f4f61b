"""What a first version of this program would be built from, for comparison.

Stock Scrapy, trafilatura with metadata, jieba and datasketch with an index in memory,
scikit-learn asked page by page, one SQLAlchemy object and one commit per row, a trigram FTS5
table. Nothing of Dibao is used. Its libraries are no dependencies: where one is absent,
``missing_libraries`` names it and the comparison is left out.
"""

from __future__ import annotations

import os
import random
from importlib.util import find_spec
from typing import Any

from sqlalchemy import Text, create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

LIBRARIES = {
    "trafilatura": "trafilatura",
    "jieba": "jieba",
    "datasketch": "datasketch",
    "scikit-learn": "sklearn",
}
LABELS = (
    "产业",
    "科技",
    "财政",
    "就业",
    "环保",
    "医疗",
    "教育",
    "交通",
    "农业",
    "能源",
    "数据",
    "法治",
)
TRAINING_TEXTS = 600


class Base(DeclarativeBase):
    """Declarative base of the one table."""


class Row(Base):
    """One page."""

    __tablename__ = "page"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text, index=True)
    body: Mapped[str] = mapped_column(Text)
    published: Mapped[str | None] = mapped_column(Text, index=True)
    labels: Mapped[str] = mapped_column(Text, index=True)


def missing_libraries() -> list[str]:
    """The libraries of the obvious stack that are not installed."""
    return [name for name, module in LIBRARIES.items() if find_spec(module) is None]


def run_obvious(url: str, kind: str, count: int, database: str) -> None:
    """Fetch ``count`` pages and put them through the obvious stack into ``database``."""
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    stack = ObviousStack(database)

    class ObviousSpider(scrapy.Spider):
        name = "obvious"

        async def start(self) -> Any:
            for number in range(count):
                yield scrapy.Request(f"{url}/{kind}/{number}")

        def parse(self, response: Any) -> None:
            stack.take(response.url, response.text)

    process = AsyncCrawlerProcess(
        {"ROBOTSTXT_OBEY": True, "LOG_LEVEL": "INFO", "LOG_FILE": os.devnull}
    )
    process.crawl(ObviousSpider)
    process.start()


class ObviousStack:
    """Each step done in the way that comes to mind first."""

    def __init__(self, database: str) -> None:
        from datasketch import MinHashLSH  # type: ignore[import-not-found]

        self.engine = create_engine(f"sqlite:///{database}")
        Base.metadata.create_all(self.engine)
        self.session = sessionmaker(self.engine)()
        self.session.execute(
            text("create virtual table search using fts5(title, body, tokenize='trigram')")
        )
        self.session.commit()
        self.near = MinHashLSH(threshold=0.7, num_perm=128)
        self.words, self.model = _trained_model()

    def take(self, url: str, html: str) -> None:
        """Extract, segment, compare, classify, store, index one page."""
        import jieba  # type: ignore[import-not-found]
        import trafilatura  # type: ignore[import-not-found]
        from datasketch import MinHash

        found = trafilatura.bare_extraction(html, url=url, with_metadata=True)
        body = (found.text if found is not None else "") or ""
        title = (found.title if found is not None else "") or ""
        tokens = list(jieba.cut(body))
        signature = MinHash(num_perm=128)
        for token in tokens:
            signature.update(token.encode())
        self.near.query(signature)
        self.near.insert(url, signature)
        labels = self.model.predict(self.words.transform([" ".join(tokens)]))[0]
        row = Row(
            url=url,
            title=title,
            body=body,
            published=found.date if found is not None else None,
            labels=" ".join(name for name, on in zip(LABELS, labels, strict=True) if on),
        )
        self.session.add(row)
        self.session.commit()
        self.session.execute(
            text("insert into search(rowid, title, body) values (:id, :title, :body)"),
            {"id": row.id, "title": title, "body": body},
        )
        self.session.commit()


def _trained_model() -> tuple[Any, Any]:
    """A small multi-label model over sample texts, so that ``predict`` costs what it costs."""
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-not-found]
    from sklearn.multiclass import OneVsRestClassifier  # type: ignore[import-not-found]
    from sklearn.svm import LinearSVC  # type: ignore[import-not-found]

    from bench.site import article

    rng = random.Random(7)  # noqa: S311 - sample text
    texts, wanted = [], []
    for number in range(TRAINING_TEXTS):
        texts.append(" ".join(jieba.cut(article(10_000 + number)[-30_000:-26_000])))
        wanted.append([int(rng.random() < 0.2) for _ in LABELS])
    words = TfidfVectorizer(max_features=50_000, token_pattern=r"\S+")  # noqa: S106
    model = OneVsRestClassifier(LinearSVC())
    model.fit(words.fit_transform(texts), wanted)
    return words, model
