"""Errors of the review application.

ReviewError
  UnknownRole      a stored role that this version does not know
  BadFormToken     a POST without the token of its own page
  StaleEdit        the row changed since the page was shown
  PublicBind       asked to listen beyond loopback although nobody can log in yet
  SecretUnusable   the secret file is unreadable, too short or open to others
"""

from __future__ import annotations


class ReviewError(Exception):
    """Base; ``code`` is stable, ``retry`` tells whether the same call can succeed later."""

    code = "review"
    retry = False


class UnknownRole(ReviewError):
    """A user row holds a role that is none of reader, editor, admin."""

    code = "unknown_role"


class BadFormToken(ReviewError):
    """The form token is missing, old or foreign: nothing was changed."""

    code = "bad_form_token"


class StaleEdit(ReviewError):
    """Someone else changed the row after this page was shown: nothing was changed."""

    code = "stale_edit"


class PublicBind(ReviewError):
    """Listening on a public address needs a user first."""

    code = "public_bind"


class SecretUnusable(ReviewError):
    """The secret file cannot be used; the message says why and what to do."""

    code = "secret_unusable"
