"""Names of issuing bodies: official forms, places, levels, and who acts in a text."""

from __future__ import annotations

import pytest

from pipelines.fields.issuers import (
    bodies_in,
    body_from_number,
    canonical_body,
    looks_like_body,
    place_of,
    split_bodies,
)
from pipelines.fields.regions import Region, full_name, level_label, locate, parse_region
from pipelines.fields.signature import find_signature
from pipelines.fields.subjects import issuers_in_lead, issuers_in_title, official_in_title
from pipelines.items import CleanPage, Hints
from pipelines.metadata import extract_metadata


@pytest.mark.parametrize(
    ("name", "official"),
    [
        ("工信部", "工业和信息化部"),
        ("住房城乡建设部", "住房和城乡建设部"),
        ("工信部科技司", "工业和信息化部科技司"),
        ("济南市政府办公厅", "济南市人民政府办公厅"),
        ("浙江省发改委", "浙江省发展和改革委员会"),
        ("四川经济和信息化厅", "四川省经济和信息化厅"),
        ("中华人民共和国财政部", "财政部"),
        ("北京市教委", "北京市教育委员会"),
        ("浙江银保监局", "浙江银保监局"),
        ("广州市农业农村局（乡村振兴局）", "广州市农业农村局"),
        ("国 务 院", "国务院"),
        ("荷兰政府", "荷兰政府"),
        ("湖南高院", "湖南省高级人民法院"),
        ("上海二中院", "上海市第二中级人民法院"),
        ("上海虹口法院", "上海市虹口区人民法院"),
        ("杭州互联网法院", "杭州互联网法院"),
    ],
)
def test_official_names(name: str, official: str) -> None:
    assert canonical_body(name) == official
    assert canonical_body(official) == official


def test_bodies_named_without_a_place_take_the_source_s() -> None:
    assert canonical_body("市政府", context=Region("重庆")) == "重庆市人民政府"
    assert canonical_body("市政府办公厅", context=Region("广东", "广州")) == "广州市人民政府办公厅"
    assert canonical_body("省科技厅", context=Region("浙江")) == "浙江省科学技术厅"
    assert canonical_body("市政府") == "市人民政府"


def test_joint_issuers_are_told_apart() -> None:
    assert split_bodies("财政部 税务总局") == ("财政部", "税务总局")
    assert split_bodies("国家发展改革委工业和信息化部") == ("国家发展改革委", "工业和信息化部")
    assert bodies_in("国家互联网信息办公室、工业和信息化部、公安部") == (
        "国家互联网信息办公室", "工业和信息化部", "公安部",
    )  # fmt: skip
    assert bodies_in("各省、自治区、直辖市人民政府") == ()


@pytest.mark.parametrize(
    ("name", "level", "path"),
    [
        ("国务院办公厅", "national", "CN"),
        ("最高人民法院", "national", "CN"),
        ("浙江省发展和改革委员会", "provincial", "CN-浙江"),
        ("北京市经济和信息化局", "provincial", "CN-北京"),
        ("香港证监会", "provincial", "CN-香港"),
        ("厦门市大数据管理局", "municipal", "CN-福建-厦门"),
        ("横琴粤澳深度合作区执行委员会", "municipal", "CN-广东-珠海"),
        ("上海市黄浦区科学技术委员会", "district", "CN-上海-黄浦"),
        ("重庆市渝北区人民政府办公室", "district", "CN-重庆-渝北"),
        ("仙居县人民政府", "district", "CN-浙江-台州-仙居"),
        ("南京市江宁高新区", "district", "CN-江苏-南京-江宁"),
        ("试点（上海）专项工作组", "provincial", "CN-上海"),
        ("吉林市人民政府", "municipal", "CN-吉林-吉林"),
        ("巴西央行", "foreign", None),
        ("中国银行", "none", None),
        ("中国信息通信研究院", "none", None),
    ],
)
def test_level_and_region(name: str, level: str, path: str | None) -> None:
    found, region = place_of(name)
    assert found == level
    assert (region.path if region else None) == path


def test_a_county_name_of_two_provinces_needs_its_source() -> None:
    assert locate("鼓楼区人民政府") is None
    place = locate("鼓楼区人民政府", context=Region("福建", "福州"))
    assert place is not None
    assert place.region.path == "CN-福建-福州-鼓楼"


