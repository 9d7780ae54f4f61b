"""What each format gives: text, tables, paragraphs, and the same from every writer."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl  # type: ignore[import-untyped]
import pytest

from crawler.demo.files import make_pdf
from pipelines.attachments.model import FileText, Limits
from pipelines.attachments.plain import tidy, without_gaps
from pipelines.attachments.reading import read_file
from tests.pipelines.attachments import files

LONG = (
    "为贯彻落实数字经济发展部署，推动元宇宙产业健康有序发展，我部会同有关部门研究起草了行动计划，"
    "现向社会公开征求意见。如有意见建议，请于规定时间内通过以下方式反馈，逾期不再受理。"
)


def read(data: bytes, **limits: int) -> FileText:
    return read_file(data, limits=Limits(**limits))


def test_pdf_lines_become_paragraphs_without_page_furniture() -> None:
    lines = [
        "^关于开展试点工作的通知",
        "^示部发〔2026〕12号",
        "各单位：",
        *[f"{n}{LONG}" for n in range(24)],
    ]
    found = read(make_pdf(lines, title="通知", made_at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert (found.kind, found.state, found.code) == ("pdf", "read", None)
    assert found.pages == 3
    assert found.text.splitlines()[:3] == [
        "关于开展试点工作的通知",
        "示部发〔2026〕12号",
        "各单位：",
    ]
    # broken over lines and over pages, joined again; header, footer and page number are gone
    assert found.text.splitlines()[3:] == [f"{n}{LONG}" for n in range(24)]
    assert "第1页" not in found.text


def test_pdf_table_is_a_table_in_its_place() -> None:
    rows = [("No", "Project", "Amount"), ("1", "Compute centre", "120"), ("2", "Data hall", "80")]
    before, after = files.shown([(80, 760, "List of projects")]), files.shown([(80, 600, "End.")])
    found = read(files.pdf([before + b"\n" + files.ruled(rows) + b"\n" + after]))
    assert found.tables == 1
    assert found.text.splitlines() == [
        "List of projects",
        "No | Project | Amount",
        "1 | Compute centre | 120",
        "2 | Data hall | 80",
        "End.",
    ]
    assert "<table><tbody><tr><td>No</td>" in found.html


def test_english_lines_are_joined_with_blanks_and_without_hyphens() -> None:
    page = files.shown(
        [
            (72, 700, "The Authority publishes this consultation on the super-"),
            (72, 686, "vision of digital asset trading platforms and invites all"),
            (72, 672, "comments by the end of the year."),
        ]
    )
    assert read(files.pdf([page])).text == (
        "The Authority publishes this consultation on the supervision of digital asset trading "
        "platforms and invites all comments by the end of the year."
    )


def test_pdf_without_text_is_a_scan() -> None:
    found = read(files.pdf([b"0 0 595 842 re f"] * 2))
    assert (found.state, found.code, found.pages) == ("no_text", "no_text", 2)


def test_docx_keeps_order_tables_and_accepted_changes() -> None:
    data = files.docx(
        ["第一条 总则。", "第二条　数据安全。"], rows=[("序号", "任务"), ("1", "建设平台")]
    )
    found = read(data)
    assert found.text.splitlines() == [
        "第一条 总则。",
        "第二条 数据安全。",
        "序号 | 任务",
        "1 | 建设平台",
    ]
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    changed = (
        f"<w:document {space}><w:body><w:p><w:r><w:t>保留</w:t></w:r><w:del><w:r><w:delText>删去"
        "</w:delText></w:r></w:del><w:ins><w:r><w:t>增加</w:t></w:r></w:ins></w:p></w:body></w:document>"
    )
    package = files.zipped({"word/document.xml": changed.encode(), "[Content_Types].xml": b"<a/>"})
    assert read(package).text == "保留增加"


def test_binary_word_pieces_fields_and_tables() -> None:
    data = files.word_97(
        [
            "关于试点的通知\r各单位：\r",
            b"See http://a.example/ now\r",
            "\x13 HYPERLINK \x14链接文字\x15之后\r甲\x07乙\x07\x07一\x07二\x07\x07表后\r",
        ]
    )
    found = read(data)
    assert (found.kind, found.state) == ("doc", "read")
    assert found.text.splitlines() == [
        "关于试点的通知",
        "各单位：",
        "See http://a.example/ now",
        "链接文字之后",
        "甲 | 乙",
        "一 | 二",
        "表后",
    ]
    assert found.tables == 1


def test_spreadsheets() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["项目清单"], ["序号", "金额", "日期"], [1, 12.5, datetime(2026, 3, 2)]):  # noqa: DTZ001
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    expected = ["项目清单", "序号 | 金额 | 日期", "1 | 12.5 | 2026-03-02"]
    assert read(out.getvalue()).text.splitlines() == expected
    old = read(files.biff_8([["项目清单"], ["序号", "金额"], [1.0, 12.5]]))
    assert (old.kind, old.text.splitlines()) == ("xls", ["项目清单", "序号 | 金额", "1 | 12.5"])


def test_ofd_text_layer() -> None:
    pages = [
        [(70, 30, "示例部文件"), (20, 70, "重要情况及时报告。"), (100, 285, "- 1 -"),
         (20, 60, "各单位请认真组织实施并及时总结经验不断完善工作机制试点期间")],
        [(20, 30, "第二页另起一段"), (100, 285, "- 2 -")],
    ]  # fmt: skip
    found = read(files.ofd(pages))
    assert (found.kind, found.state, found.pages) == ("ofd", "read", 2)
    assert found.text.splitlines() == [
        "示例部文件",
        "各单位请认真组织实施并及时总结经验不断完善工作机制试点期间重要情况及时报告。",
        "第二页另起一段",
    ]


def test_ofd_of_other_producers() -> None:
    """The letterhead in a template, names with ``\\`` and in another case, text that is shifted."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'

    def text(words: str, *, top: int, shift: str = "") -> str:
        return (
            f'<ofd:TextObject Boundary="20 {top} 100 6" Size="5"{shift}><ofd:TextCode X="0" Y="5"'
            f' DeltaX="g {len(words) - 1} 5">{words}</ofd:TextCode></ofd:TextObject>'
        )

    def page(*texts: str, template: str = "") -> bytes:
        layer = f"<ofd:Content><ofd:Layer>{''.join(texts)}</ofd:Layer></ofd:Content>"
        return f"<ofd:Page {space}>{template}{layer}</ofd:Page>".encode()

    uses = '<ofd:Template TemplateID="7" ZOrder="Background"/>'
    document = (
        f'<ofd:Document {space}><ofd:CommonData><ofd:TemplatePage ID="7" BaseLoc="Tpls\\T.xml"/>'
        '</ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/P0/Content.xml"/>'
        '<ofd:Page ID="2" BaseLoc="/Doc_0/Pages/P1/Content.xml"/></ofd:Pages></ofd:Document>'
    )
    data = files.zipped(
        {
            "OFD.xml": f"<ofd:OFD {space}><ofd:DocBody><ofd:DocRoot>Doc_0\\Document.xml"
            "</ofd:DocRoot></ofd:DocBody></ofd:OFD>".encode(),
            "doc_0\\document.xml": document.encode(),
            "Doc_0/Tpls/T.xml": page(text("示例部文件", top=20)),
            "Doc_0\\Pages\\P0\\Content.xml": page(
                text("第二段在下。", top=20, shift=' CTM="1 0 0 1 0 60"'),
                text("第一段在上。", top=60),
                template=uses,
            ),
            "Doc_0/Pages/P1/Content.xml": page(text("第三段在后页。", top=60), template=uses),
        }
    )
    found = read(data)
    assert (found.state, found.pages) == ("read", 2)
    places = [found.text.index(words) for words in ("示例部文件", "第一段", "第二段", "第三段")]
    assert places == sorted(places)
    assert found.text.count("示例部文件") == 1


