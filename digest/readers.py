"""From a subscriber to the reader of a copy: address, signed links, wishes."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from digest.links import ISSUE_PATH, MANAGE_PATH, UNSUBSCRIBE_PATH, Reader, link, mailto
from digest.settings import MailConfig
from digest.tokens import make_token

SAMPLE_ADDRESS = "reader@example.org"


def reader_for(
    *,
    mail: MailConfig,
    key: bytes | None,
    subscriber_id: int,
    address: str,
    edition: str,
    issue_id: int,
    topics: tuple[str, ...] = (),
) -> Reader:
    """The reader of one copy. Without key or public address only the mailto form is offered."""
    unsubscribe = manage = ""
    if key is not None and mail.public_url:
        leave = make_token(
            key, purpose="unsubscribe", row=subscriber_id, address=address, edition=edition
        )
        change = make_token(
            key, purpose="manage", row=subscriber_id, address=address, edition=edition
        )
        unsubscribe = link(mail.public_url, UNSUBSCRIBE_PATH, leave)
        manage = link(mail.public_url, MANAGE_PATH, change)
    web = issue_url(mail=mail, key=key, issue_id=issue_id, edition=edition)
    return Reader(
        address=address,
        unsubscribe_url=unsubscribe,
        unsubscribe_mailto=mailto(
            mail.unsubscribe_mailto or mail.reply_to or mail.from_address,
            subject=f"unsubscribe {edition}",
        ),
        manage_url=manage,
        web_url=web,
        pdf_url=f"{web}/file?as=pdf" if web and _can_write_pdf() else "",
        topics=topics,
    )


@cache
def _can_write_pdf() -> bool:
    """Whether the extra is installed; loading it only to know would be dear."""
    return find_spec("typst") is not None


def issue_url(*, mail: MailConfig, key: bytes | None, issue_id: int, edition: str) -> str:
    """The web page of an issue, readable by whoever has the link; empty if there is none."""
    if key is None or not mail.public_url:
        return ""
    token = make_token(key, purpose="issue", row=issue_id, address="", edition=edition)
    return link(mail.public_url, ISSUE_PATH, token)


def sample_reader(*, mail: MailConfig, key: bytes | None, edition: str, issue_id: int) -> Reader:
    """A reader with the links of nobody, for preview and for the check before sending."""
    return reader_for(
        mail=mail,
        key=key,
        subscriber_id=0,
        address=SAMPLE_ADDRESS,
        edition=edition,
        issue_id=issue_id,
    )
