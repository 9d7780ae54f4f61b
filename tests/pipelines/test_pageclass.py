"""Pages about the site are told from documents."""

from __future__ import annotations

import time

import pytest

from pipelines.pageclass import classify_response, classify_visible


def html(body: str, *, title: str = "某市人民政府") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>"


JSL = (
    "<script>document.cookie=('_')+('_')+('j')+'sl_clearance_s=1740'+';max-age=3600;path=/';"
    "location.href=location.pathname+location.search</script>"
)
RUISHU = (
    '<html><head><meta id="x" content="k3"><script>$_ts=window[\'$_ts\'];if(!$_ts)$_ts={};'
    "</script><script src='/a.js'></script></head><body><input type='hidden'></body></html>"
)
PACKED = (
    "<script>var _0x1a=['x'];eval(String.fromCharCode(1));"
    "document.cookie='a=b';location.reload()</script>"
)


@pytest.mark.parametrize(
    ("status", "text", "headers", "state"),
    [
        (521, JSL, {"Set-Cookie": "__jsluid_s=abc"}, "challenge"),
        (200, JSL, {}, "challenge"),
        (412, RUISHU, {}, "challenge"),
        (202, "", {}, "challenge"),
        (202, RUISHU, {}, "challenge"),
        (200, html(PACKED, title=""), {}, "challenge"),
        (403, html("Just a moment..."), {"cf-mitigated": "challenge"}, "challenge"),
        (
            503,
            html("Checking your browser before accessing", title="Just a moment..."),
            {},
            "challenge",
        ),
        (200, html("<script>var arg1='AB';</script><p>请启用JavaScript</p>"), {}, "challenge"),
        (200, html("<script>acw_sc__v2</script>"), {}, "challenge"),
        (200, html("您的访问过于频繁，请稍后再试。"), {}, "challenge"),
        (200, html("为了保障您的访问安全，请完成下列验证", title="安全验证"), {}, "challenge"),
        (200, html("您的请求存在安全威胁，已被防火墙拦截"), {}, "challenge"),
        (429, html("Too many requests"), {}, "challenge"),
        (200, html("系统维护中，请稍后访问。"), {}, "maintenance"),
        (200, html("<h1>网站正在升级维护</h1><p>预计今晚恢复</p>"), {}, "maintenance"),
        (503, html("<p>系统正在维护</p>"), {}, "maintenance"),
        (503, html("<p>busy</p>"), {}, "error"),
        (200, html("We'll be right back. Scheduled maintenance."), {}, "maintenance"),
        (200, html("您访问的页面不存在或已被删除！"), {}, "soft_404"),
        (200, html("对不起，您要找的文章已被删除"), {}, "soft_404"),
        (200, html("<h1>404</h1><p>Page not found</p>", title="404 Not Found"), {}, "soft_404"),
        (404, html("任意"), {}, "soft_404"),
        (410, "", {}, "soft_404"),
        (200, html("请先登录后继续访问"), {}, "login"),
        (200, html("<form>统一身份认证平台 用户名 密码</form>"), {}, "login"),
        (401, "", {}, "login"),
        (200, html("系统错误，请联系管理员"), {}, "error"),
        (200, html("<pre>HTTP Status 500 – Internal Server Error</pre>"), {}, "error"),
        (200, html("参数错误"), {}, "error"),
        (500, html("x"), {}, "error"),
        (502, "<h1>502 Bad Gateway</h1>", {}, "error"),
        (200, "", {}, "empty"),
        (200, "<html><body>\n&nbsp;</body></html>", {}, "empty"),
        (304, "", {}, "empty"),
    ],
)
def test_states(status: int, text: str, headers: dict[str, str], state: str) -> None:
    assert classify_response(status, text, headers) == state


@pytest.mark.parametrize(
    "text",
    [
        html(
            "<h1>关于政务服务网系统升级维护的公告</h1><p>发布时间：2025-03-01</p>"
            "<p>因系统升级维护，3月2日暂停服务。</p>"
        ),
        html("<p>关于网站登录方式调整的通知</p><p>请先登录新平台。</p><p>2025年3月1日</p>"),
        html(
            "<p>来源：新华社</p><p>网信部门要求整治访问过于频繁的爬虫，平台应当建立安全验证机制。</p>"
        ),
        html("<p>" + "推进数字政府建设，系统维护与登录认证分级管理。" * 40 + "</p>"),
        '<?xml version="1.0"?><rss><channel><title>404 登录 系统维护</title></channel></rss>',
        '{"code": 500, "message": "参数错误"}',
    ],
)
def test_documents_about_such_things_stay_documents(text: str) -> None:
    assert classify_response(200, text, {}) == "ok"


def test_visible_text_alone() -> None:
    assert classify_visible("安全验证", "请完成安全验证") == "challenge"
    assert classify_visible("页面不存在", "返回首页") == "soft_404"
    assert classify_visible("关于召开会议的通知", "会议定于周五召开。") == "ok"
    assert classify_visible("x", "") == "empty"


def test_large_and_hostile_text_is_judged_in_bounded_time() -> None:
    for text in ("<script>" * 200_000, "<" * 3_000_000, "<!--" * 500_000, "&nbsp;" * 500_000):
        assert classify_response(200, text, {}) in {"empty", "ok", "error", "challenge"}


def test_words_of_a_short_policy_document_are_no_maintenance_notice() -> None:
    text = (
        "<html><body><h1>关于下达2021年托育建设中央基建投资预算的通知</h1>"
        "<p>粤财社〔2021〕218号</p><p>请按规定做好预算执行。</p></body></html>"
    )
    assert classify_response(200, text, {}) == "ok"
    assert classify_response(200, "<html><body>网站建设中</body></html>", {}) == "maintenance"


def test_length_of_scripts_hides_no_challenge() -> None:
    script = "if(a>0&&b<1){alert('请稍候，正在验证。请勿关闭，谢谢。')}" * 600
    shell = f"<html><script>{script}</script><body><p>请完成安全验证</p></body></html>"
    assert len(shell) > 15_000
    assert classify_response(200, shell, {}) == "challenge"
    menu = "<li><a href='/a/column/of/the/site/index.html'>栏目</a></li>" * 300
    assert classify_response(200, f"<title>404</title>{menu}<p>页面不存在</p>", {}) == "soft_404"


def test_a_long_article_needs_no_reading_of_all_its_text() -> None:
    """Ordinary pages are most of what is fetched: a look at the first paragraphs must do."""
    article = "<p>各地区要加强网站安全验证，规范系统维护，防止页面不存在和访问过于频繁。</p>" * 4000
    start = time.process_time()
    for _ in range(20):
        assert classify_response(200, f"<title>404 页面</title>{article}", {}) == "ok"
    assert time.process_time() - start < 0.1
    assert classify_response(200, article, {"CF-Mitigated": "challenge"}) == "challenge"
    assert classify_response(404, article, {}) == "soft_404"
