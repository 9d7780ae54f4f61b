"""What is packed with ISA-L is read without it, and the other way round."""

from __future__ import annotations

import gzip
import runpy
import sys
from collections.abc import Callable
from typing import Any

import pytest

from storage import deflate

PAGE = "<p>示例市数据局关于公共数据授权运营的通知</p>".encode() * 400
NEAR = "示例市数据局关于公共数据授权运营的通知".encode() * 3000  # more than a window


@pytest.fixture(params=["as installed", "without ISA-L"])
def packing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    if request.param == "without ISA-L":
        monkeypatch.setitem(sys.modules, "isal", None)
    return runpy.run_path(deflate.__file__)


def test_a_member_is_an_ordinary_gzip_file(packing: dict[str, Any]) -> None:
    member: Callable[[bytes], bytes] = packing["gzip_member"]
    assert gzip.decompress(member(PAGE) + member(b"")) == PAGE
    assert len(member(PAGE)) < len(PAGE) / 20


def test_what_repeats_its_neighbour_is_small_and_comes_back(packing: dict[str, Any]) -> None:
    packed = packing["packed_near"](PAGE, near=NEAR)
    assert len(packed) < 300
    assert deflate.unpacked_near(packed, near=NEAR) == PAGE
