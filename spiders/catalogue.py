"""Finding, reading and checking source files: packaged ones and those of the user.

A source is ``<folder>/…/<key>.yaml``. Later folders win: a file of the user with the key of a
packaged one replaces it. A broken file is reported and never hides the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spiders.cms import FAMILIES
from spiders.explain import did_you_mean, explain
from spiders.spec import KINDS, FeedSpec, HtmlListSpec, JsonApiSpec, SitemapSpec
from spiders.yamlread import Parsed, YamlProblem, read_yaml

Spec = FeedSpec | HtmlListSpec | JsonApiSpec | SitemapSpec
_SUFFIXES = (".yaml", ".yml")


class CatalogueError(Exception):
    """One mistake in one source file. ``field`` is a dotted path; texts are zh / en.

    ``is_folder``: a whole folder of files is not there.
    """

    code = "catalogue_error"

    def __init__(
        self,
        file: Path,
        message: str,
        remedy: str,
        *,
        line: int = 1,
        field: str = "",
        is_folder: bool = False,
    ) -> None:
        self.file = file
        self.is_folder = is_folder
        self.line = line
        self.field = field
        self.message = message
        self.remedy = remedy
        super().__init__(str(self))

    @property
    def key(self) -> str:
        """The key of the source whose file this is."""
        return self.file.stem

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" + (f" [{self.field}]" if self.field else "")
        return f"{where}: {self.message}\n  → {self.remedy}"


class UnknownSource(LookupError):
    """No source file has this key."""

    code = "unknown_source"

    def __init__(self, key: str, known: Iterable[str]) -> None:
        self.key = key
        self.guess = did_you_mean(key, known)
        hint = (
            f"是否想找 {self.guess}？ / did you mean {self.guess}?"
            if self.guess
            else "用 dibao source list 查看全部 / list them with: dibao source list"
        )
        super().__init__(f"没有来源“{key}” / no source '{key}'. {hint}")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All sources that could be read, and what is wrong with the others."""

    specs: Mapping[str, Spec]
    errors: tuple[CatalogueError, ...] = ()
    paths: Mapping[str, Path] = field(default_factory=dict)

    def get(self, key: str) -> Spec:
        """The source with this key. Raises its ``CatalogueError``, or ``UnknownSource``."""
        if key in self.specs:
            return self.specs[key]
        for error in self.errors:
            if error.key == key:
                raise error
        raise UnknownSource(key, self.specs)

    def tagged(self, tag: str) -> list[Spec]:
        """The sources with this tag, level or topic, by key."""
        return [
            spec
            for _, spec in sorted(self.specs.items())
            if tag in spec.tags or tag == spec.level or tag in spec.topics
        ]


def packaged_folder() -> Path:
    """The folder of source files that comes with the package."""
    return Path(str(files("spiders"))) / "catalog"


def source_files(
    folders: Sequence[Path] = (), *, packaged: Path | None = None
) -> tuple[dict[str, Path], list[CatalogueError]]:
    """The file of every key, and errors about the files' places and names."""
    found: dict[str, Path] = {}
    errors: list[CatalogueError] = []
    for folder in (packaged or packaged_folder(), *folders):
        if not folder.is_dir():
            errors.append(
                CatalogueError(
                    folder,
                    "来源文件夹不存在 / the folder of sources does not exist",
                    "检查配置 crawl.catalog_folders / check the setting crawl.catalog_folders",
                    is_folder=True,
                )
            )
            continue
        here: dict[str, Path] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix not in _SUFFIXES or not path.is_file() or path.name.startswith("."):
                continue
            if path.stem in here:
                errors.append(_duplicate(path, here[path.stem]))
            else:
                here[path.stem] = path
        found.update(here)
    return found, errors


def load_catalogue(folders: Sequence[Path] = (), *, packaged: Path | None = None) -> Catalogue:
    """Read all sources: the packaged ones (or those in ``packaged``), then ``folders``."""
    paths, errors = source_files(folders, packaged=packaged)
    specs: dict[str, Spec] = {}
    for key, path in sorted(paths.items()):
        try:
            specs[key] = read_source(path)
        except SourceFileErrors as group:
            errors.extend(group.errors)
    errors.sort(key=lambda error: (str(error.file), error.line))
    return Catalogue(specs, tuple(errors), paths)


def find_spec(key: str, folders: Sequence[Path] = (), *, packaged: Path | None = None) -> Spec:
    """Read one source only. Raises ``CatalogueError`` or ``UnknownSource``."""
    paths, _ = source_files(folders, packaged=packaged)
    if key not in paths:
        raise UnknownSource(key, paths)
    try:
        return read_source(paths[key])
    except SourceFileErrors as group:
        raise group.errors[0] from group


