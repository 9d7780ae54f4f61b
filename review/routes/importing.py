"""Taking one article in by hand: paste an address or a text, or give a file; look; save; undo."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from review.access import Access, access, uploads
from review.desk import AtDesk, Desk
from review.importer import Importer
from storage.errors import NotFound
from storage.models import Source
from storage.sources import list_sources

router = APIRouter()

Text = Annotated[str, Form()]
_LONGEST = {"url": 2000, "title": 300, "published": 10, "publisher": 100, "source": 100}


@router.get("/import")
@access(Access.EDITOR)
def import_page(desk: AtDesk) -> Response:
    """The three ways in."""
    return _form_page(desk, {})


@router.post("/import")
@access(Access.EDITOR)
@uploads
async def look(desk: AtDesk) -> Response:
    """Read what was handed in and show what was found; nothing is stored yet."""
    form = await desk.request.form()
    try:
        return await _look(desk, form)
    finally:
        await form.close()


async def _look(desk: Desk, form: FormData) -> Response:
    values = {name: str(form.get(name, "")).strip()[:most] for name, most in _LONGEST.items()}
    problem = _problem(values)
    if problem is not None:
        return _form_page(desk, values, problem=desk.texts(problem))
    given = {name: value for name, value in values.items() if value} | {"by": desk.actor}
    upload, pasted = form.get("file"), str(form.get("text", ""))
    importer = _importer(desk)
    if isinstance(upload, UploadFile) and upload.filename:
        content = await upload.read()
        request = {"action": "give", "given": {**given, "name": upload.filename[:200]}}
        answer = await run_in_threadpool(importer.ask, request, content)
    elif pasted.strip():
        request = {"action": "give", "given": given}
        answer = await run_in_threadpool(importer.ask, request, pasted.encode())
    elif values["url"]:
        answer = await run_in_threadpool(importer.ask, {"action": "fetch", "given": given})
    else:
        return _form_page(desk, values, problem=desk.texts("import.nothing"))
    return _answered(desk, answer, values)


@router.post("/import/save")
@access(Access.EDITOR)
def save(
    desk: AtDesk,
    token: Text = "",
    title: Text = "",
    published: Text = "",
    publisher: Text = "",
) -> Response:
    """Store what the preview showed, with the corrections made there."""
    values = {
        "title": title.strip(),
        "published": published.strip(),
        "publisher": publisher.strip(),
    }
    values = {name: value[: _LONGEST[name]] for name, value in values.items()}
    problem = _problem(values)
    if problem is not None:
        answer = _importer(desk).ask({"action": "preview", "token": token})
        return _answered(desk, answer, values, problem=desk.texts(problem))
    changes = {name: value for name, value in values.items() if value} | {"by": desk.actor}
    answer = _importer(desk).ask({"action": "save", "token": token, "changes": changes})
    if "ok" not in answer:
        return _answered(desk, answer, values)
    done = answer["ok"]
    outcome = done.get("outcome")
    notice = "import_unchanged" if outcome == "unchanged" else "imported"
    return desk.go(f"/items/{int(done['id'])}", ok=notice)


@router.post("/items/{item_id}/import/undo")
@access(Access.EDITOR)
def undo(desk: AtDesk, item_id: int) -> Response:
    """Remove an import."""
    request = {"action": "undo", "id": item_id, "by": desk.actor}
    answer = _importer(desk).ask(request)
    if "ok" in answer:
        return desk.go("/items", ok="import_removed")
    if answer.get("error") == NotFound.code:
        raise NotFound(str(answer.get("message")))
    return _form_page(desk, {}, problem=desk.one_language(str(answer.get("message", ""))))


def _importer(desk: Desk) -> Importer:
    if desk.site.importer is None:
        raise NotFound("此处不能手工录入 / importing is not available here")
    return desk.site.importer


def _problem(values: dict[str, str]) -> str | None:
    """The message key of the first input that cannot be used."""
    if values.get("url") and not values["url"].startswith(("http://", "https://")):
        return "import.bad_url"
    try:
        date.fromisoformat(values.get("published") or "2000-01-01")
    except ValueError:
        return "import.bad_date"
    return None


def _answered(
    desk: Desk, answer: dict[str, Any], values: dict[str, str], *, problem: str = ""
) -> Response:
    """The preview, or the form with what went wrong."""
    found = answer.get("ok")
    if not isinstance(found, dict):
        message = desk.one_language(str(answer.get("message", "")))
        return _form_page(desk, values, problem=message, known=answer.get("known"))
    warnings = [_warning(desk, code) for code in found.get("warnings", ())]
    known = found.get("known")
    return desk.page(
        "import_preview.html",
        section="items",
        found=found,
        warnings=warnings,
        known=known if isinstance(known, dict) else None,
        problem=problem,
        values={
            "title": values.get("title") or found.get("title") or "",
            "published": values.get("published") or found.get("published_on") or "",
            "publisher": values.get("publisher") or found.get("publisher") or "",
        },
    )


def _warning(desk: Desk, code: str) -> str:
    key = f"import_warning.{code}"
    if desk.texts.has(key):
        return desk.texts(key)
    return desk.texts.name("error_name", code)


def _form_page(
    desk: Desk,
    values: dict[str, str],
    *,
    problem: str = "",
    known: dict[str, Any] | None = None,
) -> Response:
    with desk.reader() as session:
        sources = [_choice(row) for row in list_sources(session) if row.status == "manual"]
    return desk.page(
        "import.html",
        section="items",
        values={name: values.get(name, "") for name in _LONGEST},
        sources=[row for row in sources if row["key"] != "manual-import"],
        problem=problem,
        known=known,
        ready=desk.site.importer is not None,
        status_code=400 if problem else 200,
    )


def _choice(row: Source) -> dict[str, str]:
    return {"key": row.key, "title": row.title}
