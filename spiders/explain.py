"""Validation errors in words: what is wrong, on which line, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_TYPES = {
    "string_type": ("应为文字", "text is expected"),
    "int_type": ("应为整数", "a whole number is expected"),
    "float_type": ("应为数字", "a number is expected"),
    "bool_type": ("应为 true 或 false", "true or false is expected"),
    "tuple_type": ("应为列表", "a list is expected"),
    "dict_type": ("应为 键: 值 的映射", "a mapping (key: value) is expected"),
    "model_type": ("应为 键: 值 的映射", "a mapping (key: value) is expected"),
    "model_attributes_type": ("应为 键: 值 的映射", "a mapping (key: value) is expected"),
}


class Explanation:
    """One problem: the path of the field in the file, what is wrong, what to do (zh / en)."""

    __slots__ = ("message", "path", "remedy")

    def __init__(self, path: tuple[str | int, ...], message: str, remedy: str) -> None:
        self.path = path
        self.message = message
        self.remedy = remedy


def explain(
    error: ValidationError, *, data: dict[str, Any], model: type[BaseModel]
) -> list[Explanation]:
    """One explanation for each error of ``data`` against ``model``."""
    return [_explain_one(detail, data=data, model=model) for detail in error.errors()]


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` was probably meant to be."""
    close = difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return close[0] if close else None


def _explain_one(
    detail: ErrorDetails, *, data: dict[str, Any], model: type[BaseModel]
) -> Explanation:
    path, owner = _place(detail["loc"], data=data, model=model)
    name = str(path[-1]) if path else ""
    kind = detail["type"]
    special = _SPECIAL.get(kind)
    if special is not None:
        message, remedy = special(name, detail, owner)
    elif kind in _TYPES:
        zh, en = _TYPES[kind]
        message = f"“{name}”{zh} / '{name}': {en}"
        remedy = f"现在写的是 {_shown(detail)} / it now reads {_shown(detail)}"
    else:
        reason = detail["msg"].removeprefix("Value error, ")
        message = f"“{name}”不合规定：{reason}" if name else reason
        remedy = f"现在写的是 {_shown(detail)} / it now reads {_shown(detail)}"
        if not name:
            remedy = "改正后重试 / correct it and try again"
    return Explanation(path, message, remedy)


def _unknown(name: str, detail: ErrorDetails, owner: type[BaseModel] | None) -> tuple[str, str]:
    known = _keys(owner)
    guess = did_you_mean(name, known)
    remedy = (
        f"是否想写“{guess}”？ / did you mean '{guess}'?"
        if guess
        else "可用的键 / known keys: " + ", ".join(sorted(known))
    )
    return f"不认识的键“{name}” / unknown key '{name}'", remedy


def _missing(name: str, detail: ErrorDetails, owner: type[BaseModel] | None) -> tuple[str, str]:
    return (
        f"缺少“{name}” / '{name}' is missing",
        f"补上一行 {name}: … / add a line {name}: …",
    )


def _choice(name: str, detail: ErrorDetails, owner: type[BaseModel] | None) -> tuple[str, str]:
    expected = str(detail.get("ctx", {}).get("expected", ""))
    allowed = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
    guess = did_you_mean(str(detail["input"]), allowed)
    listed = ", ".join(allowed)
    if detail["loc"][-1] == "[key]":
        hint = f"是否想写“{guess}”？ / did you mean '{guess}'? " if guess else ""
        return (
            f"不认识的键“{name}” / unknown key '{name}'",
            f"{hint}可用的键 / known keys: {listed}",
        )
    hint = (
        f"是否想写“{guess}”？可用值 / did you mean '{guess}'? Allowed: "
        if guess
        else "可用值 / allowed: "
    )
    return (
        f"“{name}”的值 {_shown(detail)} 不可用 / {_shown(detail)} is not a value of '{name}'",
        hint + listed,
    )


def _tag(name: str, detail: ErrorDetails, owner: type[BaseModel] | None) -> tuple[str, str]:
    context = detail.get("ctx", {})
    field = str(context.get("discriminator", "kind")).strip("'")
    if detail["type"] == "union_tag_not_found":
        return _missing(field, detail, owner)
    allowed = [word.strip("' ") for word in str(context.get("expected_tags", "")).split(",")]
    wrong = str(context.get("tag", ""))
    guess = did_you_mean(wrong, allowed)
    hint = f"是否想写“{guess}”？ / did you mean '{guess}'? " if guess else ""
    return (
        f"“{field}”的值“{wrong}”不可用 / '{wrong}' is not a value of '{field}'",
        f"{hint}可用值 / allowed: {', '.join(allowed)}",
    )


