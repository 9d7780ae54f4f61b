"""Writes the sample folders: ``python -m tests.gold.write [key …]``.

``expected.json`` comes from the invented bulletins, not from running the readers, so that a
reader that is wrong fails. Read the result before committing it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from spiders.asks import Spec, first_ask, lanes, resolve_ask
from spiders.catalogue import load_catalogue
from tests.gold.chinese import CENTRAL, MEDIA, REGIONAL
from tests.gold.foreign import SAMPLES as FOREIGN
from tests.gold.samples import Sample, address_parts
from tests.gold.shapes import Row
from tests.gold.wording import FIRST_DAY, bulletins

FOLDER = Path(__file__).parent
SAMPLES = {sample.key: sample for sample in (*CENTRAL, *REGIONAL, *MEDIA, *FOREIGN)}
DETAILS = 2


def write(sample: Sample, spec: Spec) -> None:
    """Write the folder of one source."""
    lane = lanes(spec, today=FIRST_DAY, resolved={"sid": "754001"})[0]
    list_url = first_ask(spec, lane).url
    items = bulletins(
        sample.key, publisher=spec.publisher, genres=sample.genres, number=sample.number
    )
    rows = [
        Row(item, href=(href := sample.link(item)), url=urljoin(list_url, href)) for item in items
    ]
    folder = FOLDER / sample.key
    folder.mkdir(exist_ok=True)
    listing = f"list.{sample.ext}"
    _put(folder / listing, sample.write_list(rows, spec.title))
    meta: dict[str, Any] = {
        "sample": True,
        "made_on": "2026-11-20",
        "today": "2026-11-20",
        "list": {"file": listing, "url": list_url},
        "details": [],
    }
    if sample.resolve:
        ask = resolve_ask(spec)
        _put(folder / "resolve.html", sample.resolve)
        meta["resolve"] = {"file": "resolve.html", "url": ask.url if ask else ""}
    for i, row in enumerate(rows[:DETAILS], start=1):
        if sample.write_article is None:
            meta["details"].append({"url": row.url})
            continue
        name = f"detail-{i}.{sample.article_ext}"
        _put(folder / name, sample.write_article(row))
        fetched = sample.fetch.format(**address_parts(sample.key, row.item)) or row.url
        meta["details"].append({"file": name, "url": row.url, "fetched": fetched})
    _put(folder / "meta.json", _pretty(meta))
    _put(folder / "expected.json", _pretty(_expected(rows)))


def _expected(rows: list[Row]) -> dict[str, Any]:
    listed = [
        {"url": row.url, "title": row.item.title, "published_on": row.item.day.isoformat()}
        for row in rows
    ]
    details = []
    for row in rows[:DETAILS]:
        detail = {
            "url": row.url,
            "title": row.item.title,
            "published_on": row.item.day.isoformat(),
            "body_start": row.item.paragraphs[0],
            "body_end": row.item.paragraphs[-1],
        }
        if row.item.number:
            detail["doc_number"] = row.item.number
        details.append(detail)
    return {"rows": listed, "details": details}


def _pretty(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Write the samples of the named sources, or of all."""
    catalogue = load_catalogue()
    for key in sys.argv[1:] or sorted(SAMPLES):
        write(SAMPLES[key], catalogue.get(key))
    print(f"{len(sys.argv[1:]) or len(SAMPLES)} sample folders written")


if __name__ == "__main__":
    main()
