"""发文字号 in every written form, and which of them is the document's own."""

from __future__ import annotations

import time

import pytest

from pipelines.fields.docnumber import find_doc_numbers, normalise_doc_number, own_number


@pytest.mark.parametrize(
    "text",
    [
        "国办发〔2018〕71号", "国办发[2018]71号", "国办发(2018)71号", "国办发（2018）71号",
        "国办发【2018】71号", "国办发﹝2018﹞71号", "国办发〔２０１８〕７１号",
        "国办发〔2018〕 71 号", "国办发〔2018〕第71号", "国办发〔2018〕071号",
        "国办发〔二〇一八〕七十一号", "国办发 〔2018〕71号",
    ],
)  # fmt: skip
def test_one_normal_form(text: str) -> None:
    assert normalise_doc_number(text) == "国办发〔2018〕71号"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("中华人民共和国国务院令第701号", "国令第701号"),
        ("国务院令（第701号）", "国令第701号"),
        ("国务院第701号令", "国令第701号"),
        ("国令第754号", "国令第754号"),
        ("中华人民共和国主席令（第九号）", "主席令第9号"),
        ("国家市场监督管理总局令第50号", "国家市场监督管理总局令第50号"),
        ("国家税务总局公告2023年第5号", "国家税务总局公告2023年第5号"),
        ("工业和信息化部公告　2023年第12号", "工业和信息化部公告2023年第12号"),
        ("发改办财金规〔2019〕860号", "发改办财金规〔2019〕860号"),
        ("中国人民银行令[2020]第1号", "中国人民银行令〔2020〕第1号"),
        ("中国人民银行令〔2015〕8号", "中国人民银行令〔2015〕8号"),
    ],
)
def test_orders_announcements_and_long_codes(text: str, value: str) -> None:
    assert normalise_doc_number(text) == value


@pytest.mark.parametrize("text", ["长安街12号", "（2021）京0105刑初180号", "第3号楼", "", None])
def test_what_is_no_document_number(text: str | None) -> None:
    assert normalise_doc_number(text) is None


def test_glued_titles_are_cut_off() -> None:
    text = "某市人民政府关于加快电子商务产业发展的意见渝府发〔2019〕17号各区县："
    (number,) = find_doc_numbers(text)
    assert number.value == "渝府发〔2019〕17号"
    assert text[number.start : number.end] == number.text == "渝府发〔2019〕17号"


def test_own_number_is_not_a_cited_one() -> None:
    title = "关于下达补助资金的通知"
    cited = f"{title}\n各市财政局：\n根据《财政部关于下达预算的通知》（财建〔2021〕297号），现将……"
    assert own_number(cited, title=title) is None
    own = f"{title}\n粤财社〔2021〕218号\n各市财政局：\n根据《财政部通知》（财建〔2021〕297号）"
    found = own_number(own, title=title)
    assert found is not None
    assert found.value == "粤财社〔2021〕218号"


def test_own_number_behind_the_text_and_in_a_law_header() -> None:
    tail = "正文。" * 500 + "\n某市人民政府\n2013年6月4日\n（此件公开发布）\n临政发〔2013〕26号"
    found = own_number(tail, title="某市人民政府关于公布名单的通知")
    assert found is not None
    assert found.value == "临政发〔2013〕26号"
    header = (
        "2018年6月20日 国务院第13次常务会议通过\n2018年7月31日 中华人民共和国国务院令第701号公布\n"
    )
    found = own_number(header + "第一条 为了预防，制定本条例。")
    assert found is not None
    assert found.value == "国令第701号"


@pytest.mark.parametrize(
    "hostile", ["号1" * 9_000, "〔2021〕" * 40_000, "中" * 200_000 + "1号", "第1号" * 9_000]
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    started = time.process_time()
    find_doc_numbers(hostile)
    own_number(hostile, title="通知")
    assert time.process_time() - started < 3.0
