"""What can go wrong between an issue and an inbox.

``DigestError`` (``code``, ``retry``)
├── ``EditionUnknown``    the configuration has no edition of that key
├── ``IssueStateError``   the issue is not in the state the action needs
├── ``LintFailed``        the rendered issue breaks a rule that protects the reader
│   └── ``GateClosed``    a condition of approval that the operator set is not met
├── ``TokenInvalid``      a link was not signed by us, or is for something else
├── ``AddressInvalid``    not one plain mail address
├── ``FileFormatMissing`` something to write that kind of file is not installed
├── ``FileUnreadable``    a file that came back is not one of ours
└── ``DeliveryError``     sending one message
    ├── ``Transient``     try again later, same Message-ID
    ├── ``Permanent``     this recipient will never take it
    ├── ``ServiceDown``   our server or its settings: the whole batch waits
    └── ``Unknown``       the message may have arrived; a person decides

Every class has a stable ``code`` (stored in outbox rows, listed in the docs) and a ``retry``
answer.
"""

from __future__ import annotations

from typing import ClassVar


class DigestError(Exception):
    """Base of all errors of this package; the message is meant for people."""

    code: ClassVar[str] = "digest_error"
    retry: ClassVar[bool] = False


class EditionUnknown(DigestError):
    """The configuration has no edition of that key."""

    code = "edition_unknown"


class IssueStateError(DigestError):
    """The issue is missing or not in the state the action needs."""

    code = "issue_state"


class LintFailed(DigestError):
    """The rendered issue breaks a rule of ``digest.lint``; nothing was queued."""

    code = "lint_failed"


class GateClosed(LintFailed):
    """A condition of approval that the operator set (links, test copy) is not met."""

    code = "gate_closed"


class TokenInvalid(DigestError):
    """A signed link that is damaged, forged, or made for something else."""

    code = "token_invalid"


class AddressInvalid(DigestError, ValueError):
    """Not one plain mail address."""

    code = "address_invalid"


class FileFormatMissing(DigestError):
    """A component or font for that kind of file is not installed; the message says which."""

    code = "file_format_missing"


class FileUnreadable(DigestError):
    """A Word file that came back cannot be read as an exported issue, or is of another state."""

    code = "file_unreadable"


class DeliveryError(DigestError):
    """Sending one message failed. ``step`` is the protocol step, ``reply`` the server's words."""

    code = "delivery_error"

    def __init__(self, message: str, *, step: str = "", reply: str = "") -> None:
        super().__init__(message)
        self.step = step
        self.reply = reply


class Transient(DeliveryError):
    """Refused for now (4xx, greylisting): try this recipient again later."""

    code = "transient"
    retry = True


class Permanent(DeliveryError):
    """Refused for good (5xx on the recipient or the message)."""

    code = "permanent"


class ServiceDown(DeliveryError):
    """Connection, TLS, sign-in or sender refused: a fault of the service, not of a recipient."""

    code = "service_down"
    retry = True


class Unknown(DeliveryError):
    """The connection was lost after the message was handed over and before the answer."""

    code = "unknown"
