"""An issue as a file to keep, edit or print: Word and PDF, from the same frozen values."""

from __future__ import annotations

from digest.view import IssueView

# Kinds of file, with their media types.
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def issue_file(view: IssueView, kind: str) -> bytes:
    """The issue as ``docx`` or ``pdf``. Raises ``FileFormatMissing`` if this machine cannot."""
    if kind == "pdf":
        from digest.files.pdf import as_pdf

        return as_pdf(view)
    from digest.files.word import as_docx

    return as_docx(view)


def file_name(view: IssueView, kind: str) -> str:
    """``政策法规周报-第12期.docx``, without characters that file systems refuse."""
    name = "".join("-" if char in '/\\:*?"<>|' or ord(char) < 32 else char for char in view.title)
    return f"{name}-{view.label}.{kind}"


def possible_types() -> tuple[str, ...]:
    """The kinds that can be made on this machine."""
    from digest.files.pdf import pdf_problem

    return ("docx",) if pdf_problem() else ("docx", "pdf")
