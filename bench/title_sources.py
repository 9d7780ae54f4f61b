"""How often gold titles agree with what pages say: ``python -m bench.title_sources --data PATH``.

A page names its title in several places: heading, ``<title>``, ``og:title``, linked data. Where
these differ, gold follows now one and now another, because it was made by hand or by a parser for
each publisher. This measures each place alone, and what no consistent rule can exceed on these
pages:

- ``best order``: the best of all orders in which the places could be asked, each with the name of
  the site cut off;
- ``best vote``: the best weights of a vote among the places and our own choice, tried on a grid;
- ``anywhere``: gold equals the text of at least one place, which only an oracle could pick.

The first two are fitted to the very pages that they are measured on, so they are upper bounds.
``--half dev`` or ``--half other`` takes half of the pages, by a hash of the name of their file.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from bench.report import Report, data_sets, page_bytes, rows_of
from bench.scoring import mean, same_title
from bench.wrapper import half_of
from pipelines.clean import clean_page
from pipelines.decode import decode
from pipelines.extraction.title import without_site

_ORDERED = ("heading", "og:title", "<title> cut", "ld:headline", "twitter:title")
_VOTERS = ("dibao", "og:title", "ld:headline", "<title>")
_WEIGHTS = (0.0, 1.0, 1.5, 2.0, 3.0)
_TITLE_BONUS_FROM = 4  # letters of a candidate that ``<title>`` may vote for


@dataclass(frozen=True, slots=True)
class _Page:
    gold: str
    said: dict[str, str]
    headings: tuple[str, ...]


def measure(data: Path, *, half: str | None = None) -> Report:
    """The shares of every set at ``data``, and of all of them together."""
    reports: dict[str, Report] = {}
    pages: list[_Page] = []
    for manifest in data_sets(data):
        found = list(_pages(manifest, half))
        if found:
            reports[manifest.parent.name] = _report(found)
            pages += found
    total = _report(pages) if pages else Report("titles", 0, {}, {})
    total.sets = reports if len(reports) > 1 else {}
    return total


def _pages(manifest: Path, half: str | None) -> Iterable[_Page]:
    for row in rows_of(manifest):
        gold = str((row.get("gold") or {}).get("title") or "")
        content = page_bytes(manifest, row) if gold else None
        if content is None or (half and half_of(Path(row["file"]).name) != half):
            continue
        decoded = decode(content, header_charset=None)
        page = clean_page(decoded, url=row.get("url") or "", lang=row.get("lang") or "zh")
        tree = LexborHTMLParser(decoded.text)
        headings = tuple(" ".join(node.text().split()) for node in tree.css("h1"))
        yield _Page(gold, _said(page.title, page.meta, headings), headings)


def _said(title: str, facts: dict[str, str], headings: tuple[str, ...]) -> dict[str, str]:
    def cut(name: str) -> str:
        return without_site(facts[name], facts) if name in facts else ""

    return {
        "dibao": title,
        "heading": headings[0] if headings else "",
        "<title>": facts.get("html:title", ""),
        "<title> cut": cut("html:title"),
        "og:title": facts.get("og:title", ""),
        "ld:headline": facts.get("ld:headline", ""),
        "twitter:title": facts.get("twitter:title", ""),
    }


def _report(pages: list[_Page]) -> Report:
    def share(choose: Callable[[_Page], str]) -> dict[str, float]:
        return {"title_exact": mean([float(same_title(p.gold, choose(p))) for p in pages])}

    alone = {
        name: share(lambda page, name=name: page.said[name])  # type: ignore[misc]
        for name in ("heading", "<title>", "<title> cut", "og:title", "ld:headline")
    }
    bounds = {
        "best order": {"title_exact": _best_order(pages)},
        "best vote": {"title_exact": _best_vote(pages)},
        "anywhere": {"title_exact": mean([float(_anywhere(page)) for page in pages])},
    }
    return Report("titles", len(pages), share(lambda page: page.said["dibao"]), alone | bounds)


def _best_order(pages: list[_Page]) -> float:
    right = [{k: same_title(p.gold, p.said[k]) for k in _ORDERED} for p in pages]

    def exact(order: tuple[str, ...]) -> float:
        hits = 0
        for page, is_right in zip(pages, right, strict=True):
            first = next((name for name in order if page.said[name]), None)
            hits += first is not None and is_right[first]
        return hits / len(pages)

    return max((exact(order) for order in itertools.permutations(_ORDERED)), default=0.0)


def _best_vote(pages: list[_Page]) -> float:
    """Every voter gives its weight to its own text; ``<title>`` to all texts that it holds."""
    ballots = [_ballot(page) for page in pages]
    best = 0.0
    for weights in itertools.product(_WEIGHTS, repeat=len(_VOTERS)):
        hits = 0
        for ballot in ballots:
            sums = [
                sum(w for w, vote in zip(weights, row, strict=True) if vote) for row, _ in ballot
            ]
            hits += bool(sums) and ballot[sums.index(max(sums))][1]
        best = max(best, hits / len(ballots))
    return best


def _ballot(page: _Page) -> list[tuple[tuple[bool, ...], bool]]:
    """For each candidate who votes for it, and whether it is right."""
    raw = page.said["<title>"]
    rows = []
    for name in ("dibao", "heading", "ld:headline", "og:title", "twitter:title"):
        text = page.said[name]
        if len(text) < _TITLE_BONUS_FROM:
            continue
        votes = [same_title(text, page.said[voter]) for voter in _VOTERS[:-1]]
        rows.append(((*votes, text in raw), same_title(page.gold, text)))
    return rows


def _anywhere(page: _Page) -> bool:
    return any(same_title(page.gold, text) for text in (*page.said.values(), *page.headings))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.title_sources", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--half", choices=("dev", "other"), help="the pages of one half only")
    options = parser.parse_args(arguments)
    report = measure(options.data, half=options.half)
    if not report.n:
        parser.error(f"no page with a gold title at {options.data}")
    print(report.as_tables())
    return 0


if __name__ == "__main__":
    sys.exit(main())
