"""The text of a new source file, checked by the reader of source files before anyone sees it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from spiders.catalogue import Spec, parse_source
from spiders.induction.naming import About

_ORDER = (
    "title", "publisher", "region", "level", "family", "kind", "status", "url", "homepage",
)  # fmt: skip
NOTE = "由 dibao source new 推断，未经实测 / worked out by dibao source new, not proven yet."


def source_text(
    about: About, settings: Mapping[str, Any], *, url: str, rows: int, note: str = ""
) -> str:
    """The YAML; ``rows`` is how many the list held today, for ``expect.min_rows``."""
    data: dict[str, Any] = {
        "title": about.title,
        "publisher": about.publisher,
        "region": about.region,
        "level": about.level,
        "status": "unproven",
        "url": url,
        **settings,
    }
    if about.lang != "zh":
        data["lang"] = about.lang
    if about.timezone != "Asia/Shanghai":
        data["timezone"] = about.timezone
    data["every"] = "12h"
    data["expect"] = {"min_rows": max(1, min(5, rows // 2))}
    data["notes"] = " ".join(filter(None, (NOTE, note)))
    known = {name: data[name] for name in _ORDER if name in data}
    rest = {name: value for name, value in data.items() if name not in known}
    return dumped({**known, **rest})


def dumped(data: Mapping[str, Any]) -> str:
    """YAML as people write it: order kept, Chinese readable, small mappings on one line."""
    return str(
        yaml.safe_dump(
            dict(data), allow_unicode=True, sort_keys=False, width=100, default_flow_style=None
        )
    )


def checked(text: str, *, key: str) -> Spec:
    """The source a text means. Raises ``SourceFileErrors``."""
    return parse_source(text.encode(), path=Path(f"{key}.yaml"))
