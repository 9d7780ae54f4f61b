"""An issue as PDF, set by Typst (the extra ``dibao[pdf]``).

The words go in as JSON, never as markup; the template may read no file and no network. The same
issue gives the same bytes: the only time in the file is that of the issue.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from digest.errors import FileFormatMissing
from digest.files.content import printed
from digest.view import IssueView

# Fonts with Chinese characters, the better looking first; one of them has to be installed.
CHINESE_FONTS = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Songti SC",
    "SimSun",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)


def as_pdf(view: IssueView) -> bytes:
    """The issue as PDF/UA-1. Raises ``FileFormatMissing`` without Typst or a Chinese font."""
    typst = _typst()
    families = _families()
    made = datetime.combine(view.issued_on, time(), tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "issue.typ"
        source.write_text(_template(), encoding="utf-8")
        content: bytes = typst.compile(
            source,
            root=folder,
            format="pdf",
            sys_inputs={
                "issue": json.dumps(asdict(printed(view)), ensure_ascii=False),
                "fonts": json.dumps(families, ensure_ascii=False),
            },
            pdf_standards=["ua-1"],
            timestamp=made,
        )
    return content


def heading_pages(view: IssueView) -> tuple[str, ...]:
    """The printed page number of every heading, sections and items in order; empty where no PDF
    can be made. Raises nothing: a contents table without numbers is still one."""
    import pypdfium2  # type: ignore[import-untyped]

    if pdf_problem():
        return ()
    with pypdfium2.PdfDocument(as_pdf(view)) as file:
        targets = [mark.get_dest() for mark in file.get_toc()]
        indexes = [target.get_index() for target in targets if target is not None]
        pages = tuple(file.get_page_label(index) for index in indexes if index is not None)
    wanted = len(view.sections) + len(view.items)
    return pages if len(pages) == wanted else ()


def pdf_problem() -> str:
    """Why no PDF can be made here; empty when it can."""
    try:
        _typst()
        _families()
    except FileFormatMissing as error:
        return str(error)
    return ""


def _typst() -> Any:
    try:
        import typst
    except ImportError as error:
        raise FileFormatMissing(
            "没有安装 PDF 排版组件，请运行 pip install 'dibao[pdf]'"
            " / PDF needs an extra: pip install 'dibao[pdf]'"
        ) from error
    return typst


@cache
def _families() -> Sequence[str]:
    """The installed Chinese fonts, best first."""
    installed = set(_typst().Fonts(include_embedded_fonts=False).families())
    found = [name for name in CHINESE_FONTS if name in installed]
    if not found:
        raise FileFormatMissing(
            "系统里没有中文字体，请安装一种（Debian：fonts-noto-cjk 或 fonts-wqy-microhei）"
            " / no Chinese font is installed (Debian: fonts-noto-cjk or fonts-wqy-microhei)"
        )
    return found


@cache
def _template() -> str:
    return resources.files("digest").joinpath("templates", "issue.typ").read_text(encoding="utf-8")
