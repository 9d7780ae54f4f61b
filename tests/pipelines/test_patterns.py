"""No pattern of the pipelines is super-linear: strings made from each pattern's own repeats.

For every repeat in a pattern a string is written that satisfies the repeat over and over and then
fails. CPU time at growing lengths is compared: four times the text may cost about four times as
much.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pipelines

PROBES, LENGTHS = (20, 100), (800, 3_200)
SLOW = 0.002  # seconds of CPU below which growth is not looked at
BEYOND_DOUBT = 0.2  # seconds of CPU that no other work on the machine explains
SURE = 5.0  # times the CPU for four times the text, up to which one comparison is enough
WORST = 9.0  # times the CPU for four times the text: linear is 4, quadratic 16
WORST_FURTHER = 4.5  # and for three times that: linear is 3, quadratic 9
_FLAGS = {"IGNORECASE": re.I, "MULTILINE": re.M, "DOTALL": re.S, "I": re.I, "M": re.M, "S": re.S}
_CALLS = {"compile", "search", "match", "fullmatch", "split", "sub", "findall", "finditer"}


def modules() -> Iterator[str]:
    for found in pkgutil.walk_packages(pipelines.__path__, "pipelines."):
        yield found.name


def compiled() -> dict[tuple[str, int], str]:
    """Every pattern of the package with the place it comes from: globals and inline literals."""
    found: dict[tuple[str, int], str] = {}
    for name in modules():
        module = importlib.import_module(name)
        for key, value in vars(module).items():
            for pattern in _patterns(value):
                found.setdefault((pattern.pattern, pattern.flags), f"{name}.{key}")
        for text, flags, line in _literals(Path(str(module.__file__))):
            pattern = re.compile(text, flags)
            found.setdefault((text, pattern.flags), f"{name}:{line}")
    return found


def _patterns(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _patterns(part)
    elif isinstance(value, list | tuple) and len(value) < 500:
        for part in value:
            yield from _patterns(part)


def _literals(path: Path) -> Iterator[tuple[str, int, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _CALLS
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            named = [n.attr for a in (*node.args[1:], *(k.value for k in node.keywords))
                     for n in ast.walk(a) if isinstance(n, ast.Attribute)]  # fmt: skip
            flags = 0
            for name in named:
                flags |= _FLAGS.get(name, 0)
            yield node.args[0].value, flags, node.lineno


def hostile(text: str, flags: int) -> list[str]:
    """Units to repeat: what each repeat of the pattern takes, alone and with what stands around."""
    tree = parser.parse(text, flags)
    units = {" ", "1"}
    _collect(tree, "", units)
    return sorted(unit for unit in units if unit)[:9]


def _collect(tree: Iterable[Any], before: str, units: set[str]) -> None:
    lead = before
    for kind, value in tree:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            low, high, body = value
            unit = sample(body)
            if high > 4:
                units.add(unit)
                units.add((lead + unit)[-12:])
            _collect(body, lead, units)
            lead += unit * max(1, low)
        else:
            for inner in _children(kind, value):
                _collect(inner, lead, units)
            lead += _one(kind, value)


def _children(kind: Any, value: Any) -> list[Any]:
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind is op.BRANCH:
        return list(value[1])
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [value[1]]
    if kind is op.ATOMIC_GROUP:
        return [value]
    return []


def sample(tree: Iterable[Any]) -> str:
    return "".join(_one(kind, value) for kind, value in tree)


def _one(kind: Any, value: Any) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.NOT_LITERAL:
        return "甲" if value != ord("甲") else "乙"
    if kind is op.ANY:
        return "甲"
    if kind is op.IN:
        return _in(value)
    if kind is op.BRANCH:
        return sample(value[1][0])
    if kind is op.SUBPATTERN:
        return sample(value[3])
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return sample(value[2]) * max(1, int(value[0]))
    return ""


_CATEGORIES = {
    op.CATEGORY_DIGIT: "1", op.CATEGORY_NOT_DIGIT: "甲", op.CATEGORY_SPACE: " ",
    op.CATEGORY_NOT_SPACE: "甲", op.CATEGORY_WORD: "a", op.CATEGORY_NOT_WORD: "-",
}  # fmt: skip


def _in(members: list[Any]) -> str:
    if members and members[0][0] is op.NEGATE:
        barred = "".join(_one(op.IN, [member]) for member in members[1:])
        return str(next(c for c in "甲a1 -,。<" if c not in barred))
    kind, value = members[0]
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.RANGE:
        return chr(value[0])
    return str(_CATEGORIES.get(value, "a"))


def cpu(pattern: re.Pattern[str], text: str) -> float:
    """Least CPU of three readings, of one where it is little or very much."""
    best = 1e9
    for _ in range(3):
        started = time.process_time()
        for _match in pattern.finditer(text):
            pass
        best = min(best, time.process_time() - started)
        if best < SLOW / 10 or best > BEYOND_DOUBT:
            break
    return best


def growth(pattern: re.Pattern[str], unit: str) -> str | None:
    """What shows that the pattern is super-linear on ``unit`` over and over, if it is."""
    for length in PROBES:
        spent = cpu(pattern, _repeated(unit, length))
        if spent > SLOW:
            return f"{unit!r} x {length}: {spent * 1000:.1f} ms"
    before = cpu(pattern, _repeated(unit, LENGTHS[0]))
    if before < SLOW / 40:
        return None
    after = cpu(pattern, _repeated(unit, LENGTHS[1]))
    for _ in range(4):
        if after <= SLOW or after <= SURE * before:
            return None
        # other work on the machine may have slowed a reading
        before = min(before, cpu(pattern, _repeated(unit, LENGTHS[0])))
        after = min(after, cpu(pattern, _repeated(unit, LENGTHS[1])))
    # a repeat with a bound grows faster only until the text is much longer than the bound
    further = cpu(pattern, _repeated(unit, 3 * LENGTHS[1]))
    if after <= WORST * before or further <= WORST_FURTHER * after:
        return None
    return f"{unit!r}: {before * 1000:.2f} ms, four times the text {after * 1000:.1f} ms"


def _repeated(unit: str, length: int) -> str:
    return unit * (length // len(unit) + 1) + "\x00"


def test_no_pattern_is_super_linear() -> None:
    slow: dict[str, str] = {}
    for (text, flags), where in compiled().items():
        pattern = re.compile(text, flags)
        for unit in hostile(text, flags):
            found = growth(pattern, unit)
            if found is not None:
                slow[where] = found
                break
    assert slow == {}


def test_the_test_finds_what_it_looks_for() -> None:
    for text in (r"\s*x\s*=", r"(?:a|b)+\Z", r".*(?:foo|bar)", r"(?:a+)+\Z"):
        assert any(growth(re.compile(text), unit) for unit in hostile(text, 0)), text
