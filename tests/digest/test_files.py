"""An issue as Word and PDF: the same items, numbers and addresses as in the mail."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from time import process_time
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import etree  # type: ignore[import-untyped]
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import resolve1

from digest.errors import FileUnreadable
from digest.files import file_name, issue_file, possible_types
from digest.files.content import printed
from digest.files.pdf import as_pdf, heading_pages, pdf_problem
from digest.files.reading import edited_words
from digest.files.word import as_docx
from digest.phrases import titled
from digest.view import IssueView, Official
from tests.digest.samples import sample_issue

STYLES = {
    *("Normal", "Title", "Heading 1", "Heading 2", "Header", "Footer", "footnote text"),
    *("toc 1", "toc 2", "来源", "附注", "新进展", "短评", "编者按", "刊物信息", "栏名"),
}


def with_first(view: IssueView, **changes: object) -> IssueView:
    """The view with its first item changed."""
    section = view.sections[0]
    item = replace(section.items[0], **changes)  # type: ignore[arg-type]
    section = replace(section, items=(item, *section.items[1:]))
    return replace(view, sections=(section, *view.sections[1:]))


@pytest.fixture(scope="module")
def view() -> IssueView:
    """An issue with everything that can stand in one."""
    made = sample_issue(20, intro="本期重点是数据条例。")
    return with_first(
        made,
        mark="续",
        mark_issue=9,
        news="正式稿发布（第9期刊登的是征求意见稿）",
        note="值得细读。",
    )


@pytest.fixture(scope="module")
def word(view: IssueView) -> bytes:
    return as_docx(view)


@pytest.fixture(scope="module")
def pdf(view: IssueView) -> bytes:
    return issue_file(view, "pdf")


def parts(content: bytes) -> dict[str, etree._Element]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {
            name: etree.fromstring(package.read(name))
            for name in package.namelist()
            if name.endswith((".xml", ".rels"))
        }


def test_word_has_headings_footnotes_and_bookmarks_of_every_item(
    view: IssueView, word: bytes
) -> None:
    document = Document(io.BytesIO(word))
    styled = [(p.style.name if p.style else "", p.text) for p in document.paragraphs]
    titles = [text for name, text in styled if name == "Heading 2"]
    assert [title.split(". ", 1)[0] for title in titles] == [str(i.number) for i in view.items]
    assert all(item.title in title for item, title in zip(view.items, titles, strict=True))
    assert {name for name, _ in styled} <= STYLES
    words = "\n".join(text for _, text in styled)
    for told in (
        "进展：正式稿发布（第9期刊登的是征求意见稿）",
        "短评：值得细读。",
        "2026年11月",
        "校验",
    ):
        assert told in words

    found = parts(word)
    notes = [note for note in found["word/footnotes.xml"] if note.get(qn("w:type")) is None]
    calls = found["word/document.xml"].iter(qn("w:footnoteReference"))
    assert [call.get(qn("w:id")) for call in calls] == [n.get(qn("w:id")) for n in notes]
    assert len(notes) == len(view.items)
    for item, note in zip(view.items, notes, strict=True):
        assert item.url in "".join(note.itertext())
    targets = {rel.get("Target") for rel in found["word/_rels/footnotes.xml.rels"]}
    assert {item.url for item in view.items} <= targets
    marks = [
        one.get(qn("w:name")) for one in found["word/document.xml"].iter(qn("w:bookmarkStart"))
    ]
    assert [name for name in marks if not name.startswith("_s")] == [i.anchor for i in view.items]
    fields = [one.text for one in found["word/document.xml"].iter(qn("w:instrText"))]
    assert any("TOC" in (text or "") for text in fields)


def test_the_contents_of_the_word_file_lead_to_every_heading_with_its_page(
    view: IssueView, word: bytes
) -> None:
    found = parts(word)["word/document.xml"]
    marks = {one.get(qn("w:name")) for one in found.iter(qn("w:bookmarkStart"))}
    links = [one for one in found.iter(qn("w:hyperlink")) if one.get(qn("w:anchor"))]
    assert len(links) == len(view.sections) + len(view.items)
    assert {link.get(qn("w:anchor")) for link in links} == marks
    begun = [one for one in found.iter(qn("w:fldChar")) if one.get(qn("w:fldCharType")) == "begin"]
    assert all(one.get(qn("w:dirty")) == "true" for one in begun)
    numbers = ["".join(t.text or "" for t in link.iter(qn("w:t")))[-1:] for link in links]
    if pdf_problem():
        assert heading_pages(view) == ()
        return
    pages = heading_pages(view)
    assert numbers == [page[-1] for page in pages]
    assert pages[0] == "1"
    assert list(map(int, pages)) == sorted(map(int, pages))
    kinds = [one.get(qn("w:fmt")) for one in found.iter(qn("w:pgNumType"))]
    assert kinds == ["lowerRoman", "decimal"]


def test_columns_of_word_tables_and_lines_of_headlines_leave_no_half_page_empty(
    view: IssueView,
) -> None:
    first = view.sections[0].items[0]
    bare = replace(first, summary="", news="", also=(), story=(), note="", topics=(), watches=())
    headlines = replace(view.sections[0], items=(bare,))
    document = Document(io.BytesIO(as_docx(replace(view, sections=(headlines,), leads=()))))
    table = document.tables[0]
    widths = [round(column.width.cm, 1) for column in table.columns]
    assert widths == [round(cell.width.cm, 1) for cell in table.rows[0].cells]
    assert widths == [4.0, 2.0, 9.8]
    (meta,) = [one for one in document.paragraphs if one.style and one.style.name == "来源"]
    assert meta.paragraph_format.keep_with_next is False


def test_the_footnote_of_a_report_names_the_official_page_first(view: IssueView) -> None:
    official = Official("国务院", "https://www.council.example/a")
    known = printed(with_first(view, official=official)).parts[0].entries[0].notes
    assert [note.url for note in known] == [official.url, view.items[0].url]
    assert known[0].text == "官方来源：国务院"
    [unknown] = printed(with_first(view, official=Official())).parts[0].entries[0].notes
    assert unknown.text.startswith("未找到官方来源；报道：")


def test_hostile_words_stay_words(view: IssueView) -> None:
    hostile = '#panic() *粗* $x$ <tag attr="1"> & ]]> @ref \\n'
    bad = with_first(view, title=hostile, source=hostile, url='https://a.example/?a=1&b="<x>')
    document = Document(io.BytesIO(as_docx(bad)))
    assert any(hostile in p.text for p in document.paragraphs)
    if not pdf_problem():
        assert "#panic()" in words_of(as_pdf(bad))


def test_an_empty_issue_says_so() -> None:
    document = Document(io.BytesIO(as_docx(sample_issue(0))))
    assert "本期没有新的内容。" in [p.text for p in document.paragraphs]


def test_names_are_fit_for_file_systems(view: IssueView) -> None:
    assert (
        file_name(replace(view, title='数据/法律:"周报"'), "pdf") == "数据-法律--周报--第12期.pdf"
    )


def pages_of(content: bytes) -> list[str]:
    import pypdfium2  # type: ignore[import-untyped]

    with pypdfium2.PdfDocument(content) as file:
        return [page.get_textpage().get_text_range() for page in file]


def words_of(content: bytes) -> str:
    return re.sub(r"[\s\u200b]", "", "".join(pages_of(content)))


def test_without_typst_or_a_font_the_reader_is_told_what_to_install() -> None:
    problem = pdf_problem()
    assert possible_types() == (("docx",) if problem else ("docx", "pdf"))
    if problem:
        assert "dibao[pdf]" in problem or "fonts-noto-cjk" in problem


@pytest.mark.skipif(bool(pdf_problem()), reason="Typst or a Chinese font is not installed")
def test_pdf_is_the_same_issue_with_true_page_numbers(view: IssueView, pdf: bytes) -> None:
    assert pdf == issue_file(view, "pdf")
    pages = [re.sub(r"[\s\u200b]", "", page) for page in pages_of(pdf)]
    body = next(n for n, page in enumerate(pages) if "要点" in page)
    contents = "".join(pages[1:body])
    text = "".join(pages)
    for item in view.items:
        title = re.sub(r"\s", "", f"{item.number}.{titled(item)}")
        assert text.count(title) >= 2, title
        home = next(n for n, page in enumerate(pages[body:], 1) if title in page)
        assert re.search(re.escape(title) + rf"\.+{home}", contents), (title, home)
        assert re.sub(r"\s", "", item.url) in pages[body + home - 1], "the note is on another page"
    assert "�" not in text
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as file:
        marks = [mark.get_title() for mark in file.get_toc()]
        lines = [
            line
            for page in list(file)[body:]
            for line in page.get_textpage().get_text_range().splitlines()
        ]
    headings = [one for part in view.sections for one in (part.title, *part.items)]
    assert len([mark for mark in marks if mark != "目录"]) == len(headings)
    assert "表1本期数字" in text
    assert [line for line in lines if line.strip()[:1] in set("，。、；：！？）》”")] == []
    assert [line for line in lines if line.strip()[-1:] in set("（《“")] == []


def test_what_an_editor_changed_in_word_is_read_back(view: IssueView, word: bytes) -> None:
    document = Document(io.BytesIO(word))
    assert edited_words(word, view).count == 0
    at = {p.text.partition(". ")[0]: n for n, p in enumerate(document.paragraphs)}
    second = next(p for p in document.paragraphs[at["2"] :] if p.style and p.style.name == "Normal")
    _track(second, gone=second.text, come="按跟踪修订改写的摘要。")
    note = next(p for p in document.paragraphs if p.text.startswith("短评："))
    note.runs[0].text = "短评：改过的短评。"
    intro = next(p for p in document.paragraphs if p.style and p.style.name == "编者按")
    intro.runs[0].text = ""
    heading = document.paragraphs[at["3"]]
    heading._p.getparent().remove(heading._p)
    out = io.BytesIO()
    document.save(out)
    read = edited_words(out.getvalue(), view)
    assert read.summaries == {2: "按跟踪修订改写的摘要。"}
    assert (read.notes, read.intro, read.missing) == ({1: "改过的短评。"}, "", (3,))


def _track(paragraph: Any, *, gone: str, come: str) -> None:
    """As Word writes a tracked replacement."""
    for run in list(paragraph.runs):
        run._r.getparent().remove(run._r)
    space = qn("w:ins").rpartition("}")[0][1:]
    paragraph._p.append(
        etree.fromstring(
            f'<w:del xmlns:w="{space}" w:id="1" w:author="a">'
            f"<w:r><w:delText>{gone}</w:delText></w:r></w:del>"
        )
    )
    paragraph._p.append(
        etree.fromstring(
            f'<w:ins xmlns:w="{space}" w:id="2" w:author="a"><w:r><w:t>{come}</w:t></w:r></w:ins>'
        )
    )


def test_another_file_is_not_taken_for_an_issue(view: IssueView) -> None:
    empty = io.BytesIO()
    Document().save(empty)
    for content in (b"no zip", empty.getvalue()):
        with pytest.raises(FileUnreadable):
            edited_words(content, view)


@pytest.mark.skipif(bool(pdf_problem()), reason="Typst or a Chinese font is not installed")
def test_sixty_pages_are_quick_small_and_inside_their_margins(view: IssueView) -> None:
    """P08 and P11; an address as long as a line breaks."""
    import pypdfium2

    begun = process_time()
    long = with_first(
        sample_issue(300, intro="x" * 400),
        url="https://www.example.cn/" + "zhengce-jiedu/" * 30,
        note="https://www.example.cn/" + "a1" * 150,
    )
    content = as_pdf(long)
    assert process_time() - begun <= 10
    assert len(content) <= 2_000_000
    with pypdfium2.PdfDocument(content) as file:
        assert len(file) >= 60
        for page in file:
            text = page.get_textpage()
            boxes = [text.get_rect(at) for at in range(text.count_rects())]
            width, _ = page.get_size()
            assert min(box[0] for box in boxes) >= 60
            assert max(box[2] for box in boxes) <= width - 60


@pytest.mark.skipif(bool(pdf_problem()), reason="Typst or a Chinese font is not installed")
def test_no_page_begins_or_ends_with_a_stray_line() -> None:
    """P12: an entry stands in one piece, so a page begins with a heading and ends after one."""
    import pypdfium2

    made = sample_issue(40)
    with pypdfium2.PdfDocument(as_pdf(made)) as file:
        pages = [page.get_textpage().get_text_range() for page in file]
    bodies = [[re.sub(r"\s", "", line) for line in page.splitlines()] for page in pages]
    begin = next(n for n, lines in enumerate(bodies) if "要点" in lines)
    running = {f"{made.title}{made.label}", *(part.title for part in made.sections)}
    running |= {f"{made.title}{made.label}{part.title}" for part in made.sections}
    for lines in bodies[begin + 1 :]:
        first = next(line for line in lines if line and line not in running)
        assert re.match(r"\d+\.", first), lines[:4]


@pytest.mark.skipif(bool(pdf_problem()), reason="Typst or a Chinese font is not installed")
def test_pdf_is_tagged_and_says_its_language_and_title(view: IssueView, pdf: bytes) -> None:
    """P06, as a walk through the structure: no figure without words, no page without order."""
    file = PDFDocument(PDFParser(io.BytesIO(pdf)))
    catalog = {name: resolve1(value) for name, value in file.catalog.items()}
    assert catalog["MarkInfo"]["Marked"] is True
    assert catalog["Lang"] == b"zh-CN"
    assert catalog["ViewerPreferences"]["DisplayDocTitle"] is True
    metadata = catalog["Metadata"].get_data().decode("utf-8")
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert f"{view.title} {view.label}" in metadata
    for page in PDFPage.create_pages(file):
        assert not page.annots or page.attrs["Tabs"].name == "S"
        assert "StructParents" in page.attrs
    nodes = list(_structure(catalog["StructTreeRoot"]))
    kinds = Counter(node["S"].name for node in nodes)
    assert kinds["H1"] == len(view.sections) + 1  # the contents have a heading of their own
    assert kinds["H2"] == len(view.items)
    assert kinds["Note"] == len(view.items)
    assert kinds["Link"] >= len(view.items)
    assert all("Alt" in node for node in nodes if node["S"].name in ("Figure", "Formula"))
    assert {"TH", "TD", "Table", "Caption", "TOC", "TOCI"} <= set(kinds)


def _structure(node: Any) -> Iterator[dict[str, Any]]:
    """Every element below the root of the structure tree."""
    children = resolve1(node.get("K"))
    for child in children if isinstance(children, list) else [children]:
        found = resolve1(child)
        if isinstance(found, dict) and "S" in found:
            yield found
            yield from _structure(found)
