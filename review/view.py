"""Jinja environment of the review pages."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from review.shown import host_of, region_name, size_text, web_link

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@cache
def environment() -> Environment:
    """One environment for the process: autoescape on, an undefined name is an error."""
    env = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["size"] = size_text
    env.filters["web_link"] = web_link
    env.filters["host_of"] = host_of
    env.filters["query"] = query_string
    env.globals["asset"] = asset
    env.globals["region_name"] = region_name
    return env


@cache
def asset(name: str) -> str:
    """Address of a static file with its content hash, so that it may be cached for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def query_string(values: dict[str, Any], **changes: Any) -> str:
    """``?a=b`` of the values that are set, with changes; empty when nothing is set."""
    merged = {**values, **changes}
    pairs = [(key, str(value)) for key, value in merged.items() if value not in (None, "", False)]
    return f"?{urlencode(pairs)}" if pairs else "?"
