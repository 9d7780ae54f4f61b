"""The statistical model: learns from reviewed items, abstains when unsure, is a plain file."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from pipelines.classify.model import LinearModel, ModelError, complete, load_model, model_text
from pipelines.classify.training import Example, TrainingError, main, train
from pipelines.items import LabelGuess

WORDS = {
    "体育": ["球队", "比赛", "夺冠", "教练", "联赛", "进球", "球员", "决赛"],
    "财经": ["股市", "基金", "利率", "上市", "融资", "净利润", "债券", "银行"],
    "教育": ["高考", "学校", "招生", "教师", "课程", "考研", "大学", "学生"],
}


def titles(start: int = 0, stop: int = 120) -> list[Example]:
    rows = []
    for name, words in WORDS.items():
        for at in range(start, stop):
            first, second = words[at % 8], words[(at * 3 + 1) % 8]
            rows.append(Example(f"第{at}期{first}与{second}的最新消息", (name,)))
    return rows


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return train(titles(), kind="section")


def test_learns_what_people_said(model: LinearModel) -> None:
    assert [
        model.guesses(t)[0].slug for t in ("球员在决赛进球", "债券基金与利率", "大学招生课程")
    ] == [
        "体育",
        "财经",
        "教育",
    ]
    assert model.accuracy > 0.95


def test_says_nothing_when_no_class_leads(model: LinearModel) -> None:
    assert model.guesses("一二三四五六七") == ()
    assert model.guesses("") == ()
    assert model.guesses("球员与银行和学生") == () or model.scores("球员与银行和学生").margin > 0


def test_a_guess_says_where_it_comes_from(model: LinearModel) -> None:
    (guess,) = model.guesses("教练带领球队夺冠")
    assert (guess.kind, guess.origin) == ("section", "model")
    assert "360条" in guess.reason
    assert 0.5 < guess.confidence <= 1


def test_the_file_gives_the_same_answers_and_holds_no_code(
    model: LinearModel, tmp_path: Path
) -> None:
    path = tmp_path / "section.npz"
    model.save(path)
    again = load_model(path)
    for example in titles(200, 220):
        assert again.scores(example.text).classes[0] == model.scores(example.text).classes[0]
    with np.load(path, allow_pickle=False) as data:
        assert all(data[name].dtype != object for name in data.files)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(b"PK\x03\x04 not a model")
    with pytest.raises(ModelError, match=r"broken\.npz"):
        load_model(path)
    with pytest.raises(ModelError):
        load_model(tmp_path / "missing.npz")


def test_training_is_reproducible_in_any_order() -> None:
    rows = titles(0, 30)
    first, second = train(rows, kind="section"), train(rows[::-1], kind="section")
    assert np.array_equal(first.weights, second.weights)
    assert first.threshold == second.threshold


def test_several_topics_of_one_item() -> None:
    rows = [
        *titles(),
        *(Example(f"{e.text}，学校考研课程", (*e.labels, "教育")) for e in titles(0, 60)[:60]),
    ]
    model = train(rows, kind="topic", several=True)
    found = {guess.slug for guess in model.guesses("球队比赛夺冠，学校考研课程")}
    assert found == {"体育", "教育"}


def test_too_little_to_learn_from() -> None:
    with pytest.raises(TrainingError, match="至少需要20条"):
        train(titles(0, 2), kind="section")
    with pytest.raises(TrainingError):
        train([e for e in titles() if e.labels == ("体育",)], kind="section")


def test_rules_come_first(model: LinearModel) -> None:
    ruled = (LabelGuess("典型案例", "section", 0.9, "rule"),)
    assert complete(ruled, models=[model], title="球队夺冠", text="") == ruled
    found = complete((), models=[model], title="球队夺冠", text="教练与球员庆祝决赛胜利")
    assert [guess.slug for guess in found] == ["体育"]


def test_one_command_from_reviewed_items_to_a_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "reviewed.jsonl", tmp_path / "section.npz"
    source.write_text(
        "\n".join(
            json.dumps({"title": e.text, "text": "", "labels": list(e.labels)}, ensure_ascii=False)
            for e in titles(0, 40)
        ),
        encoding="utf-8",
    )
    assert main([str(source), "--kind", "section", "--out", str(out)]) == 0
    assert "3类" in capsys.readouterr().out
    assert load_model(out).guesses(model_text("球队夺冠", "教练比赛"))[0].slug == "体育"
    source.write_text("", encoding="utf-8")
    assert main([str(source), "--kind", "section", "--out", str(out)]) == 1


def test_one_title_is_cheap(model: LinearModel) -> None:
    started = time.process_time()
    for _ in range(200):
        model.scores("教练带领球队在决赛夺冠，球员庆祝胜利")
    assert (time.process_time() - started) / 200 < 0.002


def test_hostile_text_takes_bounded_time(model: LinearModel) -> None:
    started = time.process_time()
    model.guesses("球" * 300_000)
    assert time.process_time() - started < 2
