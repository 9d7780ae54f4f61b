"""A parsed page whose look-ups fail loudly instead of answering None."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode


class Node:
    """One element."""

    def __init__(self, node: LexborNode) -> None:
        self._node = node

    def text(self) -> str:
        """All text inside, stripped."""
        return self._node.text(strip=False).strip()

    def attr(self, name: str) -> str:
        """An attribute that must be there."""
        value = self._node.attributes.get(name)
        assert value is not None, f"<{self._node.tag}> has no {name}"
        return value

    def names(self) -> list[str]:
        """Names of all attributes."""
        return list(self._node.attributes)

    def one(self, selector: str) -> Node:
        """The first match, which must exist."""
        found = self._node.css_first(selector)
        assert found is not None, f"nothing matches {selector}"
        return Node(found)

    def all(self, selector: str) -> list[Node]:
        """All matches."""
        return [Node(found) for found in self._node.css(selector)]

    def has(self, selector: str) -> bool:
        """Whether anything matches."""
        return self._node.css_first(selector) is not None


def parse(html: str) -> Node:
    """The root of a page."""
    root = LexborHTMLParser(html).root
    assert root is not None
    return Node(root)
