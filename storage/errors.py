"""Errors of the store. ``code`` is stable (stored, documented); ``retry`` says if waiting helps.

StoreError
├── SchemaOutdated      the database is older or newer than this program
├── IndexOutdated       the search index was built by another tokenizer
├── Conflict            a unique rule or a state rule refused the write
│   └── StateConflict   the row is not in the state this step starts from
├── NotFound            no such row
├── DatabaseLocked      another writer held the database longer than the busy timeout
├── DatabaseUnreachable the server is away or the file cannot be opened
├── DiskFull            no space left for the database or the captures
└── ArchiveUnwritable   the captures of the crawl cannot be written
"""

from __future__ import annotations


class StoreError(Exception):
    """Anything the store refuses or cannot do."""

    code = "store_error"
    retry = False


class SchemaOutdated(StoreError):
    """The revision in the database is not the one this program was built for."""

    code = "schema_outdated"


class IndexOutdated(StoreError):
    """The search index was built by another tokenizer version: run ``dibao db upgrade``."""

    code = "index_outdated"


class Conflict(StoreError):
    """A unique constraint, foreign key or check refused the write; nothing was stored."""

    code = "conflict"


class StateConflict(Conflict):
    """A state machine refused the step because the row is in another state."""

    code = "state_conflict"


class NotFound(StoreError):
    """The row asked for does not exist."""

    code = "not_found"


class DatabaseLocked(StoreError):
    """Another writer held the database too long; nothing was stored, try again."""

    code = "database_locked"
    retry = True


class DatabaseUnreachable(StoreError):
    """The database server or file cannot be reached."""

    code = "database_unreachable"
    retry = True


class DiskFull(StoreError):
    """No space left on the disk of the database; nothing was stored."""

    code = "disk_full"
    retry = True


class ArchiveUnwritable(StoreError):
    """The folder of captures refuses to be written (read-only, broken, no permission)."""

    code = "archive_unwritable"
    retry = True
