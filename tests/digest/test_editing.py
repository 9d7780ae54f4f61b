"""An editor changes a draft, and takes it back."""

from __future__ import annotations

import io

import pytest
from docx import Document
from sqlalchemy.orm import Session

from digest.compose import compose_issue
from digest.editing import Change, Wanted, change_intro, change_item, take_back_change, take_over
from digest.errors import FileUnreadable
from digest.files.word import as_docx
from digest.frozen import load_issue
from digest.view import IssueView
from storage.engine import Database
from storage.errors import NotFound, StateConflict
from storage.issues import get_issue
from storage.models import Issue
from tests.digest.archive import END, PERIOD, add_document, add_sources, settings

EDITION = settings().digest.editions[0]


@pytest.fixture
def db(database: Database) -> Database:
    with database.writer() as session:
        add_sources(session)
        for name in ("甲", "乙", "丙"):
            add_document(session, f"关于{name}事项的通知")
        for name in ("丁", "戊", "己"):
            add_document(session, f"约谈{name}公司", section="监管动态", source="cn-gd")
        compose_issue(session, EDITION, PERIOD, END)
    return database


def seen(session: Session) -> tuple[IssueView, int]:
    issue = get_issue(session, 1)
    assert issue is not None
    return load_issue(session, 1)[1], issue.row_version


def order(session: Session) -> str:
    """The items by their one telling character, sections apart."""
    view, _ = seen(session)
    return "|".join("".join(i.title[2] for i in part.items) for part in view.sections)


def edit(session: Session, item: int, **wanted: object) -> Change:
    view, version = seen(session)
    document = view.items[item].document_id
    return change_item(session, 1, document, Wanted(**wanted), row_version=version)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("item", "wanted", "becomes"),
    [
        (1, {"move": -1}, "乙甲丙|丁戊己"),
        (0, {"move": -1}, "甲乙丙|丁戊己"),
        (1, {"move": 1}, "甲丙乙|丁戊己"),
        (3, {"move": -1}, "甲乙丙|丁戊己"),
        (3, {"move": 1}, "甲乙丙|戊丁己"),
        (0, {"section": "监管动态"}, "乙丙|丁戊己甲"),
        (4, {"section": "新法速递"}, "甲乙丙戊|丁己"),
        (2, {"section": "典型案例"}, "甲乙|丁戊己|丙"),
        (5, {"remove": True}, "甲乙丙|丁戊"),
        (0, {"remove": True}, "乙丙|丁戊己"),
    ],
)
def test_items_move_inside_their_section_change_it_or_leave(
    db: Database, item: int, wanted: dict[str, object], becomes: str
) -> None:
    with db.writer() as session:
        assert order(session) == "甲乙丙|丁戊己"
        change = edit(session, item, **wanted)
        assert order(session) == becomes
        view, _ = seen(session)
        assert [one.number for one in view.items] == list(range(1, len(view.items) + 1))
        assert all(part.title != "" for part in view.sections)
        if not change.is_none:
            take_back_change(session, 1, change.before, change.after)
        assert order(session) == "甲乙丙|丁戊己"


def test_words_of_the_editors_and_figures_follow(db: Database) -> None:
    with db.writer() as session:
        change = edit(session, 0, summary=" 新的\n摘要。 ", note="值得细读。")
        view, version = seen(session)
        assert (view.items[0].summary, view.items[0].note) == ("新的 摘要。", "值得细读。")
        intro = change_intro(session, 1, "本期重点。", row_version=version)
        assert seen(session)[0].intro == "本期重点。"
        edit(session, 5, remove=True)
        figures = {one.label: one.value for one in seen(session)[0].figures}
        assert figures["本期条目"] == 5
        take_back_change(session, 1, intro.before, intro.after)
        take_back_change(session, 1, change.before, change.after)
        assert seen(session)[0].intro == ""
        assert seen(session)[0].items[0].note == ""


def test_nothing_is_overwritten(db: Database) -> None:
    with db.writer() as session:
        view, version = seen(session)
        first = view.items[0].document_id
        change = edit(session, 0, note="甲说。")
        with pytest.raises(StateConflict):
            change_item(session, 1, first, Wanted(note="乙说。"), row_version=version)
        edit(session, 0, note="丙说。")
        with pytest.raises(StateConflict):
            take_back_change(session, 1, change.before, change.after)
        with pytest.raises(NotFound):
            change_item(session, 1, 999, Wanted(remove=True), row_version=version)
        session.get_one(Issue, 1).state = "sent"
        with pytest.raises(StateConflict):
            edit(session, 0, note="太晚。")


def test_an_edited_word_file_comes_into_its_own_draft_only(db: Database) -> None:
    with db.writer() as session:
        view, _ = seen(session)
        document = Document(io.BytesIO(as_docx(view)))
        first = next(p for p in document.paragraphs if p.text == view.items[0].summary)
        first.runs[0].text = "在 Word 里改写的摘要。"
        out = io.BytesIO()
        document.save(out)
        change, edited = take_over(session, 1, out.getvalue())
        assert (edited.count, edited.missing) == (1, ())
        assert seen(session)[0].items[0].summary == "在 Word 里改写的摘要。"
        with pytest.raises(FileUnreadable):
            take_over(session, 1, out.getvalue())
        take_back_change(session, 1, change.before, change.after)
        assert seen(session)[0].items == view.items
