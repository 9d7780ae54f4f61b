"""What no reader sees goes before anything is read: scripts, styles, texts for no scripts.

Some blogs keep the whole article in ``<noscript>`` and let a script write it: there it stays.
"""

from __future__ import annotations

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

_ARTICLE = 600  # characters of an article that stands in ``<noscript>``
_PAUSES = 5
_MOST = 20  # elements looked at
_PROBE = 40  # characters in its middle that tell whether the page shows it elsewhere too


_QUIET = LexborDocumentOptions.WO_EVENTS  # nobody listens to what happens to the tree


def parsed(markup: str) -> LexborHTMLParser:
    """The tree of a page that has been made harmless."""
    return LexborHTMLParser(markup, options=_QUIET)


def drop_unread(tree: LexborHTMLParser) -> None:
    """Remove scripts, styles and ``<noscript>``, unless the latter holds the article."""
    tree.strip_tags(["script", "style"])
    body = tree.body
    unscripted = tree.tags("noscript")
    if not unscripted:
        return
    texts = {node: text for node in unscripted[:_MOST] if len(text := node.text()) >= _ARTICLE}
    if texts and body is not None:
        shown = body.text()
        for node, text in texts.items():
            middle = len(text) // 2
            probe = text[middle : middle + _PROBE]
            if (
                shown.count(probe) == text.count(probe)
                and text.count(", ") + text.count("，") >= _PAUSES
            ):
                node.unwrap()
    tree.strip_tags(["noscript"])
