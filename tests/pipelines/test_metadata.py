"""Metadata of a page: each value with its evidence, nothing guessed."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest

from pipelines.items import CleanPage, Hints, Metadata
from pipelines.metadata import extract_metadata

SEEN = datetime(2024, 6, 1, tzinfo=UTC)
NOTICE = """某市人民政府办公室关于印发《某市数据管理办法》的通知
某政办发〔2024〕12号
各区县人民政府，市政府各部门：
《某市数据管理办法》已经市政府同意，现印发给你们。根据《上级通知》（国办发〔2023〕9号）执行。
成都市人民政府办公厅
2024年3月1日
（此件公开发布）
某市数据管理办法
第一条 为了规范数据管理，制定本办法。
第二条 本办法自2024年4月1日起施行，有效期5年。2019年1月1日起施行的《旧办法》同时废止。"""


def page(
    title: str = "", text: str = "", *, head: str = "", lang: str = "zh",
    meta: dict[str, str] | None = None, table: dict[str, str] | None = None,
) -> CleanPage:  # fmt: skip
    return CleanPage(
        title=title, body_html="", body_text=text, head_text=head, lang=lang,
        meta=meta or {}, table=table or {},
    )  # fmt: skip


def read(found: CleanPage, **options: object) -> Metadata:
    return extract_metadata(found, fetched_at=SEEN, **options)  # type: ignore[arg-type]


def test_a_notice_with_its_attachment() -> None:
    found = read(
        page(
            "关于印发《某市数据管理办法》的通知",
            NOTICE,
            head="发布时间：2024-03-05 10:20 来源：市政府办公厅",
        ),
        url="http://www.example.gov.cn/202403/t20240305_1.html",
    )
    assert found.doc_number == "某政办发〔2024〕12号"
    assert found.issuing_bodies == ("成都市人民政府办公厅",)
    assert (found.level, found.region) == ("municipal", "CN-四川-成都")
    assert found.written_on == date(2024, 3, 1)
    assert found.published_on == date(2024, 3, 5)
    assert found.published_at == datetime(2024, 3, 5, 2, 20, tzinfo=UTC)
    assert found.effective_on == date(2024, 4, 1)
    assert found.expires_on == date(2029, 3, 31)
    assert found.doc_type == "办法"
    assert found.original_source == "市政府办公厅"


def test_every_value_has_a_span_that_stands_in_the_page() -> None:
    source = page("某市办法", NOTICE, head="发布时间：2024-03-05")
    found = read(source)
    rows = {row.field: row for row in found.evidence}
    assert set(rows) >= {
        "doc_number",
        "issuing_bodies",
        "written_on",
        "published_on",
        "effective_on",
    }
    everything = source.title + source.body_text + source.head_text
    for row in found.evidence:
        assert row.span in everything
        assert 0 < row.confidence <= 1
    start = rows["effective_on"].start
    assert source.body_text[start:].startswith("2024年4月1日")


def test_the_page_s_own_table_wins() -> None:
    found = read(
        page(
            "关于开展工作的通知",
            "正文提到国办发〔2020〕1号和2019年1月1日。",
            table={
                "索 引 号：": "000014349/2018-00204", "发文机关": "国务院办公厅",
                "成文日期：": "2018年10月27日", "发文字号": "国办函[2018]71号",
                "发布日期": "2018年11月09日",
            },
        )
    )  # fmt: skip
    assert found.index_number == "000014349/2018-00204"
    assert found.doc_number == "国办函〔2018〕71号"
    assert found.issuing_bodies == ("国务院办公厅",)
    assert (found.written_on, found.published_on) == (date(2018, 10, 27), date(2018, 11, 9))


def test_an_order_takes_its_name_from_the_title() -> None:
    found = read(page("中华人民共和国国务院令", "", table={"发文字号": "第754号"}))
    assert found.doc_number == "国令第754号"
    assert found.issuing_bodies == ("国务院",)


def test_an_empty_page_gives_an_empty_result() -> None:
    found = read(page())
    assert found == Metadata(title="", evidence=())


def test_unknown_stays_unknown() -> None:
    found = read(
        page("某公司发布新产品", "近日，某公司日前发布了新产品。Copyright © 2015-2024 某网站")
    )
    assert (found.published_on, found.written_on, found.effective_on) == (None, None, None)
    assert found.issuing_bodies == ()


@pytest.mark.parametrize("stamp", ["1970-01-01", "2099-05-01", "0", "2024-06-20 10:00"])
def test_implausible_days_are_ignored(stamp: str) -> None:
    found = read(page("标题", "正文", meta={"pubdate": stamp}, head=f"发布时间：{stamp}"))
    assert found.published_on is None


def test_index_numbers_and_footers_are_no_dates() -> None:
    head = "索引号：11330000/2023-43887 字号：大 中 小\n版权所有 2020-01-01"
    assert read(page("标题", "正文", head=head)).published_on is None


def test_labelled_beats_meta_beats_list_beats_address() -> None:
    url = "http://a.example/t20240101_1.html"
    hints = Hints(date_text="2024-02-02")
    meta = {"article:published_time": "2024-03-03T00:00:00+08:00"}
    head = "更新时间：2024-05-05\n发布时间：2024-04-04"
    assert read(page("题", "文", head=head, meta=meta), url=url, hints=hints).published_on == date(
        2024, 4, 4
    )
    assert read(page("题", "文", meta=meta), url=url, hints=hints).published_on == date(2024, 3, 3)
    assert read(page("题", "文"), url=url, hints=hints).published_on == date(2024, 2, 2)
    assert read(page("题", "文"), url=url).published_on == date(2024, 1, 1)


def test_agreeing_places_raise_the_confidence() -> None:
    alone = read(page("题", "文"), url="http://a.example/t20240101_1.html")
    both = read(page("题", "文", head="2024-01-01 10:00"), url="http://a.example/t20240101_1.html")
    assert both.evidence[-1].confidence > alone.evidence[-1].confidence


def test_a_signature_is_not_the_page_s_date() -> None:
    head = "现予公布。\n临海市人民政府\n2013年6月4日\n（此件公开发布）"
    assert read(page("名单", "现予公布。", head=head)).published_on is None


def test_the_source_s_region_names_the_city_government() -> None:
    found = read(page("市政府办公厅关于印发方案的通知", "正文"), region="重庆")
    assert found.issuing_bodies == ("重庆市人民政府办公厅",)
    assert (found.level, found.region) == ("provincial", "CN-重庆")
    silent = read(page("行业观察", "正文"), region="深圳", level="none")
    assert (silent.level, silent.region) == ("none", "CN-广东-深圳")


def test_english_pages_follow_their_locale() -> None:
    found = read(page("Notice", "Published 03/05/2024", head="Published 03/05/2024", lang="en"))
    assert found.published_on == date(2024, 3, 5)
    british = page(
        "Notice", "x", head="Published 03/05/2024", lang="en", meta={"html:lang": "en-GB"}
    )
    assert read(british).published_on == date(2024, 5, 3)


@pytest.mark.parametrize(
    "title",
    [
        "示例数据管理办法（征求意见稿）",
        "关于《示例数据管理办法》公开征求意见的通知",
        "示例数据管理条例（草案）",
    ],
)
def test_a_draft_is_not_in_force(title: str) -> None:
    text = (
        "现向社会公开征求意见，请于2024年6月30日前反馈。\n示例数据管理办法（征求意见稿）\n"
        "第二十条 本办法自2027年1月1日起施行，有效期五年。\n示例省数据局\n2024年5月20日"
    )
    found = read(page(title, text))
    assert (found.effective_on, found.expires_on) == (None, None)
    assert found.comments_until == date(2024, 6, 30)


def test_an_interpretation_names_the_day_of_its_document() -> None:
    text = "《示例数据管理办法》自2024年7月1日起施行，本文说明制定背景。"
    for title, high in (
        ("《示例数据管理办法》政策解读", False),
        ("一图读懂示例数据管理办法", False),
        ("示例数据管理办法", True),
        ("关于印发《示例解读工作办法》的通知", True),
    ):
        rows = [row for row in read(page(title, text)).evidence if row.field == "effective_on"]
        assert [row.confidence > 0.5 for row in rows] == [high]


@pytest.mark.parametrize(
    ("head", "text", "source"),
    [
        ("来源： 中国政府网 作者：张三", "", "中国政府网"),
        ("", "据中国基金报报道，近日……", "中国基金报"),
        ("", "正文若干字。（上证报）", "上证报"),
        ("", "正文若干字。（此件公开发布）", None),
        ("来源：示例数字发展部字号：大中小打印", "", "示例数字发展部"),
        ("来源：示例数字发展部大 中 小 打印", "", "示例数字发展部"),
        ("来源：示例数字发展部打印本页", "", "示例数字发展部"),
        ("来源：示例数字发展部分享到：", "", "示例数字发展部"),
        ("来源：示例数字发展部【打印】", "", "示例数字发展部"),
        ("来源：示例数字发展部浏览次数：12", "", "示例数字发展部"),
        ("来源：三维打印网", "", "三维打印网"),
        ("来源：示例知识分享网", "", "示例知识分享网"),
    ],
)
def test_original_source(head: str, text: str, source: str | None) -> None:
    assert read(page("题", text, head=head)).original_source == source


def test_page_tools_are_cut_from_a_source_in_meta_data_and_tables() -> None:
    run_together = "示例数字发展部字号：大中小打印"
    for place in ("meta", "table"):
        key = {"meta": "contentsource", "table": "来源"}[place]
        found = read(page("题", "", **{place: {key: run_together}}))  # type: ignore[arg-type]
        assert found.original_source == "示例数字发展部"


@pytest.mark.parametrize(
    ("head", "day", "rule"),
    [
        # a headline with a day behind it is no labelled date
        ("2015-07-03 05:09:56\n请珍惜宝贵的时间2015/07/02", date(2015, 7, 3), "head:unlabelled"),
        ("请珍惜宝贵的时间2015/07/02\n2015-07-03 05:09:56", date(2015, 7, 3), "head:unlabelled"),
        ("时间都花在了路上2015/07/02\n2015-07-03 05:09", date(2015, 7, 3), "head:unlabelled"),
        ("来源：示例报发布时间2015-07-03\n2015-07-02", date(2015, 7, 3), "head:发布时间"),
        ("来源：示例报 时间 2015-07-03", date(2015, 7, 3), "head:时间"),
        ("浪费时间： 2015-07-03", date(2015, 7, 3), "head:时间"),
        ("（发布日期）2015-07-03", date(2015, 7, 3), "head:发布日期"),
    ],
)  # fmt: skip
def test_a_date_label_begins_its_line_or_has_a_colon(head: str, day: date, rule: str) -> None:
    found = read(page("题", "", head=head))
    assert found.published_on == day
    assert next(row.rule for row in found.evidence if row.field == "published_on") == rule


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        ("Published 10 March 2015", "head:Published"),
        ("By Jane Roe, updated on 10 March 2015", "head:updated"),
        ("Posted by Jane Roe on 10 March 2015", "head:Posted"),
        ("Date: 10 March 2015", "head:Date"),
        ("A candidate of 10 March 2015", "head:unlabelled"),
        ("A mandate 10 March 2015", "head:unlabelled"),
    ],
)
def test_english_labels_are_words_of_their_own(head: str, rule: str) -> None:
    found = read(page("T", "", head=head, lang="en"))
    assert found.published_on == date(2015, 3, 10)
    assert next(row.rule for row in found.evidence if row.field == "published_on") == rule


@pytest.mark.parametrize(
    ("url", "meta", "text"),
    [
        ("https://www.example.gov.uk/news/1", {}, ""),
        ("https://example.com/news/1", {"html:lang": "en-GB"}, ""),
        ("https://example.com/news/1", {"og:locale": "en_GB"}, ""),
        ("https://example.com/en-gb/news/1", {}, ""),
        ("https://example.com/news/1", {"html:lang": "en"}, "A meeting was held on 28/09/2020."),
    ],
)
def test_british_pages_write_the_day_first(url: str, meta: dict[str, str], text: str) -> None:
    found = read(page("T", text, head="02/10/2020", lang="en", meta=meta), url=url)
    assert found.published_on == date(2020, 10, 2)
    american = read(page("T", "", head="02/10/2020", lang="en"), url="https://example.com/1")
    assert american.published_on == date(2020, 2, 10)


def test_a_foreign_page_is_not_on_the_clock_of_china() -> None:
    stamp = {"article:published_time": "2024-03-05T20:30:00+00:00"}
    abroad = page("T", "", lang="en", meta=stamp)
    found = read(abroad, url="https://www.example.com/news/1")
    assert found.published_on == date(2024, 3, 5)
    assert found.published_at == datetime(2024, 3, 5, 20, 30, tzinfo=UTC)
    assert read(abroad, url="https://english.example.gov.cn/1").published_on == date(2024, 3, 6)
    tokyo = read(abroad, url="https://www.example.com/1", timezone="Asia/Tokyo")
    assert tokyo.published_on == date(2024, 3, 6)
    assert read(page("题", "", meta=stamp), url="https://a.com/1").published_on == date(2024, 3, 6)


@pytest.mark.parametrize(
    "hostile",
    [
        "自公布之日起" * 20_000,
        "2024年3月5日" * 15_000,
        "关于" * 60_000,
        "《" * 100_000,
        "人民政府、" * 20_000,
        "　" * 200_000,
    ],
)
def test_hostile_pages_take_bounded_time(hostile: str) -> None:
    started = time.process_time()
    read(page(hostile[:5_000], hostile, head=hostile[:20_000], table={"发文机关": hostile[:2_000]}))
    assert time.process_time() - started < 3.0


def test_labels_in_boxes_are_read_like_lines_of_a_table() -> None:
    text = (
        "【发布文号】公告2025年第18号\n【发文日期】2025年4月4日\n根据规定，自发布之日起正式实施。"
    )
    found = read(page("关于公布决定的公告", text))
    assert found.doc_number == "公告2025年第18号"
    assert (found.written_on, found.effective_on) == (date(2025, 4, 4), date(2025, 4, 4))
