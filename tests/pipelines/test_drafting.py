"""Drafts against their source: what is invented is found, what is there is not doubted."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pipelines.drafting import PromptError, build_question, check_draft

SOURCE = (
    "济南市人民政府办公厅印发《济南市元宇宙行动计划（2022—2025年）》（济政办字〔2022〕55号）。\n"
    "到2025年，培育100家以上企业，投入1.2亿元。自2022年12月1日起施行。五部门联合开展。\n"
    "按30%给予补助，最高500万元，产业规模达到千亿级。企业称之为“示范工程”。十六个部门参加。"
)


@pytest.mark.parametrize(
    "draft",
    [
        "济南市印发《济南市元宇宙行动计划（2022—2025年）》（济政办字〔2022〕55号）。",
        "到2025年培育100家以上企业，自12月1日起施行，2022年12月施行。",
        "5部门联合，16个部门参加，投入12000万元，最高500万元。",
        "按三成给予补助，产业规模达到1000亿元。",
        "统一开展一批“示范工程”，一一落实。",
    ],
)
def test_what_the_source_says_is_not_doubted(draft: str) -> None:
    assert check_draft(draft, SOURCE) == ()


@pytest.mark.parametrize(
    ("draft", "kind", "text"),
    [
        ("培育120家企业", "number", "120"),
        ("六部门联合", "number", "六"),
        ("投入1.3亿元", "number", "1.3"),
        ("2022年12月2日起施行", "date", "2022年12月2日"),
        ("到2026年建成", "date", "2026年"),
        ("依据《某办法》执行", "title", "《某办法》"),
        ("（济政办字〔2022〕56号）", "doc_number", "济政办字〔2022〕56号"),
        ("称之为“样板工程”", "quote", "“样板工程”"),
    ],
)
def test_what_the_source_does_not_say_is_doubted(draft: str, kind: str, text: str) -> None:
    (doubt,) = check_draft(draft, SOURCE)
    assert doubt.kind == kind
    assert doubt.text.startswith(text)
    assert draft[doubt.start : doubt.end] == doubt.text


def test_the_prompt_holds_the_text_and_nothing_runs_out_of_it(tmp_path: Path) -> None:
    values = {"title": "$text", "text": "甲乙" * 500, "facts": {"文号": "甲〔2026〕1号"}}
    asked = build_question(**values, limit=110, max_chars=100)  # type: ignore[arg-type]
    assert asked.cut
    assert asked.prompt.count("甲乙") == 50
    assert "标题：$text" in asked.prompt
    assert "文号：甲〔2026〕1号" in asked.prompt
    own = tmp_path / "prompt.txt"
    own.write_text("Summarise: $text (100$$)", encoding="utf-8")
    mine = build_question(title="", text="abc", facts={}, limit=1, max_chars=9, template=own)
    assert mine.prompt == "Summarise: abc (100$)"
    for bad in ("no text", "$text $secret", "$text $"):
        own.write_text(bad, encoding="utf-8")
        with pytest.raises(PromptError):
            build_question(title="", text="a", facts={}, limit=1, max_chars=9, template=own)


def test_hostile_drafts_take_bounded_time() -> None:
    started = time.process_time()
    for hostile in ("《" * 4000, "1" * 4000, "一" * 4000, "2022年" * 1000, "“" * 4000):
        check_draft(hostile, hostile * 10)
    assert time.process_time() - started < 3