def test_two_counting_conventions() -> None:
    pudong = Region("上海", "", "浦东")
    assert level_label(pudong) == "区县级"
    assert level_label(pudong, convention="municipality-districts-as-cities") == "地市级"
    tianhe = Region("广东", "广州", "天河")
    assert level_label(tianhe, convention="municipality-districts-as-cities") == "区县级"
    assert (pudong.zone, pudong.city_tier, pudong.city_name) == ("华东", "一线", "上海")
    assert Region("江西").zone == "华东"
    assert Region("北京").city_tier is None


def test_regions_of_source_files() -> None:
    paths = {
        "national": "CN",
        "深圳": "CN-广东-深圳",
        "CN-上海-黄浦": "CN-上海-黄浦",
        "四川省/德阳市": "CN-四川-德阳",
    }
    for written, path in paths.items():
        region = parse_region(written)
        assert region is not None
        assert region.path == path
    assert parse_region("US") is None
    assert full_name(Region("湖北", "恩施")) == "恩施土家族苗族自治州"


@pytest.mark.parametrize(
    ("title", "bodies"),
    [
        ("国务院办公厅关于印发方案的通知", ("国务院办公厅",)),
        (
            "住房和城乡建设部 国家发展改革委关于印发办法的通知",
            ("住房和城乡建设部", "国家发展改革委"),
        ),
        ("浙江省发展和改革委员会等5部门联合印发《计划》", ("浙江省发展和改革委员会",)),
        ("国务院办公厅对全国政协十届四次会议第4626号提案的答复", ("国务院办公厅",)),
        ("关于公布第一批名单的通知", ()),
        ("网易区块链：链上交易数据突破100亿", ()),
        ("教育部新增本科专业", ("教育部",)),
        ("国家数据局赴外地调研", ("国家数据局",)),
        ("国家数据局局长赴外地调研", ()),
        ("某办有关负责人就《办法》答记者问", ()),
        ("国家网信办有关负责人就《办法》答记者问", ("国家网信办",)),
        ("央行数字货币怎么用", ()),
        ("公安部门提醒居民", ()),
    ],
)
def test_issuers_of_a_title(title: str, bodies: tuple[str, ...]) -> None:
    found = issuers_in_title(title)
    assert (found.bodies if found else ()) == bodies


def test_who_acts_in_a_report() -> None:
    lead = issuers_in_lead("2023 年 9 月 18 日,四川经济和信息化厅等 16 部门联合印发《计划》。")
    assert lead is not None
    assert (lead.bodies, lead.note) == (("四川经济和信息化厅",), "等16部门")
    foreign = issuers_in_lead("某国国家银行 (SBP) 签署了新法律。近日，巴西央行行长 Neto 表示，计划")
    assert foreign is not None
    assert foreign.bodies == ("某国国家银行",)
    assert issuers_in_lead("中国信息通信研究院29日在峰会上发布白皮书。") is None
    quoted = official_in_title("政策高光时刻：工信部部长张某某首次提到元宇宙")
    assert quoted is not None
    assert quoted.bodies == ("工信部",)


def test_signature_with_and_without_line_breaks() -> None:
    broken = "请认真贯彻执行。\n财 政 部\n税务总局\n二〇二四年三月五日\n（此件公开发布）\n附件\n"
    broken += "国务院办公厅\n2020年1月1日"
    found = find_signature(broken)
    assert found is not None
    assert (found.bodies, str(found.written_on)) == (("财政部", "税务总局"), "2024-03-05")
    glued = find_signature("抓好落实。重庆市人民政府   2019年6月28日   （此件公开发布）")
    assert glued is not None
    assert glued.bodies == ("重庆市人民政府",)
    assert find_signature("会议要求，国务院办公厅2019年6月28日印发的通知应当落实。") is None


def test_number_prefixes_name_central_bodies() -> None:
    assert body_from_number("国办发〔2018〕71号") == "国务院办公厅"
    assert body_from_number("工信部联科〔2023〕1号") == "工业和信息化部"
    assert body_from_number("浙政发〔2023〕1号") is None


