"""What lives as long as the application: database, settings, secret, password work, clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.settings import DigestConfig, MailConfig
from review.draft_settings import DraftConfig
from review.importer import Importer
from review.link_checker import LinkChecker
from review.passwords import Passwords
from review.secret import digest_of, matches, new_token
from review.settings import ReviewConfig
from storage.engine import Database


class SetupDoor:
    """The one-time token that lets the first administrator in; only its hash is kept.

    It lives in memory: a restart prints a new one and the old one is worthless.
    """

    def __init__(self) -> None:
        self._hash: str | None = None
        self._lock = threading.Lock()

    def open(self) -> str:
        """Make a new token and return it, to be printed in the terminal."""
        token = new_token()
        with self._lock:
            self._hash = digest_of(token)
        return token

    @property
    def is_open(self) -> bool:
        """Whether a token is waiting to be used."""
        return self._hash is not None

    def fits(self, token: str) -> bool:
        """Whether this is the waiting token."""
        with self._lock:
            return self._hash is not None and matches(self._hash, digest_of(token.strip()))

    def shut(self) -> None:
        """Forget the token: an administrator exists now."""
        with self._lock:
            self._hash = None


@dataclass(slots=True)
class Site:
    """Shared by all requests. ``watch_url`` tells whether an outside watcher is configured."""

    db: Database
    config: ReviewConfig
    digest: DigestConfig
    mail: MailConfig
    secret: bytes
    data_dir: Path
    clock: Callable[[], datetime]
    passwords: Passwords
    setup: SetupDoor = field(default_factory=SetupDoor)
    watch_url: str = ""
    importer: Importer | None = None
    links: LinkChecker | None = None
    draft: DraftConfig = field(default_factory=DraftConfig)

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which times are shown."""
        return ZoneInfo(self.config.timezone)

    @property
    def session_cookie(self) -> str:
        """Cookie name; the prefix makes browsers refuse one set by a sibling domain."""
        return "__Host-dibao" if self.config.secure else "dibao_session"

    @property
    def form_cookie(self) -> str:
        """Cookie that anchors form tokens before login."""
        return "__Host-dibao-form" if self.config.secure else "dibao_form"
