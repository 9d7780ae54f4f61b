"""Whether the pages that an issue leads to are still there, asked politely before it is sent.

Each address is asked once, hosts in turn. How to ask is the caller's (``Probe``): robots.txt, the
address guard and the budget of hosts are his. Only an answer that says "there is no such page"
counts against a link; a site that refuses programs, or a network that is away, proves nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from digest.view import IssueView
from digest.wording import safe_url
from pipelines.urls import host_of

State = Literal["ok", "dead", "refused", "unreachable", "unchecked"]
STATES: tuple[State, ...] = get_args(State)
TOLD: tuple[State, ...] = ("dead", "unreachable", "refused", "unchecked")

GONE = frozenset({404, 410})
# So many hosts in a row without any answer before the first one: the network is away.
SILENT_HOSTS = 3
MOST_KEPT = 50


class LinkUnasked(Exception):
    """The address may not be asked (robots.txt, guard, a pause of the host)."""


class LinkUnreachable(Exception):
    """No answer came."""


# The status of the page behind an address, after redirects. Raises the two above.
Probe = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class IssueLink:
    """An address and the numbers of the items that carry it; none: it stands in the head."""

    url: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CheckedLink:
    """What became of a link; ``detail`` is the status or the reason."""

    url: str
    numbers: tuple[int, ...]
    state: State
    detail: str = ""

    def told(self) -> str:
        """``本期第 3、9 条 http://… HTTP 404``."""
        where = f"本期第 {'、'.join(map(str, self.numbers))} 条 " if self.numbers else ""
        return f"{where}{self.url} {self.detail}".rstrip()


@dataclass(frozen=True, slots=True)
class LinkReport:
    """All links of an issue. ``key`` names the set of addresses, ``offline``: nobody answered.

    ``unchecked``: how many might not be asked, also where not all of them are kept.
    """

    key: str
    links: tuple[CheckedLink, ...] = ()
    offline: bool = False
    unchecked: int = 0

    def of(self, *states: State) -> list[CheckedLink]:
        """The links in these states."""
        return [link for link in self.links if link.state in states]

    def as_values(self) -> dict[str, Any]:
        """For the audit: counts of all states, and links to look at, those that matter first."""
        told = [link for state in TOLD for link in self.of(state)][:MOST_KEPT]
        return {
            "key": self.key,
            "offline": self.offline,
            **{state: len(self.of(state)) for state in STATES},
            "unchecked": self.unchecked,
            "links": [[link.url, list(link.numbers), link.state, link.detail] for link in told],
        }


def report_of(values: dict[str, Any]) -> LinkReport:
    """The report that was kept; of the good links only their number is known."""
    links = tuple(
        CheckedLink(str(url), tuple(numbers), state, str(detail))
        for url, numbers, state, detail in values.get("links", ())
    )
    return LinkReport(
        str(values.get("key", "")),
        links,
        offline=bool(values.get("offline")),
        unchecked=int(values.get("unchecked", 0)),
    )


def issue_links(view: IssueView) -> list[IssueLink]:
    """Every address of other sites that the issue prints, once, in the order of the items."""
    found: dict[str, list[int]] = {}
    for url, number in _addresses(view):
        if safe := safe_url(url):
            numbers = found.setdefault(safe, [])
            if number and number not in numbers:
                numbers.append(number)
    return [IssueLink(url, tuple(numbers)) for url, numbers in found.items()]


def links_key(view: IssueView) -> str:
    """The same for the same set of addresses, whatever else an editor changed."""
    text = "\n".join(sorted(link.url for link in issue_links(view)))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def check_links(
    view: IssueView, probe: Probe, *, seen: Callable[[], None] | None = None
) -> LinkReport:
    """Ask every link; ``seen`` is called after each one."""
    checked: dict[str, CheckedLink] = {}
    silent: set[str] = set()
    answered = offline = False
    links = issue_links(view)
    for link in _in_turns(links):
        state: State = "unchecked"
        detail = ""
        if not offline:
            state, detail = _ask(link.url, probe)
        checked[link.url] = CheckedLink(link.url, link.numbers, state, detail)
        answered = answered or state in ("ok", "dead", "refused")
        if state == "unreachable":
            silent.add(host_of(link.url))
        offline = not answered and len(silent) >= SILENT_HOSTS
        if seen is not None:
            seen()
    if not answered and silent:
        offline = True
    unchecked = sum(link.state == "unchecked" for link in checked.values())
    in_order = tuple(checked[link.url] for link in links)
    return LinkReport(links_key(view), in_order, offline, unchecked)


def _ask(url: str, probe: Probe) -> tuple[State, str]:
    try:
        status = probe(url)
    except LinkUnasked as error:
        return "unchecked", str(error)
    except LinkUnreachable as error:
        return "unreachable", str(error)
    if 200 <= status < 300:
        return "ok", ""
    return ("dead" if status in GONE else "refused"), f"HTTP {status}"


def _addresses(view: IssueView) -> Iterator[tuple[str, int]]:
    for item in view.items:
        yield item.url, item.number
        if item.official is not None:
            yield item.official.url, item.number
        for other in (*item.also, *item.story):
            yield other.url, item.number
    for lead in view.leads:
        yield lead.url, lead.number
    for entry in view.deadlines:
        yield entry.url, entry.number


def _in_turns(links: Iterable[IssueLink]) -> Iterator[IssueLink]:
    """One of each host, then the second of each: no host is asked twice in a row if others wait."""
    queues: dict[str, list[IssueLink]] = {}
    for link in links:
        queues.setdefault(host_of(link.url), []).append(link)
    while queues:
        for host in list(queues):
            yield queues[host].pop(0)
            if not queues[host]:
                del queues[host]
