"""A generated site on loopback, served by a process of its own: ``python -m bench.site``.

Article pages of about 40 KB: the chrome of a government portal (styles, scripts, menus, link
lists; some 115 links and 200 blocks, the medians of real pages of this size), a facts table, and
a unique body of about 1,500 characters; every second page is GB18030
that only its meta tag declares. ``/plain/<n>`` and ``/gzip/<n>`` send the same page without a
charset in the header. ``/list?page=<k>`` lists fifty articles of one kind.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import random
from functools import cache, lru_cache

PER_LIST = 50
# fmt: off
_WORDS = (
    "为", "贯彻", "落实", "党中央", "国务院", "决策", "部署", "加快", "推进", "高质量", "发展",
    "现就", "有关", "事项", "通知", "如下", "各地区", "各部门", "应当", "结合", "实际", "认真",
    "组织", "实施", "完善", "工作", "机制", "强化", "监督", "检查", "确保", "取得", "实效",
    "企业", "项目", "资金", "补贴", "申报", "条件", "程序", "材料", "审核", "公示", "拨付",
    "试点", "示范", "创新", "平台", "人才", "产业", "数字", "经济", "绿色", "低碳", "能源",
    "交通", "教育", "医疗", "卫生", "养老", "社会", "保障", "就业", "农业", "农村", "粮食",
    "生态", "环境", "保护", "治理", "安全", "生产", "应急", "管理", "信息", "公开", "服务",
    "办法", "规定", "意见", "方案", "措施", "标准", "规范", "目录", "清单", "期限", "责任",
    "单位", "联系", "电话", "附件", "自", "发布", "之日", "起", "施行", "有效期",
)
# fmt: on
_PLACES = ("北京市", "上海市", "浙江省", "广东省", "四川省", "山东省", "福建省", "湖北省")
_BODIES = ("发展和改革委员会", "财政厅", "科学技术厅", "工业和信息化厅", "人力资源和社会保障厅")
_KINDS = ("通知", "意见", "办法", "公告", "方案")


def title_of(number: int) -> str:
    """The title of an article; unique."""
    place = _PLACES[number % len(_PLACES)]
    body = _BODIES[number % len(_BODIES)]
    kind = _KINDS[number % len(_KINDS)]
    return f"{place}{body}关于做好第{number + 1}批重点项目申报工作的{kind}"


def day_of(number: int) -> str:
    """The day of publication, ISO."""
    return f"20{20 + number % 6}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"


@cache
def chrome() -> tuple[str, str]:
    """What stands before and after every article, about 35 KB together."""
    style = "".join(f".c{n}{{margin:{n}px;padding:0 {n % 9}px;color:#{n:06x}}}" for n in range(210))
    script = "".join(f"var v{n}=document.getElementById('m{n}');" for n in range(200))
    menu = "".join(
        f'<li class="c{n}"><a href="/col/{n}/index.html" title="{word}">{word}栏目</a></li>'
        for n, word in enumerate(_WORDS[:50])
    )
    friends = "".join(
        f'<span class="c{n}"><a class="link c{n}" target="_blank" '
        f'href="http://www.example{n}.gov.cn/portal/index.html">{word}政府网站</a></span> | '
        for n, word in enumerate(_WORDS[:60])
    )
    head = (
        f"<style>{style}</style><script>{script}</script></head><body>"
        '<div class="header"><div class="logo">示例省人民政府</div>'
        f'<ul class="menu">{menu}</ul></div>'
        '<div class="position">您现在的位置：<a href="/">首页</a> &gt; '
        '<a href="/zc/">政策文件</a></div>'
    )
    tools = "".join(
        f"<div class='tool c{n}'><span>{word}服务</span></div>"
        for n, word in enumerate(_WORDS[:30])
    )
    tail = (
        f'<div class="related"><h3>相关链接</h3>{friends}</div>{tools}<div class="footer">'
        "<p>主办：示例省人民政府办公厅　备案号：示ICP备00000000号</p></div>"
        "</body></html>"
    )
    return head, tail


def article(number: int) -> str:
    """The HTML of one article page."""
    rng = random.Random(number)  # noqa: S311 - sample text
    paragraphs = []
    for part in range(8):
        words = "".join(rng.choice(_WORDS) for _ in range(88))
        paragraphs.append(f"<p style='text-indent:2em'>（{part + 1}）{words}。</p>")
    head, tail = chrome()
    year = day_of(number)[:4]
    office = _PLACES[number % len(_PLACES)] + _BODIES[number % len(_BODIES)]
    charset = "gb2312" if number % 2 else "utf-8"
    return (
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title_of(number)}</title>'
        f"{head}<div class='main'><table class='facts'><tr><td>索引号</td><td>00{number}</td>"
        f"<td>发文字号</td><td>示发〔{year}〕{number + 1}号</td></tr><tr><td>发布机构</td>"
        f"<td>{office}</td><td>发布日期</td><td>{day_of(number)}</td></tr></table>"
        f"<h1>{title_of(number)}</h1><div class='article'>{''.join(paragraphs)}"
        f"<p style='text-align:right'>{office}</p>"
        f"<p><a href='/files/{number}.pdf'>附件：申报指南.pdf</a></p></div></div>{tail}"
    )


@lru_cache(maxsize=4096)
def body_of(kind: str, number: int) -> bytes:
    """The bytes of a page as sent."""
    plain = article(number).encode("gb18030" if number % 2 else "utf-8")
    return gzip.compress(plain, 6) if kind == "gzip" else plain


def listing(kind: str, page: int, total: int) -> bytes:
    """One list page."""
    first = (page - 1) * PER_LIST
    rows = "".join(
        f'<li><a href="/{kind}/{n}">{title_of(n)}</a><span>{day_of(n)}</span></li>'
        for n in range(first, min(first + PER_LIST, total))
    )
    return f"<html><body><ul class='list'>{rows}</ul></body></html>".encode()


def answer(path: str, total: int) -> bytes:
    """The whole HTTP answer to a path."""
    kind, _, rest = path.lstrip("/").partition("/")
    headers = "Content-Type: text/html\r\n"
    if path == "/robots.txt":
        body = b"User-agent: *\nDisallow: /private/\n"
        headers = "Content-Type: text/plain\r\n"
    elif kind in ("plain", "gzip") and rest.isdigit():
        body = body_of(kind, int(rest))
        headers += "Content-Encoding: gzip\r\n" if kind == "gzip" else ""
    elif kind.startswith("list"):
        name, _, page = rest.partition("?page=")
        body = listing(name or "plain", int(page or 1), total)
    else:
        return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    head = f"HTTP/1.1 200 OK\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(total: int) -> None:
    """Serve until killed; the port is the first line on stdout."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(answer(request.split(b" ", 2)[1].decode(), total))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--total", type=int, default=2000, help="articles that lists name")
    arguments = parser.parse_args()
    for kind in ("plain", "gzip"):  # generated before the first measurement, not during it
        for number in range(min(arguments.total, 2000)):
            body_of(kind, number)
    asyncio.run(serve(arguments.total))


if __name__ == "__main__":
    main()