def test_archives_are_read_member_by_member_with_chinese_names() -> None:
    data = files.gbk_zipped(
        {"附件.d": files.docx(["压缩包内的正文。"]), "说明.t": "你好".encode("gbk")}
    )
    found = read(data)
    assert (found.kind, found.state) == ("zip", "read")
    assert [member.name[:2] for member in found.members] == ["附件", "说明"]
    assert [member.kind for member in found.members] == ["docx", "txt"]
    assert "压缩包内的正文。" in found.text
    assert "你好" in found.text


@pytest.mark.parametrize(
    ("text", "read_as"),
    [("你好，世界", "gb18030"), ("你好，世界", "utf-8"), ("你好，世界", "utf-16")],
)
def test_plain_text_in_any_encoding(text: str, read_as: str) -> None:
    assert read(text.encode(read_as)).text == text


def test_compatibility_forms_are_searchable_text() -> None:
    assert read("⼈⼯智能２０２６年Ａ级，（试行）".encode()).text == "人工智能2026年A级，（试行）"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("示部发〔2026〕12 号", "示部发〔2026〕12号"),
        ("2026 年 3 月 2 日", "2026年3月2日"),
        ("第一条 为了 2026 年的工作", "第一条 为了2026年的工作"),
        ("1 建设平台", "1 建设平台"),
        ("培育 AI 企业", "培育 AI 企业"),
    ],
)
def test_blanks_that_only_typesetting_put_there(line: str, expected: str) -> None:
    assert tidy(without_gaps(line)) == expected
