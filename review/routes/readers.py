"""Links that arrive in mails: unsubscribe, change topics, confirm, read an issue.

GET never changes anything, because scanners open every link; POST does. The signed token in the
path is the authorisation, so these POSTs carry no form token (RFC 8058 providers send none).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from digest import subscription
from digest.errors import TokenInvalid
from digest.links import CONFIRM_PATH, ISSUE_PATH, MANAGE_PATH, UNSUBSCRIBE_PATH, WebLinks
from digest.narrow import Wishes, narrowed, split_words
from digest.subscription import Standing
from digest.tokens import Purpose, read_key
from review.access import Access, access, open_post
from review.desk import AtDesk, Desk
from review.issue_page import file_links, file_response, issue_and_view, web_response
from review.queries.subscribers import label_titles
from storage.audit import record_action
from storage.issues import list_issues

router = APIRouter()

Text = Annotated[str, Form()]
Texts = Annotated[list[str], Form()]


def _key(desk: Desk) -> bytes:
    """The key of signed links. Raises ``TokenInvalid`` when none is configured."""
    key = read_key(desk.site.mail)
    if key is None:
        raise TokenInvalid("没有配置链接密钥 / no key for links is configured")
    return key


def _look_up(desk: Desk, token: str, purpose: Purpose) -> Standing | None:
    try:
        with desk.reader() as session:
            return subscription.look_up(session, token, key=_key(desk), purpose=purpose)
    except TokenInvalid:
        return None


def _answer(
    desk: Desk, standing: Standing | None, *, page: str, state: str, **values: Any
) -> Response:
    titles = {edition.key: edition.title for edition in desk.site.digest.editions}
    return desk.page(
        page,
        status_code=200 if standing else 404,
        state=state if standing else "invalid",
        edition=titles.get(standing.edition, standing.edition) if standing else "",
        address=standing.address if standing else "",
        **values,
    )


@router.get(UNSUBSCRIBE_PATH + "{token}")
@access(Access.PUBLIC)
def unsubscribe_page(desk: AtDesk, token: str) -> Response:
    """A button. Opening the page any number of times changes nothing."""
    standing = _look_up(desk, token, "unsubscribe")
    state = "ask" if standing is None or standing.active else "done"
    action = UNSUBSCRIBE_PATH + token
    return _answer(desk, standing, page="unsubscribe.html", state=state, action=action)


@router.post(UNSUBSCRIBE_PATH + "{token}")
@access(Access.PUBLIC)
@open_post
def unsubscribe_now(
    desk: AtDesk,
    token: str,
    one_click: Annotated[str, Form(alias="List-Unsubscribe")] = "",
    confirm: Text = "",
) -> Response:
    """End this one subscription; repeating it is harmless."""
    if one_click.strip().lower() != "one-click" and confirm != "yes":
        return unsubscribe_page(desk, token)
    standing = None
    try:
        with desk.writer() as session:
            standing = subscription.unsubscribe(session, token, key=_key(desk), now=desk.now)
            _audit(session, desk, standing, "unsubscribed", "one-click" if one_click else "page")
    except TokenInvalid:
        standing = None
    return _answer(desk, standing, page="unsubscribe.html", state="done", action="")


@router.get(MANAGE_PATH + "{token}")
@access(Access.PUBLIC)
def manage_page(desk: AtDesk, token: str) -> Response:
    """What this address receives, and the topics it may be narrowed to."""
    return _manage(desk, token, _look_up(desk, token, "manage"))


def _manage(desk: Desk, token: str, standing: Standing | None, *, saved: str = "") -> Response:
    with desk.reader() as session:
        sections = label_titles(session, "section")
        topics = label_titles(session, "topic")
        wishes = standing.wishes if standing else Wishes()
        sample = _sample(session, standing.edition, wishes) if standing else None
    return _answer(
        desk,
        standing,
        page="manage.html",
        state=saved or ("ask" if standing is None or standing.active else "ended"),
        action=MANAGE_PATH + token,
        sections=sections,
        topics=topics,
        wishes=wishes,
        sample=sample,
    )


def _sample(session: Session, edition: str, wishes: Wishes) -> dict[str, int] | None:
    """What of the latest sent issue these wishes leave; None before the first issue."""
    for issue in list_issues(session, edition=edition, states=("sending", "sent"), limit=1):
        _, view = issue_and_view(session, issue.id)
        kept = len(narrowed(view, wishes).items)
        return {"n": issue.number, "all": len(view.items), "kept": kept}
    return None


@router.post(MANAGE_PATH + "{token}")
@access(Access.PUBLIC)
@open_post
def manage(
    desk: AtDesk,
    token: str,
    action: Text = "",
    topics: Texts = [],  # noqa: B006 - never changed; FastAPI reads the default
    sections: Texts = [],  # noqa: B006
    keywords: Text = "",
    not_words: Text = "",
    regions: Text = "",
) -> Response:
    """Narrow the subscription, or end everything."""
    if action not in {"save", "leave"}:
        return manage_page(desk, token)
    try:
        key = _key(desk)
        with desk.writer() as session:
            if action == "leave":
                standing = subscription.unsubscribe_all(session, token, key=key, now=desk.now)
                _audit(session, desk, standing, "unsubscribed", "manage")
            else:
                known = subscription.look_up(session, token, key=key, purpose="manage")
                wishes = replace(
                    known.wishes,
                    topics=_known(topics, label_titles(session, "topic")),
                    sections=_known(sections, label_titles(session, "section")),
                    keywords=split_words(keywords),
                    not_words=split_words(not_words),
                    regions=split_words(regions),
                )
                standing = subscription.choose_topics(session, token, key=key, wishes=wishes)
    except TokenInvalid:
        return _manage(desk, token, None)
    return _manage(desk, token, standing, saved="ended" if action == "leave" else "saved")


def _known(given: list[str], offered: list[str]) -> tuple[str, ...]:
    """The given words that were offered; all of them means no narrowing."""
    kept = tuple(word for word in offered if word in set(given))
    return () if len(kept) == len(offered) else kept


@router.get(CONFIRM_PATH + "{token}")
@access(Access.PUBLIC)
def confirm_page(desk: AtDesk, token: str) -> Response:
    """The second step of subscribing: a button."""
    standing = _look_up(desk, token, "confirm")
    state = "done" if standing is not None and standing.active else "ask"
    return _answer(desk, standing, page="confirm.html", state=state, action=CONFIRM_PATH + token)


@router.post(CONFIRM_PATH + "{token}")
@access(Access.PUBLIC)
@open_post
def confirm_now(desk: AtDesk, token: str, confirm: Text = "") -> Response:
    """pending → active, with the click as evidence."""
    if confirm != "yes":
        return confirm_page(desk, token)
    standing = None
    evidence = {"at": desk.now.isoformat(), "address": desk.address}
    try:
        with desk.writer() as session:
            standing = subscription.confirm(
                session, token, key=_key(desk), now=desk.now, evidence=evidence
            )
            _audit(session, desk, standing, "confirmed", "link")
    except TokenInvalid:
        standing = None
    if standing is not None and not standing.active:
        standing = None
    return _answer(desk, standing, page="confirm.html", state="done", action="")


@router.get(ISSUE_PATH + "{token}")
@access(Access.PUBLIC)
def linked_issue(desk: AtDesk, token: str) -> Response:
    """The web page of a sent issue, for whoever has the link from the mail."""
    try:
        with desk.reader() as session:
            issue = subscription.issue_of_token(session, token, key=_key(desk))
            links = WebLinks(files=file_links(f"{ISSUE_PATH}{token}"))
            return web_response(desk.site, session, issue.id, links=links)
    except TokenInvalid:
        return _answer(desk, None, page="unsubscribe.html", state="invalid", action="")


@router.get(ISSUE_PATH + "{token}/file")
@access(Access.PUBLIC)
def linked_file(desk: AtDesk, token: str) -> Response:
    """The same issue as a file: ``?as=docx`` or ``pdf``."""
    try:
        with desk.reader() as session:
            issue = subscription.issue_of_token(session, token, key=_key(desk))
            _, view = issue_and_view(session, issue.id)
    except TokenInvalid:
        return _answer(desk, None, page="unsubscribe.html", state="invalid", action="")
    return file_response(view, desk.query().get("as", "docx"))


def _audit(session: Session, desk: Desk, standing: Standing, action: str, how: str) -> None:
    record_action(
        session,
        actor="subscriber",
        action=action,
        target_kind="subscriber",
        target_id=standing.subscriber_id,
        now=desk.now,
        after={"edition": standing.edition, "how": how},
    )