def check_catalogue(
    folders: Sequence[Path] = (), *, packaged: Path | None = None
) -> tuple[CatalogueError, ...]:
    """All mistakes in all source files (for ``dibao source check``)."""
    return load_catalogue(folders, packaged=packaged).errors


class SourceFileErrors(Exception):
    """All mistakes of one file."""

    def __init__(self, errors: list[CatalogueError]) -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))


def read_source(path: Path) -> Spec:
    """Read one file. Raises ``SourceFileErrors`` with every mistake in it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceFileErrors(
            [
                CatalogueError(
                    path,
                    f"无法读取：{error.strerror} / cannot be read: {error.strerror}",
                    "检查文件权限 / check the permissions of the file",
                )
            ]
        ) from error
    return parse_source(content, path=path)


def parse_source(content: bytes, *, path: Path) -> Spec:
    """Check the text of a source file; ``path`` gives the key and is named in errors."""
    try:
        parsed = read_yaml(content)
    except YamlProblem as problem:
        raise SourceFileErrors([_from_yaml(problem, path)]) from problem
    data = parsed.data
    if not isinstance(data, dict):
        raise SourceFileErrors(
            [
                CatalogueError(
                    path,
                    "文件应是 键: 值 的映射 / the file must be a mapping (key: value)",
                    "参照 docs/sources 中的例子 / follow the example in docs/sources",
                )
            ]
        )
    if "key" in data:
        raise SourceFileErrors(
            [
                CatalogueError(
                    path,
                    "不能写 key：文件名就是它 / no 'key' here: it is the name of the file",
                    "删除这一行 / remove this line",
                    line=parsed.line_of(("key",)),
                    field="key",
                )
            ]
        )
    merged, model = _with_family(data, parsed=parsed, path=path)
    try:
        return model.model_validate(merged)
    except ValidationError as error:
        raise SourceFileErrors(_from_model(error, merged, model, parsed, path)) from error


def _with_family(
    data: dict[str, Any], *, parsed: Parsed, path: Path
) -> tuple[dict[str, Any], type[Spec]]:
    """The data over the defaults of its CMS family, and the model of its kind."""
    defaults: Mapping[str, Any] = {}
    family = data.get("family")
    if family is not None:
        if family not in FAMILIES:
            raise SourceFileErrors([_bad_choice("family", family, FAMILIES, parsed, path)])
        defaults = FAMILIES[family].defaults_for(data.get("kind"))
    merged = _merge(defaults, data)
    kind = merged.get("kind")
    if kind not in KINDS:
        raise SourceFileErrors([_bad_choice("kind", kind, KINDS, parsed, path)])
    merged["key"] = path.stem
    return merged, KINDS[kind]


def _merge(defaults: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` over ``defaults``; mappings are merged one level deep, ``null`` removes."""
    merged = dict(defaults)
    for name, value in data.items():
        base = merged.get(name)
        if isinstance(base, dict) and isinstance(value, dict):
            keep = base if base.get("style") == value.get("style", base.get("style")) else {}
            merged[name] = {**keep, **value}
        else:
            merged[name] = value
    return {name: value for name, value in merged.items() if value is not None}


def _bad_choice(
    name: str, value: Any, known: Iterable[str], parsed: Parsed, path: Path
) -> CatalogueError:
    allowed = sorted(known)
    guess = did_you_mean(str(value), allowed)
    hint = f"是否想写“{guess}”？ / did you mean '{guess}'? " if guess else ""
    if value is None:
        message = f"缺少“{name}” / '{name}' is missing"
    else:
        message = f"“{name}”的值“{value}”不可用 / '{value}' is not a value of '{name}'"
    return CatalogueError(
        path,
        message,
        f"{hint}可用值 / allowed: {', '.join(allowed)}",
        line=parsed.line_of((name,)),
        field=name,
    )


def _from_model(
    error: ValidationError,
    data: dict[str, Any],
    model: type[Spec],
    parsed: Parsed,
    path: Path,
) -> list[CatalogueError]:
    return [
        CatalogueError(
            path,
            item.message,
            item.remedy,
            line=parsed.line_of(item.path),
            field=".".join(str(part) for part in item.path),
        )
        for item in explain(error, data=data, model=model)
    ]


def _from_yaml(problem: YamlProblem, path: Path) -> CatalogueError:
    return CatalogueError(
        path,
        problem.message,
        problem.remedy,
        line=problem.line,
        field=".".join(str(part) for part in problem.path),
    )


def _duplicate(path: Path, other: Path) -> CatalogueError:
    return CatalogueError(
        path,
        f"与 {other} 同名，来源键必须唯一 / same name as {other}, keys must be unique",
        "改一个文件名 / rename one of the files",
    )
