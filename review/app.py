"""The review application, put together."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Protocol

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from digest.errors import FileFormatMissing, FileUnreadable
from digest.settings import DigestConfig, MailConfig
from review.addresses import safe_next
from review.desk import Desk
from review.draft_settings import DraftConfig
from review.errors import BadFormToken, PublicBind, StaleEdit
from review.guard import Forbidden, LoginNeeded, check_form, identify, to_login, viewer_of
from review.importer import Importer
from review.link_checker import LinkChecker
from review.passwords import Passwords
from review.routes import (
    account,
    archive,
    comparing,
    corrections,
    drafting,
    events,
    evidence,
    files,
    home,
    importing,
    issue_editing,
    issue_links,
    issues,
    items,
    login,
    machine,
    outbox,
    readers,
    reading,
    reviewing,
    runs,
    sources,
    statistics,
    subscribers,
    users,
)
from review.secret import load_secret
from review.settings import ReviewConfig
from review.shield import Shield
from review.site import Site
from storage.engine import Database
from storage.errors import DatabaseLocked, DatabaseUnreachable, DiskFull, NotFound, StoreError
from storage.settings import StorageConfig
from storage.users import count_users

FIRST_START = """
首次使用：请在本机浏览器打开下面的地址，建立管理员（只能使用一次）
First start: open this address on this machine to create the administrator (works once)

    {address}
"""

_ROUTERS = (
    account,
    archive,
    comparing,
    corrections,
    events,
    drafting,
    evidence,
    files,
    home,
    importing,
    issue_editing,
    issue_links,
    issues,
    items,
    login,
    machine,
    outbox,
    readers,
    reading,
    reviewing,
    runs,
    sources,
    statistics,
    subscribers,
    users,
)


def utc_now() -> datetime:
    """The clock of a running server."""
    return datetime.now(UTC)


class _Watch(Protocol):
    @property
    def check_url(self) -> str: ...


class AppSettings(Protocol):
    """What the application reads of the whole configuration."""

    @property
    def review(self) -> ReviewConfig: ...

    @property
    def digest(self) -> DigestConfig: ...

    @property
    def mail(self) -> MailConfig: ...

    @property
    def storage(self) -> StorageConfig: ...

    @property
    def alerts(self) -> _Watch: ...

    @property
    def draft(self) -> DraftConfig: ...


def create_app(
    *,
    db: Database,
    config: AppSettings,
    clock: Callable[[], datetime] = utc_now,
    passwords: Passwords | None = None,
    importer: Importer | None = None,
    links: LinkChecker | None = None,
) -> FastAPI:
    """Build the application; ``app.state.site`` is what its requests share.

    The secret is read from ``review.secret_file`` or ``review.secret`` in the data folder
    (created when missing). Raises ``SecretUnusable``. When the server starts and no account
    exists, a one-time set-up address is printed; on a public bind the start is refused.
    """
    review = config.review
    app = FastAPI(
        title="Dibao",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        dependencies=[Depends(identify), Depends(check_form)],
        exception_handlers=_HANDLERS,
    )
    site = open_site(db=db, config=config, clock=clock, passwords=passwords)
    site.importer = importer
    site.links = links
    app.state.site = site
    for module in _ROUTERS:
        app.include_router(module.router)
    app.add_middleware(Shield, host_names=review.host_names, secure=review.secure)
    return app


def open_site(
    *,
    db: Database,
    config: AppSettings,
    clock: Callable[[], datetime] = utc_now,
    passwords: Passwords | None = None,
) -> Site:
    """What the requests of an application share. Raises ``SecretUnusable``."""
    data_dir = config.storage.data_dir
    return Site(
        db=db,
        config=config.review,
        digest=config.digest,
        mail=config.mail,
        secret=load_secret(config.review.secret_file or data_dir / "review.secret"),
        data_dir=data_dir,
        clock=clock,
        passwords=passwords or Passwords(),
        watch_url=config.alerts.check_url,
        draft=config.draft,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # uvicorn's own access log writes whole addresses, and ours may hold one-time tokens
    logging.getLogger("uvicorn.access").disabled = True
    address = open_first_door(app.state.site)
    if address:
        print(FIRST_START.format(address=address), flush=True)
    yield


def open_first_door(site: Site) -> str | None:
    """While no account exists: a one-time set-up address; None once there is one.

    Raises ``PublicBind`` when others than this machine could reach the open door.
    """
    if not door_is_open(site.db, site.config):
        return None
    return (
        f"http://{_shown_host(site.config.host)}:{site.config.port}/setup?token={site.setup.open()}"
    )


def door_is_open(db: Database, config: ReviewConfig) -> bool:
    """Whether no account exists yet. Raises ``PublicBind`` if others could reach that."""
    with db.reader() as session:
        if count_users(session):
            return False
    if not config.binds_loopback:
        raise PublicBind(
            "还没有账户，不能对外监听。请先执行 dibao user add 用户名，或只监听 127.0.0.1"
            " / no account exists: run dibao user add NAME before listening on a public address"
        )
    return True


def _shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _wants_json(request: Request) -> bool:
    path = request.url.path
    return path.startswith("/api/") or path in {"/metrics", "/healthz"}


def _login_needed(request: Request, _error: Exception) -> Response:
    if _wants_json(request):
        return JSONResponse(
            {"error": "login_required"}, status_code=401, headers={"www-authenticate": "Bearer"}
        )
    return to_login(request)


def _error_page(status: int, name: str = "") -> Callable[[Request, Exception], Response]:
    def answer(request: Request, _error: Exception) -> Response:
        return error_response(request, status=status, name=name)

    return answer


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return error_response(request, status=status)


def _store_error(request: Request, error: Exception) -> Response:
    busy = isinstance(error, DatabaseLocked | DatabaseUnreachable | DiskFull)
    return error_response(request, status=503 if busy else 409)


def error_response(request: Request, *, status: int, name: str = "") -> Response:
    """A page (or JSON for programs) that says what happened and what to do."""
    if _wants_json(request):
        return JSONResponse({"error": name or str(status)}, status_code=status)
    if not hasattr(request.state, "viewer"):
        # no route was found, or the database is away: nobody has looked yet who asks
        with suppress(StoreError):
            request.state.viewer = viewer_of(request, request.app.state.site)
    desk = Desk(request)
    key = name or str(status)
    known = desk.texts.has(f"error_page.{key}")
    return desk.page(
        "error.html",
        status_code=status,
        heading=desk.texts(f"error_page.{key}") if known else str(status),
        advice=desk.texts(f"error_page.{key}_advice") if known else "",
        back=_came_from(request),
    )


def _came_from(request: Request) -> str | None:
    """Where the form was: our pages send it along, since we ask browsers for no referrer."""
    form = getattr(request, "_form", None)
    value = form.get("next") if form is not None else None
    return safe_next(value) if isinstance(value, str) and value else None


# Starlette runs plain functions in a thread; its annotation only knows coroutines.
_HANDLERS: Any = {
    LoginNeeded: _login_needed,
    Forbidden: _error_page(403),
    BadFormToken: _error_page(403, "token"),
    StaleEdit: _error_page(409),
    NotFound: _error_page(404),
    FileFormatMissing: _error_page(501, "file_format"),
    FileUnreadable: _error_page(422, "file_unreadable"),
    StoreError: _store_error,
    HTTPException: _http_error,
    RequestValidationError: _error_page(422),
}