def _bounds(name: str, detail: ErrorDetails, owner: type[BaseModel] | None) -> tuple[str, str]:
    context = detail.get("ctx", {})
    limit = next(iter(context.values()), "")
    zh = {
        "greater_than_equal": f"不得小于 {limit}",
        "less_than_equal": f"不得大于 {limit}",
        "too_long": f"至多 {context.get('max_length')} 项",
        "too_short": f"至少 {context.get('min_length')} 项",
        "string_too_long": f"至多 {context.get('max_length')} 个字符",
        "string_too_short": "不能为空",
    }[detail["type"]]
    return (
        f"“{name}”{zh} / '{name}': {detail['msg'].lower()}",
        f"现在写的是 {_shown(detail)} / it now reads {_shown(detail)}",
    )


def _shape(name: str, detail: ErrorDetails, owner: type[BaseModel] | None) -> tuple[str, str]:
    if name == "key":
        return (
            f"文件名 {_shown(detail)} 不可用 / {_shown(detail)} cannot be a file name here",
            "文件名只用小写字母、数字与连字符，如 cn-miit-notices.yaml / "
            "lower-case letters, digits and hyphens only, as in cn-miit-notices.yaml",
        )
    return (
        f"“{name}”的写法不合规定：{_shown(detail)} / '{name}' has the wrong form: {_shown(detail)}",
        "小写字母、数字与连字符；语言写作 zh 或 en；单行文字 / "
        "lower-case letters, digits and hyphens; a language is zh or en; text on one line",
    )


_Teller = Callable[[str, ErrorDetails, "type[BaseModel] | None"], tuple[str, str]]
_SPECIAL: dict[str, _Teller] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "literal_error": _choice,
    "union_tag_invalid": _tag,
    "union_tag_not_found": _tag,
    "string_pattern_mismatch": _shape,
    **dict.fromkeys(
        (
            "greater_than_equal",
            "less_than_equal",
            "too_long",
            "too_short",
            "string_too_long",
            "string_too_short",
        ),
        _bounds,
    ),
}


def _place(
    loc: tuple[str | int, ...], *, data: dict[str, Any], model: type[BaseModel]
) -> tuple[tuple[str | int, ...], type[BaseModel] | None]:
    """The path as it stands in the file (union tags left out) and the model around it."""
    path: list[str | int] = []
    here: Any = data
    owner: type[BaseModel] | None = model
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if part == "[key]":
            continue
        if isinstance(here, dict) and part not in here and not last:
            owner = _variant(owner, str(part))  # the tag of a union, not a key
            continue
        path.append(part)
        if last:
            break
        here = _inside(here, part)
        owner = _model_of(owner, part)
    return tuple(path), owner


def _inside(here: Any, part: str | int) -> Any:
    if isinstance(here, dict):
        return here.get(part)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return None


_Models = tuple[type[BaseModel], ...]


def _model_of(owner: type[BaseModel] | None, part: str | int) -> type[BaseModel] | None:
    """The model of a field; for a union the first one (``_variant`` picks by tag)."""
    if owner is None or isinstance(part, int):
        return owner
    for name, info in owner.model_fields.items():
        if part in (name, info.alias):
            found = _models_in(info.annotation)
            return found[0] if found else None
    return None


def _models_in(annotation: Any) -> _Models:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    return tuple(model for part in get_args(annotation) for model in _models_in(part))


def _variant(owner: type[BaseModel] | None, tag: str) -> type[BaseModel] | None:
    """The sibling of ``owner`` whose discriminator says ``tag``."""
    if owner is None:
        return None
    candidates: list[type[BaseModel]] = [owner, *owner.__mro__[1].__subclasses__()]
    for candidate in candidates:
        style = candidate.model_fields.get("style")
        if style is not None and tag in get_args(style.annotation):
            return candidate
    return owner


def _keys(owner: type[BaseModel] | None) -> set[str]:
    if owner is None:
        return set()
    names = {info.alias or name for name, info in owner.model_fields.items()}
    return names - {"key"}


def _shown(detail: ErrorDetails) -> str:
    text = repr(detail["input"])
    return text if len(text) <= 80 else text[:77] + "…"
