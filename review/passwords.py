"""Password hashing with equal work for known and unknown names, and the password rules."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_LENGTH = 256

_COMMON = frozenset(
    {
        "password",
        "passw0rd",
        "password1",
        "password123",
        "1234567890",
        "12345678910",
        "123456789a",
        "a123456789",
        "qwertyuiop",
        "qwerty123456",
        "administrator",
        "1q2w3e4r5t",
        "0123456789",
        "9876543210",
        "letmein123",
        "dibaodibao",
    }
)


class Passwords:
    """Argon2id with the library's defaults (64 MiB, 3 passes).

    At most two hashes run at once: a flood of logins must not take the machine's memory.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = threading.Semaphore(2)
        self._nobody = self._hasher.hash("no such user")

    def hash(self, password: str) -> str:
        """Encoded hash for storing."""
        with self._slots:
            return self._hasher.hash(password)

    def verify(self, stored: str | None, password: str) -> bool:
        """Check a password; ``stored=None`` (unknown name) costs the same time and is False."""
        candidate = stored or self._nobody
        with self._slots:
            try:
                good = self._hasher.verify(candidate, password[:MAX_LENGTH])
            except (VerificationError, InvalidHashError):
                return False
        return good and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """True when the parameters have been raised since the hash was made."""
        return self._hasher.check_needs_rehash(stored)


def password_problem(password: str, *, name: str, min_length: int) -> str | None:
    """Message key of the first rule a new password breaks, or None."""
    if len(password) < min_length:
        return "password.too_short"
    if len(password) > MAX_LENGTH:
        return "password.too_long"
    folded = password.casefold()
    if len(set(folded)) < 4 or folded in _COMMON:
        return "password.too_simple"
    if name and name.casefold() in folded:
        return "password.holds_name"
    return None
