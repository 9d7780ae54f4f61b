"""The documentation says what the code does: reference pages, links, commands, meanings."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "bench" / "README.md"])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"^dibao ([a-z]+)(?: ([a-z]+))?", re.MULTILINE)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_pages_are_what_the_code_gives(generator: ModuleType) -> None:
    for name, text in generator.pages().items():
        path = ROOT / "docs" / "reference" / name
        assert path.read_text(encoding="utf-8") == text, "run: python docs/generate.py"


def test_every_key_command_and_code_has_a_meaning(generator: ModuleType) -> None:
    for name, text in generator.pages().items():
        empty = [line for line in text.splitlines() if line.endswith("|  |")]
        assert empty == [], f"{name}: describe these, or add them to docs/meanings.toml"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_commands_in_the_pages_exist() -> None:
    import typer

    from crawler.cli import app

    root = typer.main.get_command(app)
    commands = getattr(root, "commands", {})
    for page in PAGES:
        for block in re.findall(r"```[a-z]*\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for name, below in COMMAND.findall(block):
                assert name in commands, f"{page.name}: dibao {name}"
                children = getattr(commands[name], "commands", None)
                assert children is None or below in children, f"{page.name}: dibao {name} {below}"


def test_nothing_in_the_repository_names_a_machine() -> None:
    marks = re.compile(r"/home/|/root/|/Users/|C:\\\\")
    for path in [*PAGES, *ROOT.glob("*.toml"), ROOT / "Makefile"]:
        assert not marks.search(path.read_text(encoding="utf-8")), path
