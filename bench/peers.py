"""Other extractors behind one call; only those that can be imported are offered."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_CHINESE = 200  # characters that make a page Chinese
_CJK = re.compile(r"[\u4e00-\u9fff]")
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^<>]{0,2000}>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """Body and title as one extractor sees them; ``None`` where it does not look."""

    body: str
    title: str | None = None


Run = Callable[[str, str], Found]


def extractors() -> dict[str, Run]:
    """Peers by name. A peer that raises on a page gets an empty body for that page."""
    available = {
        "trafilatura": ("trafilatura", _trafilatura),
        "trafilatura-precision": ("trafilatura", _trafilatura_precision),
        "readability-lxml": ("readability", _readability),
        "gne": ("gne", _gne),
        "newspaper4k": ("newspaper", _newspaper),
    }
    for noisy in ("trafilatura", "readability", "newspaper", "htmldate"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    return {
        name: _guarded(run)
        for name, (module, run) in available.items()
        if importlib.util.find_spec(module) is not None
    }


def _guarded(run: Run) -> Run:
    def call(text: str, url: str) -> Found:
        try:
            return run(text, url)
        except Exception:  # a peer's failure is its score
            return Found("")

    return call


def _trafilatura(text: str, url: str, **options: Any) -> Found:
    body = _load("trafilatura").extract(text, include_comments=False, **options)
    return Found(body or "")


def _trafilatura_precision(text: str, url: str) -> Found:
    return _trafilatura(text, url, favor_precision=True)


def _readability(text: str, url: str) -> Found:
    document = _load("readability").Document(text)
    summary = document.summary()
    tree = _load("lxml.html").fromstring(summary) if summary.strip() else None
    return Found("\n".join(tree.itertext()) if tree is not None else "", document.title())


def _gne(text: str, url: str) -> Found:
    result = _load("gne").GeneralNewsExtractor().extract(text)
    return Found(result.get("content") or "", result.get("title"))


def _newspaper(text: str, url: str) -> Found:
    language = "zh" if len(_CJK.findall(_TAGS.sub(" ", text))) > _CHINESE else "en"
    article = _load("newspaper").Article(
        url or "http://localhost/", language=language, fetch_images=False
    )
    article.download(input_html=text)
    article.parse()
    return Found(article.text or "", article.title)


def _load(module: str) -> Any:
    """A peer's module; by name, because peers are no dependency of ours."""
    return importlib.import_module(module)
