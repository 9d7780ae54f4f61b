"""What matters to somebody: scores with reasons, words that rule a page out."""

from __future__ import annotations

import pytest

from pipelines.relevance import DEFAULT_LEAST, Interests, Seen, relevance


def test_words_in_the_title_count_more_than_further_down() -> None:
    wanted = Interests(words=("算力",))
    scores = [
        relevance(seen, wanted).score
        for seen in (
            Seen("算力券发放"),
            Seen("某通知", "本通知所称算力券"),
            Seen("某通知", "无关内容。" * 200 + "算力"),
            Seen("某通知", "无关内容"),
        )
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4
    assert scores[-1] == 0


def test_every_score_says_why() -> None:
    found = relevance(
        Seen("某市算力券办法", topics={"算力": 0.9}, region="CN-浙江-杭州", official=True),
        Interests(topics=("算力",), regions=("浙江",), words=("算力券",)),
    )
    assert found.score == pytest.approx(min(1, 0.5 + 0.57 + 0.15 + 0.1))
    assert found.reasons == ("标题含“算力券”", "主题 算力", "地区 CN-浙江-杭州", "机关原文")
    none = relevance(Seen("天气"), Interests(topics=("算力",)))
    assert (none.score, none.dropped) == (0, "")
    assert none.reasons


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (Seen("算力公司招聘"), "招聘"),
        (Seen("算力", "诚聘英才，招聘三人"), "招聘"),
        (Seen("算力", region="CN-广东"), "地区不符"),
        (Seen("算力"), "地区不符：未知"),
    ],
)
def test_what_is_ruled_out_stays_out(seen: Seen, why: str) -> None:
    wanted = Interests(words=("算力",), not_words=("招聘",), regions=("CN-浙江",))
    found = relevance(seen, wanted)
    assert not found.enough(0)
    assert why in found.dropped


def test_a_mention_deep_in_the_text_rules_nothing_out() -> None:
    seen = Seen("算力券办法", "支持企业使用算力。" * 60 + "组织人才招聘。")
    assert relevance(seen, Interests(words=("算力",), not_words=("招聘",))).score > 0.4


def test_latin_words_stand_alone() -> None:
    assert relevance(Seen("BLOCKCHAIN in Britain"), Interests(words=("AI",))).score == 0
    assert relevance(Seen("使用ai大模型"), Interests(words=("AI",))).score == 0.5


@pytest.mark.parametrize(
    ("seen", "kept"),
    [
        (Seen("Ten ways to cook rice"), False),
        (Seen("大模型发布", topics={"人工智能": 0.6}), True),
        (Seen("关于召开会议的通知", official=True), True),
        (Seen("某公司判决", sections=("典型案例",)), True),
        (Seen("旅游攻略", topics={"文旅/文化": 0.5}, sections=("行业热点",), brief=True), False),
        (Seen("算力板块午后拉升 多股涨停", topics={"算力/网络/芯片": 0.95}), False),
        (Seen("证监局通报盘中异动核查", topics={"投融资": 0.95}, level="provincial"), True),
        (Seen("【广告】大模型课程限时秒杀", topics={"人工智能": 0.95}), False),
        (Seen("某企业秋招开启", topics={"人才/教育": 0.75}), False),
        (Seen("区块链专业校园招聘", topics={"人才/教育": 0.75, "区块链": 0.95}), True),
        (Seen("某公司搬家", sections=("行业热点",), brief=True), False),
        (Seen("某局工作动态", sections=("行业热点",), brief=True, official=True), True),
    ],
)
def test_without_interests_only_noise_is_left_out(seen: Seen, kept: bool) -> None:
    assert relevance(seen, Interests()).enough(DEFAULT_LEAST) is kept
