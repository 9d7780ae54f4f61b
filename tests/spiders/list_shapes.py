"""List pages as Chinese government sites print them: sample text, one function per shape.

Every shape gives the page, the address it came from, and the rows a person would copy out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

TODAY = date(2026, 11, 20)
TITLES = (
    "关于印发《公共数据授权运营实施规范（试行）》的通知",
    "示例省数据局关于开展可信数据空间试点申报工作的公告",
    "《区块链应用发展三年行动方案》政策解读",
    "关于公布2026年度人工智能典型应用场景名单的通知",
    "示例市人民政府办公室关于推进数据要素市场化配置的若干意见",
    "关于征求《元宇宙产业创新发展若干措施（征求意见稿）》意见的公告",
    "转发国家数据局关于加强数据基础设施建设的指导意见",
    "关于召开数字经济发展工作推进会的通知",
)
Row = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class Sample:
    """One page and what stands on it."""

    name: str
    content: bytes
    base: str
    rows: tuple[Row, ...]


SHAPES: dict[str, Callable[[], Sample]] = {}
_MENU = "".join(
    f'<li><a href="/{name}/">{title}</a></li>'
    for name, title in (
        ("sy", "首页"),
        ("zwgk", "政务公开"),
        ("zwfw", "政务服务"),
        ("hdjl", "互动交流"),
        ("zjsl", "走进示例"),
    )
)
_FRIENDS = "".join(
    f'<li><a href="https://www.{name}.example.cn/" target="_blank">{title}门户网站</a></li>'
    for name, title in (
        ("ndrc", "国家发展和改革委员会"),
        ("miit", "工业和信息化部"),
        ("most", "科学技术部"),
        ("mof", "财政部"),
        ("cac", "国家互联网信息办公室"),
        ("stats", "国家统计局"),
        ("nda", "国家数据局"),
        ("audit", "审计署"),
        ("customs", "海关总署"),
        ("tax", "国家税务总局"),
    )
)


def day(number: int) -> date:
    """The day of row ``number``: newest first, over the turn of the year."""
    return date(2026, 3, 1) - timedelta(days=17 * number)


def page(main: str, *, head: str = "", after: str = "", foot: str = _FRIENDS) -> bytes:
    """A whole page: banner, menu, way back, list, side columns, links of friends."""
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知公告_示例市人民政府</title>'
        f'{head}</head><body><div class="top"><a href="/wza/">无障碍</a> <a href="/login">登录</a>'
        f'</div><div class="nav"><ul>{_MENU}</ul></div><div class="crumb">您所在的位置：'
        f'<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; 通知公告</div>'
        f'<div class="main">{main}</div>{after}<div class="footer"><ul>{foot}</ul>'
        "<p>主办：示例市人民政府 备案号 示ICP备05000000号 2026-01-01</p></div></body></html>"
    ).encode()


def shape(make: Callable[[], tuple[bytes, str, list[Row]]]) -> Callable[[], Sample]:
    name = make.__name__.strip("_")

    def build() -> Sample:
        content, base, rows = make()
        return Sample(name, content, base, tuple(rows))

    SHAPES[name] = build
    return build


def simple(
    form: str,
    *,
    frame: str = '<ul class="list">{rows}</ul>',
    link: str = "/zwgk/tzgg/{ym}/t{ymd}_{n}.html",
    base: str = "https://www.example.gov.cn/zwgk/tzgg/",
    dated: bool = True,
    titles: tuple[str, ...] = TITLES,
    **more: str,
) -> tuple[bytes, str, list[Row]]:
    """A list printed row by row from one form."""
    host = "/".join(base.split("/")[:3])
    printed, rows = [], []
    for n, title in enumerate(titles):
        when = day(n)
        names = {"ym": f"{when:%Y%m}", "ymd": f"{when:%Y%m%d}", "n": str(48120 + 7 * n)}
        href = link.format(day=when, hex=f"{n * 7919 + 11:032x}", **names)
        printed.append(
            form.format(
                href=href,
                title=title,
                cut=title[:14] + "…",
                dots=title[:14] + "...",
                long=title if len(title) <= 25 else title[:24] + "...",
                day=when,
                i=n + 1,
                number=f"示府办〔{when:%Y}〕{n + 3}号",
                index=f"00{n}113/2026-0{n}12",
                **names,
            )
        )
        rows.append((host + href, title, when.isoformat() if dated else None))
    return page(frame.format(rows="".join(printed)), **more), base, rows


@shape
def trs_plain() -> tuple[bytes, str, list[Row]]:
    return simple('<li><a href="{href}" target="_blank">{title}</a><span>{day}</span></li>')


@shape
def brackets_before_the_date() -> tuple[bytes, str, list[Row]]:
    return simple('<li>·<a href="{href}">{title}</a> [{day}]</li>')


@shape
def month_and_day_with_the_year_in_the_address() -> tuple[bytes, str, list[Row]]:
    return simple('<li><span class="rq">{day:%m-%d}</span><a href="{href}">{title}</a></li>')


@shape
def bracketed_month_and_day() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><a href="{href}">{title}</a><em>[{day:%m-%d}]</em></li>',
        link="/art/{day:%Y}/{day.month}/{day.day}/art_1229_{n}.html",
    )


@shape
def chinese_date() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><a href="{href}">{title}</a><i>{day.year}年{day.month}月{day.day}日</i></li>',
        link="/c100023/{ym}/{hex}.shtml",
    )


@shape
def big_day_above_year_and_month() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li class="item"><div class="time"><p class="d">{day:%d}</p><p class="ym">{day:%Y-%m}</p>'
        '</div><div class="txt"><h3><a href="{href}">{title}</a></h3><p>为贯彻落实有关部署，现将'
        "有关事项通知如下，请结合实际认真抓好落实。</p></div></li>",
        link="/c/{n}.html",
    )


@shape
def year_and_month_above_the_day() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<div class="row"><div class="date"><span>{day:%Y.%m}</span><b>{day:%d}</b></div>'
        '<a href="{href}">{title}</a></div>',
        frame='<div class="lb">{rows}</div>',
        link="/content/post_{n}.html",
    )


@shape
def chinese_month_beside_the_day() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><div class="sj"><strong>{day:%d}</strong><span>{day.year}年{day.month}月</span></div>'
        '<a href="{href}">{title}</a></li>',
        link="/info/1042/{n}.htm",
    )


@shape
def titles_cut_in_the_text() -> tuple[bytes, str, list[Row]]:
    return simple('<li><a href="{href}" title="{title}">{cut}</a><span>{day}</span></li>')


@shape
def titles_cut_in_the_attribute() -> tuple[bytes, str, list[Row]]:
    return simple('<li><a href="{href}" title="{dots}">{title}</a><span>{day}</span></li>')


@shape
def only_the_longest_titles_are_cut() -> tuple[bytes, str, list[Row]]:
    return simple('<li><a href="{href}" title="{title}">{long}</a><span>{day}</span></li>')


@shape
def title_attribute_that_says_nothing() -> tuple[bytes, str, list[Row]]:
    return simple('<li><a href="{href}" title="新窗口打开">{title}</a><span>{day}</span></li>')


@shape
def number_and_index_columns() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<tr><td>{i}</td><td>{index}</td><td class="bt"><a href="{href}">{title}</a></td>'
        "<td>{number}</td><td>{day}</td></tr>",
        frame="<table class='gkml'><tr><th>序号</th><th>索引号</th><th>名称</th><th>发文字号</th>"
        "<th>发布日期</th></tr>{rows}</table>",
        link="/public/column/6595721_{n}.html",
    )


@shape
def written_and_published_columns() -> tuple[bytes, str, list[Row]]:
    content, base, rows = simple(
        '<tr><td><a href="{href}" target="_blank">{title}</a></td><td>{number}</td>'
        "<td>2025年12月31日</td><td>{day}</td></tr>",
        frame="<table><thead><tr><th>标题</th><th>文号</th><th>成文日期</th><th>发布日期</th></tr>"
        "</thead><tbody>{rows}</tbody></table>",
        link="/gkml/{n}.html",
    )
    return content, base, rows


@shape
def hidden_metadata_beside_the_link() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<li><a href="{href}">{title}</a><b>{day}</b><div class="ly" style="display:none"><table>'
        "<tr><td>索引号</td><td>{index}</td></tr><tr><td>发文机关</td><td>示例市人民政府</td></tr>"
        "<tr><td>发文字号</td><td>{number}</td></tr></table></div></li>",
        frame='<ul class="gk-list">{rows}</ul>',
    )


@shape
def pinned_and_important() -> tuple[bytes, str, list[Row]]:
    content, base, rows = simple(
        '<li><a href="{href}">{title}</a><span>{day}</span></li>', link="/art/{n}.html"
    )
    text = content.decode()
    first, third = rows[0][1], rows[2][1]
    text = text.replace(f">{first}<", f'><em class="top">[置顶]</em>{first}<')
    text = text.replace(f">{third}<", f'><font color="red">[重要]</font>{third}<')
    return text.encode(), base, rows


@shape
def a_new_mark_after_the_title() -> tuple[bytes, str, list[Row]]:
    content, base, rows = simple(
        '<li><a href="{href}">{title}</a><span>{day}</span></li>', link="/art/{n}.html"
    )
    text = content.decode().replace("</a><span>", '</a><img src="/new.gif"><span>', 2)
    return text.encode(), base, rows


@shape
def a_menu_longer_than_the_list() -> tuple[bytes, str, list[Row]]:
    menu = "".join(
        f'<li><a href="/zwgk/fdzdgknr/c{200 + n}/">{name}信息公开目录</a></li>'
        for n, name in enumerate(
            ["财政", "教育", "卫生", "民政", "人社", "自然资源", "生态环境", "住建", "交通", "水利"]
        )
    )
    menu += "".join(
        f'<li><a href="/zwgk/jgzn/c{300 + n}/list.html">第{n}类机构职能与权责清单公开</a></li>'
        for n in range(30)
    )
    return simple(
        '<li><a href="{href}">{title}</a><span>{day}</span></li>',
        frame=f'<div class="left"><ul>{menu}</ul></div><div class="right"><ul>{{rows}}</ul></div>',
        titles=TITLES[:5],
    )


@shape
def news_of_pictures_before_the_list() -> tuple[bytes, str, list[Row]]:
    slides = "".join(
        f'<div class="swiper-slide"><a href="/ztzl/{n}/"><img src="/p{n}.jpg" alt="图片新闻{n}">'
        f"<p>全市数字化改革现场推进会图片新闻之{n}</p></a></div>"
        for n in range(5)
    )
    return simple(
        '<li><a href="{href}">{title}</a><span>{day:%Y/%m/%d}</span></li>',
        frame=f'<div class="swiper"><div class="swiper-wrapper">{slides}</div></div>'
        '<ul class="news">{rows}</ul>',
    )


@shape
def a_short_list_of_favourites_beside_it() -> tuple[bytes, str, list[Row]]:
    hot = "".join(
        f'<li><a href="/zwgk/tzgg/202512/t20251210_{n}.html">热门公告之第{n}号：办理事项说明</a>'
        "<span>2025-12-10</span></li>"
        for n in range(3)
    )
    return simple(
        '<li><a href="{href}">{title}</a><span>{day}</span></li>',
        frame='<div class="l"><h2>通知公告 <a href="/zwgk/tzgg/more.html">更多&gt;&gt;</a></h2>'
        f'<ul>{{rows}}</ul></div><div class="r"><h2>热点</h2><ul class="hot">{hot}</ul></div>',
    )


@shape
def lists_of_five_with_gaps() -> tuple[bytes, str, list[Row]]:
    content, base, rows = simple(
        '<li><a href="{href}">{title}</a><span>{day}</span></li>', frame="<ul>{rows}</ul>"
    )
    text = content.decode()
    fourth = text.index("<li", text.index(rows[3][1]))
    return (text[:fourth] + '</ul><ul class="gap">' + text[fourth:]).encode(), base, rows


@shape
def separators_between_rows() -> tuple[bytes, str, list[Row]]:
    content, base, rows = simple(
        '<li><a href="{href}">{title}</a><span>{day}</span></li><li class="line"></li>'
    )
    return content, base, rows


@shape
def definition_list() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<dd><a href="{href}">{title}</a></dd><dt>{day}</dt>',
        frame="<dl>{rows}</dl>",
        link="/art/{n}.html",
    )


@shape
def nested_tables() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<tr><td><table width="100%"><tr><td width="20"><img src="/dot.gif"></td><td><a '
        'href="{href}">{title}</a></td><td width="90">({day})</td></tr></table></td></tr>',
        frame='<table width="100%">{rows}</table>',
        link="/gb/{n}.htm",
    )


@shape
def breaks_only() -> tuple[bytes, str, list[Row]]:
    return simple(
        '·<a href="{href}">{title}</a> ({day})<br>',
        frame="<table><tr><td>{rows}</td></tr></table>",
        link="/gb/{n}.htm",
    )


@shape
def paragraphs_with_a_date_after() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<p><a href="{href}">{title}</a>　{day}</p>',
        frame='<div class="zw">{rows}</div>',
        link="/gb/{n}.htm",
    )


@shape
def whole_rows_are_links() -> tuple[bytes, str, list[Row]]:
    return simple(
        '<a class="item" href="{href}"><span class="t">{title}</span><span class="d">{day}</span>'
        "</a>",
        frame='<div class="list-box">{rows}</div>',
        link="/xw/{n}.html",
    )
