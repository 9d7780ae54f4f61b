"""X01: every form of an issue carries the same items, numbers, titles, addresses and hash."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from lxml import html as lxml_html  # type: ignore[import-untyped]

from digest.feeds import FeedFacts, Published, atom, json_feed
from digest.files import issue_file, possible_types
from digest.issues import render_view
from digest.linked_data import issue_data
from digest.render import Limits, render_mail
from digest.trial import printed_hash
from digest.view import IssueView, view_hash
from tests.digest.archive import END
from tests.digest.samples import sample_issue
from tests.digest.test_render import READER
from tests.digest.test_stories import CONFIG

PAGE = "https://digest.example.org/archive/12"


def bare(text: str) -> str:
    return re.sub(r"[\s\u200b\u200c\u034f\u00a0]", "", text)


def anchors(page: str) -> list[str]:
    """The ids of items, in order."""
    root = lxml_html.document_fromstring(page)
    found = (str(node.get("id") or "") for node in root.iter() if isinstance(node.tag, str))
    return [name for name in found if re.fullmatch(r"i\d+", name)]


def pdf_words(content: bytes) -> str:
    import pypdfium2  # type: ignore[import-untyped]

    with pypdfium2.PdfDocument(content) as file:
        return bare("".join(page.get_textpage().get_text_range() for page in file))


def word_words(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = ("word/document.xml", "word/footnotes.xml", "word/_rels/footnotes.xml.rels")
        return bare("".join(package.read(name).decode("utf-8") for name in names))


@pytest.fixture(scope="module")
def view() -> IssueView:
    return sample_issue(14)


@pytest.fixture(scope="module")
def files(view: IssueView) -> dict[str, bytes]:
    return {kind: issue_file(view, kind) for kind in possible_types()}


@pytest.fixture(scope="module")
def forms(view: IssueView, files: dict[str, bytes]) -> dict[str, str]:
    """Each form as text without blanks."""
    mail = render_mail(view, reader=READER, limits=Limits(max_items=100, per_section=100))
    web = render_view(view, config=CONFIG, form="web")
    facts = FeedFacts("t", "https://digest.example.org", f"{PAGE}.xml", "a")
    issues = [Published(PAGE, END, view)]
    made = {
        "mail": mail.html,
        "text": mail.text,
        "web": web.html,
        "atom": atom(facts, issues).decode("utf-8"),
        "json": json_feed(facts, issues).decode("utf-8"),
        "linked": json.dumps(issue_data(view, canonical=PAGE), ensure_ascii=False),
    }
    texts = {name: bare(text) for name, text in made.items()}
    for kind, content in files.items():
        texts[kind] = {"pdf": pdf_words, "docx": word_words}[kind](content)
    return texts


def test_every_form_has_every_title_and_address(view: IssueView, forms: dict[str, str]) -> None:
    for name, text in forms.items():
        for item in view.items:
            assert bare(item.title) in text, (name, item.number)
            assert bare(item.url) in text, (name, item.number)
        if name not in ("atom", "json", "linked"):
            assert view.label in text, name
            assert f"校验{view_hash(view)[:10]}" in text, name


def test_every_form_has_the_same_ids_in_the_same_order(
    view: IssueView, files: dict[str, bytes]
) -> None:
    wanted = [item.anchor for item in view.items]
    mail = render_mail(view, reader=READER, limits=Limits(max_items=100, per_section=100))
    assert anchors(mail.html) == wanted
    assert anchors(render_view(view, config=CONFIG, form="web").html) == wanted
    facts = FeedFacts("t", "https://digest.example.org", f"{PAGE}.xml", "a")
    feed = json.loads(json_feed(facts, [Published(PAGE, END, view)]))
    assert [entry["id"] for entry in feed["items"]] == [f"{PAGE}#{name}" for name in wanted]
    linked = issue_data(view, canonical=PAGE)
    assert [part["@id"] for part in linked["hasPart"]] == [f"{PAGE}#{name}" for name in wanted]
    assert [part["position"] for part in linked["hasPart"]] == [item.number for item in view.items]
    assert linked["issueNumber"] == view.number
    with zipfile.ZipFile(io.BytesIO(files["docx"])) as package:
        document = package.read("word/document.xml").decode("utf-8")
    assert re.findall(r'<w:bookmarkStart[^>]*w:name="(i\d+)"', document) == wanted


def test_every_file_prints_the_hash_that_verify_reads(
    view: IssueView, files: dict[str, bytes]
) -> None:
    for kind, content in files.items():
        assert printed_hash(f"a.{kind}", content) == view_hash(view)[:10]
