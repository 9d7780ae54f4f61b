"""The house rules that a machine can see: sizes of modules and functions, owners of names."""

from __future__ import annotations

import ast
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("crawler", "review", "digest", "spiders", "pipelines", "storage")
TREES = (*PACKAGES, "tests", "bench", "docs")
MODULE_LINES = 400
FUNCTION_LINES = 50
# A migration lists tables; it is written once and never edited.
VERSIONS = ROOT / "storage" / "migrations" / "versions"
MODULES = [path for tree in TREES for path in sorted((ROOT / tree).rglob("*.py"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_modules_stay_small() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in MODULES
    }
    assert {name: size for name, size in sizes.items() if size > MODULE_LINES} == {}


def test_functions_stay_small_and_every_module_says_what_it_is() -> None:
    long, silent = {}, []
    for path in MODULES:
        text = path.read_text("utf-8")
        tree = ast.parse(text)
        if text.strip() and not ast.get_docstring(tree):
            silent.append(name_of(path))
        if VERSIONS in path.parents:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or 0) - node.lineno + 1
                if size > FUNCTION_LINES:
                    long[f"{name_of(path)}:{node.lineno} {node.name}"] = size
    assert long == {}
    assert silent == []


def test_the_top_level_is_as_decided() -> None:
    allowed = {*PACKAGES, "tests", "bench", "docs", "deploy"}
    folders = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and any(path.glob("**/*.*"))
    }
    assert folders - {"data", "dist", "build"} <= allowed


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from this tree without network."""
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    return zipfile.ZipFile(path)


def test_the_wheel_carries_what_runs(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    for package in PACKAGES:
        assert f"{package}/__init__.py" in names
    for path in (
        "crawler/dibao.example.toml",
        "storage/migrations/env.py",
        "pipelines/classify/taxonomy.toml",
    ):
        assert path in names, path
    for folder, suffix in (
        ("spiders/catalog/", ".yaml"),
        ("digest/templates/", ".j2"),
        ("review/templates/", ".html"),
        ("review/static/", ".css"),
        ("crawler/demo/", ".yaml"),
    ):
        assert any(name.startswith(folder) and name.endswith(suffix) for name in names), folder


def test_the_wheel_carries_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_package_names_have_one_owner() -> None:
    from importlib.metadata import packages_distributions

    owners = packages_distributions()
    for package in PACKAGES:
        assert set(owners.get(package, ["dibao"])) == {"dibao"}


def test_dependencies_are_locked_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = (ROOT / "requirements.lock").read_text("utf-8")
    for line in project["dependencies"]:
        name = line.split(">")[0].split("<")[0].split("=")[0].strip()
        assert f"\n{name}==" in f"\n{locked}", f"{name} is not in requirements.lock"
    assert locked.count("--hash=sha256:") > len(project["dependencies"])
    assert "://" not in locked
