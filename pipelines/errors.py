"""Errors of reading a page, each with a stable ``code`` and a ``retry`` answer.

ParseError
├── EmptyListing    a list page without rows
├── MissingField    a field the source promises is not there
├── AmbiguousDate   a date that can be read in two ways
├── LayoutChanged   selectors that used to match do not match any more
├── UnknownValue    a value that no lookup of the source knows
├── EmptyBody       a page without article text
└── NotAnArticle    a challenge, error, login, maintenance or "not found" page

``code`` is stored in fetch and run rows; ``retry`` says whether the same request is worth
repeating soon without a change by a person.
"""

from __future__ import annotations

from typing import ClassVar


class ParseError(Exception):
    """A page was fetched but could not be read as expected."""

    code: ClassVar[str] = "parse_error"
    default_retry: ClassVar[bool] = False
    remedy: ClassVar[str] = "查看原始页面与来源配置 / compare the page with the source definition"

    def __init__(self, message: str = "", *, url: str = "", retry: bool | None = None) -> None:
        self.url = url
        self.retry = self.default_retry if retry is None else retry
        super().__init__(message or self.remedy)


class EmptyListing(ParseError):
    """The list page gave no rows: a redesign or a page that needs a script."""

    code = "empty_listing"
    remedy = (
        "列表页没有任何条目，检查 row 选择器或站点是否改版 / "
        "no rows on the list page: check the row selector, the site may have been redesigned"
    )


class MissingField(ParseError):
    """A required field is absent. ``field`` names it."""

    code = "missing_field"
    remedy = "缺少必填字段，检查选择器 / a required field is missing: check its selector"

    def __init__(
        self, message: str = "", *, field: str = "", url: str = "", retry: bool | None = None
    ) -> None:
        self.field = field
        super().__init__(message or f"{field}: {self.remedy}", url=url, retry=retry)


class AmbiguousDate(ParseError):
    """A date text allows more than one day (03/04/2025 without a known order)."""

    code = "ambiguous_date"
    remedy = (
        "日期有多种读法，请在来源配置中写明格式 / "
        "the date can be read in more than one way: state its format in the source"
    )


class LayoutChanged(ParseError):
    """A layout of the source matched nothing on a page that is otherwise healthy."""

    code = "layout_changed"
    remedy = "页面结构已变化，请为来源补充新的 layout / the layout changed: add a new dated layout"


class UnknownValue(ParseError):
    """A value is in none of the source's lookups."""

    code = "unknown_value"
    remedy = "来源 lookups 中没有该值，请补充或写 ignore / add the value to lookups, or ignore it"


class EmptyBody(ParseError):
    """The page holds no article text: cut transfer, script-only page or wrong selector."""

    code = "empty_body"
    default_retry = True
    remedy = (
        "页面没有正文：可能传输中断、需要脚本或选择器有误 / "
        "no article text: cut transfer, script-only page or wrong body selector"
    )


class NotAnArticle(ParseError):
    """The answer is a page about the site, not a document. ``state`` is its page class."""

    code = "not_an_article"
    remedy = (
        "返回的不是文章页（验证、报错、登录、维护或不存在） / "
        "the answer is a challenge, error, login, maintenance or not-found page"
    )
    #: page classes that pass by themselves
    passing: ClassVar[frozenset[str]] = frozenset({"error", "maintenance", "empty"})

    def __init__(
        self, message: str = "", *, state: str = "", url: str = "", retry: bool | None = None
    ) -> None:
        self.state = state
        super().__init__(
            message or f"{state}: {self.remedy}",
            url=url,
            retry=state in self.passing if retry is None else retry,
        )
