"""Texts that came without a page: in a feed entry, a JSON record or a script of the page.

They are handed on as a small page with the row's title and one marked element around the text,
so that cleaning takes exactly that element and nothing of it for the title.
"""

from __future__ import annotations

import html

from pipelines.items import Layout
from spiders.rows import ListRow

_MARK = "dibao-fragment"
#: the layout of every fragment page
LAYOUTS = (Layout(body=f"div.{_MARK}"),)


def fragment_page(text: str, row: ListRow) -> bytes:
    """The page for a text, followed by links to the files that only the list named."""
    links = [
        f'<p><a href="{html.escape(ref.url, quote=True)}">{html.escape(ref.name)}</a></p>'
        for ref in row.attachments
        if ref.url not in text
    ]
    title = html.escape(row.title)
    body = "\n".join([text, *links])
    page = (
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1>\n"
        f'<div class="{_MARK}">{body}</div>\n</body></html>'
    )
    return page.encode("utf-8", "replace")
