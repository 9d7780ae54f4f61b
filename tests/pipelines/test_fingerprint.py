"""Exact and near-duplicate keys: stable, tolerant of print noise, cheap."""

from __future__ import annotations

import random
import time

from pipelines.fingerprint import (
    LONG_TEXT,
    containment,
    fingerprint,
    likeness,
    normalise_text,
    sentence_hashes,
)


def text_of(seed: int, *, sentences: int) -> str:
    """Distinct sentences of Han characters."""
    source = random.Random(seed)  # noqa: S311
    parts = (
        "".join(chr(source.randint(0x4E00, 0x9FA5)) for _ in range(source.randint(15, 40)))
        for _ in range(sentences)
    )
    return "。".join(parts) + "。"


def noisy(text: str, *, share: float) -> str:
    source = random.Random(1)  # noqa: S311
    return "".join("口" if source.random() < share else char for char in text)


def test_width_spaces_and_punctuation_do_not_matter() -> None:
    plain = "（一）到2025年，培育100家企业（VR/AR）。"
    printed = "(一) 到 ２０２５ 年,培育 100 家企业 (vr\\ar).\n"
    assert normalise_text(plain) == normalise_text(printed)
    assert fingerprint(plain).text_sha256 == fingerprint(printed).text_sha256


def test_a_sentence_has_the_same_hash_alone_and_in_a_text() -> None:
    sentences = [
        "为落实ＡＩ＋行动，现将有关事项通知如下",
        "第二条 本办法自２０２６年１月１日起_施行",
        "The Straße of ΑΣ has ﬁve offices in total",
    ]
    for mark in ("。", "；\n", "?!"):
        alone = [found for sentence in sentences for found in sentence_hashes(sentence)]
        assert sentence_hashes(mark.join(sentences)) == tuple(alone)
        assert len(alone) == 3


def test_stored_values_never_change() -> None:
    short = fingerprint("第%d条 本办法自2026年1月1日起施行，由工业和信息化部负责解释。")
    assert short.text_sha256.startswith("35896374a360c588")
    assert short.bands[:2] == (-7626032758646341434, 4568743755739892272)
    assert short.sentences == (-6026679763474260181,)
    long = fingerprint("".join(chr(0x4E00 + n * 37 % 20000) for n in range(700)) + "。")
    assert long.text_sha256.startswith("6a46bca08eff7cbd")
    assert long.bands[:2] == (-152197247046461295, -5983351172213997972)
    assert long.sentences == (-3418730628533634300,)


def test_long_and_short_texts_survive_two_per_cent_of_noise() -> None:
    for sentences in (8, 60):
        text = text_of(sentences, sentences=sentences)
        one, two = fingerprint(text), fingerprint(noisy(text, share=0.02))
        assert (one.length >= LONG_TEXT) == (sentences == 60)
        assert likeness(one.signature, two.signature) > 0.75
        assert set(one.bands) & set(two.bands)


def test_different_texts_share_nothing() -> None:
    for sentences in (8, 60):
        one = fingerprint(text_of(1, sentences=sentences))
        two = fingerprint(text_of(2, sentences=sentences))
        assert likeness(one.signature, two.signature) < 0.1
        assert not set(one.bands) & set(two.bands)


def test_an_excerpt_is_found_by_its_sentences() -> None:
    text = text_of(3, sentences=90)
    excerpt = text[: len(text) // 3]
    shared, share = containment(sentence_hashes(text), sentence_hashes(excerpt))
    assert shared >= 25
    assert share > 0.9


def test_keys_fit_the_columns() -> None:
    found = fingerprint(text_of(4, sentences=30))
    assert len(found.bands) == 25
    assert len(found.signature) == 512
    for value in (*found.bands, *found.sentences):
        assert -(2**63) <= value < 2**63


def test_the_stored_format_is_pinned() -> None:
    """Stored keys outlive a release: a change here needs a re-computation of every document."""
    short, long = (
        fingerprint("数据要素市场化配置改革" * 3),
        fingerprint("数据要素市场化配置改革" * 80),
    )
    assert short.text_sha256.startswith("24756ebf72fb")
    assert (short.bands[0], long.bands[0]) == (-9095919042418004415, -2434681718818833711)
    assert short.sentences == (-2467532076507438403,)


def test_no_text_gives_no_keys() -> None:
    empty = fingerprint(" 。。\n")
    assert (empty.bands, empty.sentences, empty.signature, empty.length) == ((), (), b"", 0)
    assert likeness(empty.signature, empty.signature) == 0.0
    assert fingerprint("一").length == 1


def test_a_huge_text_takes_bounded_time() -> None:
    started = time.process_time()
    fingerprint("数据。" * 300_000)
    fingerprint("数" * 1_000_000)
    assert time.process_time() - started < 4.0
