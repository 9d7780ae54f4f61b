"""Writes the sample folders: ``python -m tests.gold.write [key …]``.

Sources without a sample by hand get a generated one: four rows, one article, packed.

``expected.json`` comes from the invented bulletins, not from running the readers, so that a
reader that is wrong fails. Read the result before committing it.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from spiders.asks import Spec, first_ask, lanes, resolve_ask
from spiders.catalogue import load_catalogue
from spiders.testing import check_source
from tests.gold.chinese import CENTRAL, MEDIA, REGIONAL
from tests.gold.foreign import SAMPLES as FOREIGN
from tests.gold.generated import generated
from tests.gold.samples import Sample, address_parts
from tests.gold.shapes import Row
from tests.gold.wording import FIRST_DAY, bulletins

FOLDER = Path(__file__).parent
SAMPLES = {sample.key: sample for sample in (*CENTRAL, *REGIONAL, *MEDIA, *FOREIGN)}
DETAILS = 2
RESOLVED = {"sid": "754001", "channelid": "0a" * 16}


def write(sample: Sample, spec: Spec) -> None:
    """Write the folder of one source."""
    packed = ".gz" if sample.key not in SAMPLES else ""
    lane = lanes(spec, today=FIRST_DAY, resolved=RESOLVED)[0]
    list_url = first_ask(spec, lane).url
    items = bulletins(
        sample.key,
        publisher=spec.publisher,
        genres=sample.genres,
        number=sample.number,
        count=4 if packed else 8,
    )
    rows = [
        Row(item, href=(href := sample.link(item)), url=urljoin(list_url, href)) for item in items
    ]
    folder = FOLDER / sample.key
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    listing = f"list.{sample.ext}{packed}"
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
    details = rows[: 1 if packed else DETAILS]
    for i, row in enumerate(details, start=1):
        if sample.write_article is None:
            meta["details"].append({"url": row.url})
            continue
        name = f"detail-{i}.{sample.article_ext}{packed}"
        _put(folder / name, sample.write_article(row))
        fetched = sample.fetch.format(**address_parts(sample.key, row.item)) or row.url
        entry = {"file": name, "url": row.url}
        meta["details"].append(entry if packed else {**entry, "fetched": fetched})
    _put(folder / "meta.json", _pretty(meta))
    expected = _expected(rows, details)
    _put(folder / "expected.json", _pretty(expected))
    dated = {row.url for row in check_source(spec, folder).rows if row.published_on}
    for listed in expected["rows"]:
        if listed["url"] not in dated:  # this list prints no days
            del listed["published_on"]
    _put(folder / "expected.json", _pretty(expected))


def _expected(rows: list[Row], chosen: list[Row]) -> dict[str, Any]:
    listed = [
        {"url": row.url, "title": row.item.title, "published_on": row.item.day.isoformat()}
        for row in rows
    ]
    details = []
    for row in chosen:
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
    content = text.encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


def main() -> None:
    """Write the samples of the named sources, or of all."""
    catalogue = load_catalogue()
    enabled = sorted(key for key, spec in catalogue.specs.items() if spec.status == "enabled")
    keys = sys.argv[1:] or enabled
    for key in keys:
        spec = catalogue.get(key)
        sample = SAMPLES.get(key)
        try:
            write(sample or generated(spec, resolved=RESOLVED), spec)
        except (ValueError, KeyError) as error:
            print(f"{key}: {error}", file=sys.stderr)
    print(f"{len(keys)} sample folders written")


if __name__ == "__main__":
    main()
