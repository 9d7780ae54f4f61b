"""A small, strict YAML: plain data only, every value with the line it stands on.

Refused: tags, anchors, aliases, merge keys, duplicate keys, several documents, deep or large
files. Unquoted words are read as in JSON: ``true``, ``false``, ``null`` and decimal numbers;
everything else is text, so ``no``, ``012``, ``12:30:45`` and ``2024-01-01`` stay what was typed
(YAML 1.1 would make them false, 10, 45045 and a date).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 64 * 1024
MAX_NODES = 4000
MAX_DEPTH = 12

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]


class YamlProblem(Exception):
    """Why a file is not the YAML we accept. ``line`` counts from 1; texts are zh / en."""

    def __init__(self, message: str, remedy: str, *, line: int, path: Path = ()) -> None:
        self.message = message
        self.remedy = remedy
        self.line = line
        self.path = path
        super().__init__(f"line {line}: {message}")


@dataclass(slots=True)
class Parsed:
    """The data of one file and the line of every key and list entry, by path."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """Line of the nearest known ancestor of ``path`` (1 if there is none)."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1


def read_yaml(content: bytes) -> Parsed:
    """Parse one document. Raises ``YamlProblem``, nothing else."""
    if len(content) > MAX_BYTES:
        raise YamlProblem(
            f"文件大于 {MAX_BYTES // 1024} KB / the file is larger than {MAX_BYTES // 1024} KB",
            "一个来源一个文件，通常 12–25 行 / one source per file, usually 12 to 25 lines",
            line=1,
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlProblem(
            "文件不是 UTF-8 编码 / the file is not UTF-8",
            "用编辑器另存为 UTF-8 / save it as UTF-8",
            line=content.count(b"\n", 0, error.start) + 1,
        ) from error
    reader = _Reader()
    try:
        reader.consume(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlProblem(
            f"YAML 语法错误：{error.problem} / YAML syntax: {error.problem}",
            "检查该行及上一行的缩进、冒号后的空格与引号 / "
            "check this and the line above: indentation, a space after the colon, quotes",
            line=mark.line + 1 if mark else 1,
        ) from error
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise YamlProblem(
            f"YAML 无法读取：{reason} / unreadable YAML: {reason}",
            "删除不可见的控制字符 / remove invisible control characters",
            line=1,
        ) from error
    return reader.parsed


class _Reader:
    """Builds plain data from parser events; a stack frame per open mapping or list."""

    def __init__(self) -> None:
        self.parsed = Parsed(None)
        self.nodes = 0
        self.documents = 0

    def consume(self, events: Iterator[Any]) -> None:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    self._refuse(event, "多个文档（---） / more than one document (---)")
                self.parsed.data = self._node(next(events), events, path=(), depth=0)

    def _node(self, event: Any, events: Iterator[Any], *, path: Path, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            self._refuse(event, "内容过多或嵌套过深 / too many values or nested too deeply")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._refuse(event, "锚点与别名（& *） / anchors and aliases (& *)", path=path)
        if event.tag is not None:
            self._refuse(event, f"标签 {event.tag} / tag {event.tag}", path=path)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, path=path, depth=depth)
        return self._mapping(events, path=path, depth=depth)

    def _list(self, events: Iterator[Any], *, path: Path, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            here = (*path, len(items))
            self.parsed.lines[here] = event.start_mark.line + 1
            items.append(self._node(event, events, path=here, depth=depth + 1))
        return items

    def _mapping(self, events: Iterator[Any], *, path: Path, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, "键不是文字 / a key that is not text", path=path)
            key = event.value
            here = (*path, key)
            if key == "<<" and not event.style:
                self._refuse(event, "合并键 << / merge key <<", path=path)
            if key in found:
                raise YamlProblem(
                    f"键“{key}”重复，首次出现在第 {self.parsed.lines[here]} 行 / "
                    f"key '{key}' appears twice, first on line {self.parsed.lines[here]}",
                    "删去其中一个 / remove one of them",
                    line=event.start_mark.line + 1,
                    path=here,
                )
            if event.anchor is not None or event.tag is not None:
                self._refuse(event, "键带锚点或标签 / a key with an anchor or tag", path=path)
            self.parsed.lines[here] = event.start_mark.line + 1
            found[key] = self._node(next(events), events, path=here, depth=depth + 1)
        return found

    def _refuse(self, event: Any, what: str, *, path: Path = ()) -> None:
        raise YamlProblem(
            f"来源文件不接受：{what}",
            "只写普通的键、文字、数字与列表；特殊符号开头的文字请加引号 / "
            "write plain keys, text, numbers and lists; quote text that starts with a symbol",
            line=event.start_mark.line + 1,
            path=path,
        )


def _scalar(event: yaml.ScalarEvent) -> Any:
    value = event.value
    if event.style:  # quoted or block: always text
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _INTEGER.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value):
        return float(value)
    return value
