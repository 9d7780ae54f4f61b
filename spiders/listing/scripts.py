"""Records in a script of a page: ``var list = [{…}]`` or ``<script id="__NEXT_DATA__">``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from pipelines.errors import LayoutChanged

_ASSIGNED = re.compile(r"(?<![\w$.])([A-Za-z_$][\w$.]{0,60})\s{0,3}=\s{0,9}(?=[\[{])")
_LEAST = 100
_MOST = 60
_DECODER = json.JSONDecoder()


def data_in_script(text: str, name: str, *, url: str) -> Any:
    """The JSON of the script element ``#id``, or that given to the variable ``name``.

    Raises ``LayoutChanged`` when the page has none.
    """
    for script in _scripts(text):
        if name.startswith("#"):
            found = _whole(script[1]) if script[0] == name[1:] else None
        else:
            found = next((data for other, data in _assigned(script[1]) if other == name), None)
        if found is not None:
            return found
    raise LayoutChanged(
        f"页面脚本中没有 {name} 的 JSON 数据 / no script of the page holds JSON as {name}", url=url
    )


def data_of_scripts(text: str) -> Iterator[tuple[str, Any]]:
    """All JSON that scripts of a page hold, with the name ``data_in_script`` takes."""
    for ident, script in _scripts(text):
        whole = _whole(script) if ident else None
        if whole is not None:
            yield f"#{ident}", whole
        else:
            yield from _assigned(script)


def _scripts(text: str) -> Iterator[tuple[str, str]]:
    for node in LexborHTMLParser(text).css("script:not([src])"):
        script = node.text(deep=True)
        if len(script) >= _LEAST:
            yield node.attributes.get("id") or "", script


def _whole(script: str) -> Any:
    try:
        return json.loads(script)
    except (ValueError, RecursionError):
        return None


def _assigned(script: str) -> Iterator[tuple[str, Any]]:
    """Values written as JSON; what only JavaScript can read is left out."""
    end = 0
    for count, match in enumerate(_ASSIGNED.finditer(script)):
        if count >= _MOST:
            return
        if match.start() < end:
            continue  # inside a value that was read
        try:
            data, end = _DECODER.raw_decode(script, match.end())
        except (ValueError, RecursionError):
            continue
        if end - match.end() >= _LEAST:
            yield match[1], data