def test_sentences_and_addressees_are_no_bodies() -> None:
    for text in ("各省、自治区人民政府", "根据国务院", "推进政府", "我市人民政府", "你委"):
        assert not looks_like_body(text)


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("屋面防水工程技术要点（试行）湖北省住房和城乡建设厅", "湖北省住房和城乡建设厅"),
        ("参评承诺书湖北省统计职务评审委员会办公室", "湖北省统计职务评审委员会办公室"),
        ("《屋面防水管理办法》湖北省财政厅", "湖北省财政厅"),
        ("中国（上海）自由贸易试验区管理委员会", "中国（上海）自由贸易试验区管理委员会"),
        ("浙江省标准化研究院", "浙江省标准化研究院"),
    ],
)  # fmt: skip
def test_a_signature_is_freed_of_the_heading_before_it(line: str, body: str) -> None:
    for text in (f"请遵照执行。\n{line}\n2024年3月1日\n", f"请遵照执行。{line} 2024年3月1日"):
        found = find_signature(text)
        assert found is not None
        assert found.bodies == (body,)


def test_the_issuer_of_the_list_frees_a_signature_of_words_run_into_it() -> None:
    def bodies(signed: str, listed: str) -> tuple[str, ...]:
        page = CleanPage("外墙保温技术", "", f"请遵照执行。\n{signed}\n2024年3月1日")
        return extract_metadata(page, hints=Hints(issuer=listed)).issuing_bodies

    assert bodies("材料样例湖北省统计局", "湖北省统计局") == ("湖北省统计局",)
    # the printed name is more exact than the list's
    assert bodies("示例自治县财政局", "财政局") == ("示例自治县财政局",)
    assert bodies("中共湖北省委", "湖北省委") == ("中共湖北省委员会",)
    assert bodies("湖北省统计局", "统计局") == ("湖北省统计局",)
    assert bodies("湖北省统计局办公室", "湖北省统计局") == ("湖北省统计局办公室",)
    long = "示例事项材料样例填写参考样例示例页面样例湖北省统计局执法监督处室办公室"
    assert bodies(long, "湖北省统计局") == ("湖北省统计局",)


def test_a_title_that_forwards_or_follows_an_organ_is_not_signed_by_it() -> None:
    for title in (
        "转发广东省市场监督管理局关于印发示例规范的通知",
        "落实广东省市场监督管理局部署 推进质量提升",
    ):
        page = CleanPage(title, "", "各科室：请遵照执行。")
        found = extract_metadata(page, hints=Hints(issuer="茂名市市场监督管理局"))
        assert found.issuing_bodies == ("茂名市市场监督管理局",)
        assert found.region == "CN-广东-茂名"


@pytest.mark.parametrize(
    ("signed", "bodies"),
    [
        ("汇总表浙江省应急管理厅浙江省公安厅", ("浙江省应急管理厅", "浙江省公安厅")),
        ("（电话：略）中共浙江省委宣传部浙江省财政厅", ("中共浙江省委宣传部", "浙江省财政厅")),
        ("\n广州市荔湾区人民政府\n办公室\n", ("广州市荔湾区人民政府办公室",)),
        ("\n国家税务总局\n浙江省税务局\n", ("国家税务总局浙江省税务局",)),
        ("\n国家税务总局\n浙江省财政厅\n", ("国家税务总局", "浙江省财政厅")),
    ],
)
def test_names_run_together_or_broken_in_a_signature(signed: str, bodies: tuple[str, ...]) -> None:
    found = find_signature(f"各有关单位：请认真落实。附件：{signed}2024年3月5日")
    assert found is not None
    assert found.bodies == bodies


def test_a_rank_in_the_title_is_of_the_place_that_signs() -> None:
    page = CleanPage("省财政厅关于印发办法的通知", "", "现予印发。\n浙江省财政厅\n2024年3月5日")
    assert extract_metadata(page).issuing_bodies == ("浙江省财政厅",)


def test_a_name_under_the_day_at_the_end_is_the_signature() -> None:
    found = find_signature("现通知如下。\n2024年3月5日\n杭州市余杭区人民政府")
    assert found is not None
    assert found.bodies == ("杭州市余杭区人民政府",)


def test_a_branch_of_a_central_body_is_of_its_place() -> None:
    assert place_of("国家税务总局浙江省税务局") == ("provincial", Region("浙江"))
    assert place_of("工业和信息化部网络安全管理局")[0] == "national"
