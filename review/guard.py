"""Runs before every handler: who asks, may they, and is the form ours.

Both steps are application-wide dependencies, so that a new route is closed until it says
otherwise. Looking a session up is a database read and runs in a thread; reading the form is
asynchronous.
"""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from review.access import Access, level_of, needs_form_token, role_level, takes_upload
from review.addresses import is_direct_loopback
from review.desk import Desk, Viewer
from review.errors import BadFormToken, UnknownRole
from review.secret import digest_of, matches
from review.shield import MAX_UPLOAD
from review.site import Site
from review.view import query_string
from storage.users import find_session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SAME_SITE = frozenset({"same-origin", "none"})


class LoginNeeded(Exception):
    """Nobody is signed in and the route is not public."""


class Forbidden(Exception):
    """The viewer's role does not reach the route's level."""


def endpoint_of(request: Request) -> Any:
    """The handler the router has chosen."""
    return request.scope["endpoint"]


def identify(request: Request) -> None:
    """First step: find the viewer and compare levels. Raises ``LoginNeeded``, ``Forbidden``."""
    site: Site = request.app.state.site
    viewer = viewer_of(request, site)
    request.state.viewer = viewer
    needed = level_of(endpoint_of(request))
    if needed == Access.PUBLIC:
        return
    if viewer is None:
        raise LoginNeeded
    if viewer.level < needed:
        raise Forbidden


def viewer_of(request: Request, site: Site) -> Viewer | None:
    """The user of the session cookie; expired sessions and disabled users are nobody."""
    token = request.cookies.get(site.session_cookie, "")
    if not 20 <= len(token) <= 200:
        return None
    with site.db.reader() as session:
        found = find_session(session, token_hash=digest_of(token), now=site.clock())
        if found is None:
            return None
        user = found[1]
        viewer = Viewer(
            user_id=user.id,
            name=user.name,
            shown_name=user.display_name or user.name,
            role=user.role,
            session_hash=digest_of(token),
        )
    try:
        role_level(viewer.role)
    except UnknownRole:
        return None
    return viewer


async def check_form(request: Request) -> None:
    """Second step: a POST must carry the token of its page. Raises ``BadFormToken``."""
    if request.method in SAFE_METHODS or not needs_form_token(endpoint_of(request)):
        return
    # Browsers that tell where a request comes from settle the matter at once.
    if request.headers.get("sec-fetch-site", "same-origin") not in _SAME_SITE:
        raise BadFormToken
    upload = takes_upload(endpoint_of(request))
    part = MAX_UPLOAD if upload else 1024 * 1024
    form = await request.form(max_files=int(upload), max_fields=300, max_part_size=part)
    given = form.get("csrf")
    desk = Desk(request)
    unknown = desk.viewer is None and not request.cookies.get(desk.site.form_cookie)
    if unknown or not isinstance(given, str) or not matches(desk.form_token(), given):
        await form.close()
        raise BadFormToken


def to_login(request: Request) -> Response:
    """303 to the login page; remembers the page asked for when it can be asked for again."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    query = query_string({"next": wanted}) if request.method == "GET" and wanted != "/" else ""
    return RedirectResponse(f"/login{query.removesuffix('?')}", status_code=303)


def may_scrape(request: Request, site: Site) -> bool:
    """Whether an anonymous caller may read /metrics: this very machine, on a private bind.

    Behind a proxy on the same machine every caller looks local, so with a public address only
    a login or an API token opens it.
    """
    if site.config.public_url or not site.config.binds_loopback:
        return False
    peer = request.client.host if request.client else None
    return is_direct_loopback(peer, {name.lower() for name in request.headers})
