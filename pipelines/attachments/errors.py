"""Why a file was not fetched or not read, each with a stable ``code``.

FileProblem
├── NotTheFile        a web page under the name of a file
├── Encrypted         a password is needed
├── ArchiveBomb       unpacks to more than is sensible
├── ArchivePath       a member tries to leave its folder, or is a link
├── TooManyPages      an absurd number of pages, sheets or entries
├── Damaged           the file does not hold what its beginning promises
├── HostileXml        a document type or entities inside an office file
├── UnreadKind        a format that is kept but not read
├── EmptyFile         no bytes
├── ReaderTimeout     reading took too long and was ended
├── ReaderMemory      reading wanted too much memory
├── ReaderCrashed     the reading process died
└── OverBudget        more or larger files than configured

``code`` is stored with the attachment and shown on the desk; ``retry`` says whether reading the
same bytes again may help.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from typing import ClassVar
from zipfile import BadZipFile

#: whatever a broken directory or member makes zipfile raise, besides KeyError for a member that
#: is not there and RuntimeError for a password
ZIP_DAMAGE = (
    BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    ValueError,
    OSError,
)


class FileProblem(Exception):
    """A file could not be read; the document it belongs to is not touched by that."""

    code: ClassVar[str] = "file_problem"
    retry: ClassVar[bool] = False
    remedy: ClassVar[str] = "原文件已保留，可下载查看 / the file itself is kept: download it"

    def __init__(self, detail: str = "", *, kind: str = "unknown") -> None:
        self.detail = detail
        self.kind = kind
        super().__init__(detail or self.remedy)


class NotTheFile(FileProblem):
    """A web page (login, challenge, "not found") was served under the name of a file."""

    code = "not_the_file"
    retry = True
    remedy = (
        "链接给出的是网页而不是文件，可在原网站查看 / "
        "the link gives a web page, not the file: look at the site"
    )


class Encrypted(FileProblem):
    """The file, or a member of the archive, needs a password."""

    code = "file_encrypted"
    remedy = "文件有密码，请下载后用密码打开 / the file has a password: download and open it"


class ArchiveBomb(FileProblem):
    """An archive, or an office file, unpacks to far more than its size."""

    code = "archive_bomb"
    remedy = "压缩比异常，未展开 / suspicious compression: it was not unpacked"


class ArchivePath(FileProblem):
    """A member's name is absolute, climbs out with "..", or is a link."""

    code = "archive_path"
    remedy = "压缩包内有可疑路径，未展开 / suspicious paths inside: it was not unpacked"


class TooManyPages(FileProblem):
    """More pages, sheets or entries than any real document has."""

    code = "too_many_pages"
    remedy = "页数或条目过多，未读取 / too many pages or entries: it was not read"


class Damaged(FileProblem):
    """The file is cut short or not what its beginning says."""

    code = "file_damaged"
    remedy = "文件损坏，可重新获取 / the file is damaged: fetch it again"


class HostileXml(FileProblem):
    """An office file with a document type or entities inside."""

    code = "file_hostile"
    remedy = "文件内含可疑的 XML，未读取 / suspicious XML inside: it was not read"


class UnreadKind(FileProblem):
    """A format that is stored and offered for download, but whose text is not read."""

    code = "kind_unread"
    remedy = "此格式只保存、不读取文字 / this format is kept, its text is not read"


class EmptyFile(FileProblem):
    """The answer had no bytes."""

    code = "file_empty"
    retry = True
    remedy = "文件是空的，可重新获取 / the file is empty: fetch it again"


class ReaderTimeout(FileProblem):
    """Reading took longer than attachments.seconds."""

    code = "reader_timeout"
    retry = True
    remedy = (
        "读取超时已中止；可调大 attachments.seconds 后重读 / "
        "reading took too long: raise attachments.seconds and read it again"
    )


class ReaderMemory(FileProblem):
    """Reading wanted more than attachments.memory."""

    code = "reader_memory"
    retry = True
    remedy = (
        "读取所需内存超限；可调大 attachments.memory 后重读 / "
        "reading wanted too much memory: raise attachments.memory and read it again"
    )


class ReaderCrashed(FileProblem):
    """The process that reads files died; the crawl is not affected."""

    code = "reader_crashed"
    retry = True
    remedy = "读取程序异常退出，原文件已保留 / the reader died; the file itself is kept"


class OverBudget(FileProblem):
    """The document or the run has more files than attachments.per_document or per_run."""

    code = "file_budget"
    retry = True
    remedy = "超过附件数量上限，留待下次 / more files than the budget: left to a later run"
