"""Rows that a transaction writes at its end, all documents of a group by one statement a table.

Only for rows that nothing reads before: labels, files, frontier marks and, on SQLite, the index
queue, which a transaction knows by heart (:class:`storage.index_queue.Waiting`).
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from storage.prepared import Prepared, Values


class Later:
    """Rows by the statement that writes them, in the order in which each was first used.

    ``connection``: that of the transaction; asking a session for it takes as long as a statement.
    ``waiting``: documents in the index queue when one was last added to it.
    """

    __slots__ = ("_rows", "connection", "waiting")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.waiting = 0
        self._rows: dict[Prepared, list[Values]] = {}

    def add(self, statement: Prepared, rows: Iterable[Values]) -> None:
        """Have the statement run for each of the rows when :meth:`write` is called."""
        self._rows.setdefault(statement, []).extend(rows)

    def write(self) -> None:
        """Write what was added so far; what the driver reports is raised here."""
        rows, self._rows = self._rows, {}
        for statement, values in rows.items():
            statement.run_many(self.connection, values)
