"""One request: who asks, in which language, and how a page is answered."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session

from review.access import Access, role_level
from review.addresses import client_address, safe_next
from review.i18n import Language, Texts, language_of
from review.notices import Notice, plain_notice
from review.secret import derive, new_token
from review.shown import Clock
from review.site import Site
from review.view import environment, query_string

LANGUAGE_COOKIE = "dibao_lang"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in user of this request. ``session_hash`` is what the database stores."""

    user_id: int
    name: str
    shown_name: str
    role: str
    session_hash: str

    @property
    def level(self) -> Access:
        """Access level of the role."""
        return role_level(self.role)

    @property
    def may_edit(self) -> bool:
        """Editors and administrators."""
        return self.level >= Access.EDITOR

    @property
    def is_admin(self) -> bool:
        """Administrators."""
        return self.level >= Access.ADMIN


class Desk:
    """Handed to every handler. Reads through ``reader()``, writes through ``writer()``."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.site: Site = request.app.state.site
        self.now: datetime = self.site.clock()
        self.viewer: Viewer | None = getattr(request.state, "viewer", None)
        default = cast(Language, self.site.config.language)
        self.language = language_of(request.cookies.get(LANGUAGE_COOKIE), default=default)
        self.texts = Texts(self.language)
        self.clock = Clock(self.now, self.site.zone, self.texts)
        self._form_anchor = request.cookies.get(self.site.form_cookie, "")
        self._fresh_anchor = False

    # -- who ------------------------------------------------------------------------------

    @property
    def actor(self) -> str:
        """Name for the audit trail."""
        return self.viewer.name if self.viewer else "anonymous"

    @property
    def signed_in(self) -> Viewer:
        """The viewer of a route that is not public."""
        if self.viewer is None:
            raise RuntimeError("a handler that needs a viewer was declared public")
        return self.viewer

    @property
    def address(self) -> str:
        """The caller's IP, behind trusted proxies only."""
        peer = self.request.client.host if self.request.client else None
        forwarded = ",".join(self.request.headers.getlist("x-forwarded-for"))
        return client_address(peer, forwarded or None, proxies=self.site.config.proxy_networks)

    def form_token(self) -> str:
        """Token for the forms of this page: bound to the login, or to a cookie before it."""
        if self.viewer is not None:
            return derive(self.site.secret, "form", self.viewer.session_hash)
        if len(self._form_anchor) < 32:
            self._form_anchor = new_token()
            self._fresh_anchor = True
        return derive(self.site.secret, "form-before-login", self._form_anchor)

    # -- database -------------------------------------------------------------------------

    def reader(self) -> AbstractContextManager[Session]:
        """Read-only session; a write through it is refused by the database."""
        return self.site.db.reader()

    def writer(self) -> AbstractContextManager[Session]:
        """Session in one write transaction, committed before the answer is sent."""
        return self.site.db.writer()

    # -- answers --------------------------------------------------------------------------

    @property
    def here(self) -> str:
        """Path and query of this page, for forms that come back to it."""
        if self.request.method != "GET":
            return "/"
        kept = [
            (key, value)
            for key, value in self.request.query_params.multi_items()
            if key not in {"done", "ok", "token", "added", "known", "refused"}
        ]
        return self.request.url.path + query_string(dict(kept)).removesuffix("?")

    def page(
        self,
        template: str,
        *,
        section: str = "",
        status_code: int = 200,
        notice: Notice | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Render a template with what every page needs."""
        token = self.form_token()
        html = (
            environment()
            .get_template(template)
            .render(
                t=self.texts,
                lang=self.language,
                clock=self.clock,
                zone=self.site.config.timezone,
                viewer=self.viewer,
                csrf=token,
                nonce=self.request.scope["state"]["nonce"],
                here=self.here,
                status_code=status_code,
                section=section,
                notice=notice or plain_notice(self.request.query_params, self.texts),
                **values,
            )
        )
        response = HTMLResponse(html, status_code=status_code)
        if self._fresh_anchor:
            self.set_cookie(response, self.site.form_cookie, self._form_anchor, max_age=None)
        return response

    def go(self, path: str | None, **query: Any) -> RedirectResponse:
        """303 to a path on this site; ``done``/``ok`` in the query select a notice."""
        target = safe_next(path)
        if query:
            target += ("&" if "?" in target else "?") + query_string(query).removeprefix("?")
        return RedirectResponse(target, status_code=303)

    def set_cookie(
        self,
        response: HTMLResponse | RedirectResponse,
        name: str,
        value: str,
        *,
        max_age: int | None,
    ) -> None:
        """HttpOnly, SameSite=Lax, whole site; Secure when readers come by https."""
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            path="/",
            secure=self.site.config.secure,
            httponly=True,
            samesite="lax",
        )

    def one_language(self, message: str) -> str:
        """The reader's half of a ``中文 / English`` message."""
        return self.texts.own(message)

    def query(self) -> Mapping[str, str]:
        """The query of this request."""
        return self.request.query_params


def desk_of(request: Request) -> Desk:
    """Dependency: the desk of this request."""
    return Desk(request)


AtDesk = Annotated[Desk, Depends(desk_of)]
