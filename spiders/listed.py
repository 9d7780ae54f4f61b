"""What is odd about the rows of a list page that could be read. Pure.

A list page can be whole and yet wrong: an old copy out of a cache, a list turned round, rows that
all lead to one address. Nothing here refuses a row; it names what a run has to tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from spiders.ledger import Selection
from spiders.rows import Listing, ListRow

FEWEST_LOST = 4
REPEATED_TO_A_ROW = 2
FAULTY_TO_A_ROW = 4
FEWEST_DATED = 5


def rows_lost(listing: Listing) -> str | None:
    """Why most rows of a page came to nothing, although some are left; None where all is well.

    Two links to each article (a picture and a title) are usual, three or more are not; and of a
    generous selector some rows are no articles, but not four in five.
    """
    kept, repeated = len(listing.rows), listing.repeated
    if not kept:
        return None  # that is an empty list
    if repeated >= FEWEST_LOST - 1 and repeated >= REPEATED_TO_A_ROW * kept:
        return f"{kept + repeated} rows, {kept} addresses ({listing.rows[0].url[:200]})"
    faulty = [problem.code for problem in listing.problems if problem.code != "manual_host"]
    if len(faulty) >= FEWEST_LOST and len(faulty) >= FAULTY_TO_A_ROW * kept:
        return f"{kept} of {kept + len(faulty)} rows can be read, the others: {faulty[0]}"
    return None


def newest_days(rows: Sequence[ListRow], *, today: date) -> tuple[int, int] | None:
    """The newest and the third newest day on a page, as ordinals; days to come do not count.

    A later look at the same list whose newest day lies before the third newest of now has lost at
    least three rows: more than a site takes back, and more than a typing error makes.
    """
    days = sorted(
        (row.published_on.toordinal() for row in rows if row.published_on is not None),
        reverse=True,
    )
    days = [day for day in days if day <= today.toordinal()]
    return (days[0], days[2]) if len(days) >= FEWEST_DATED else None


def meets_known(rows: Sequence[ListRow], selection: Selection) -> bool:
    """Whether a page reaches down to rows of earlier runs; a few pinned ones do not show that."""
    return bool(rows) and (rows[-1] not in selection.fetch or 2 * selection.new < len(rows))
