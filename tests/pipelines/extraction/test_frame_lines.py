"""What stands around and between the paragraphs of an article, in several languages."""

from __future__ import annotations

import time

import pytest

from pipelines.clean import clean_page
from pipelines.extraction.phrases import (
    asks_to_subscribe,
    ends_article,
    is_byline,
    is_promotion,
    may_be_notice,
)
from tests.pipelines.pages import as_decoded

LEAD = (
    "The harbour will close to large ships for at least six weeks, after inspectors found cracks "
    "in two of its three gates, the company said."
)
TEXT = (
    "Engineers first noticed water behind the western gate on Friday, and closed it at once.",
    "By Sunday divers had found a second crack, nearly three metres long, in another gate.",
    "Ferries are not affected, the company said, and grain ships are sent to the next port.",
)
BODY = "".join(f"<p>{text}</p>" for text in TEXT)


def body_of(
    main: str, *, title: str = "Harbour shuts to large ships after cracks are found"
) -> str:
    page = f"<html><head><title>{title} | Courier</title></head><body>{main}</body></html>"
    return clean_page(as_decoded(page), url="https://news.example.com/1", lang="en").body_text


@pytest.mark.parametrize(
    "lead",
    [
        f"<h2 class='standfirst'>{LEAD}</h2>",
        f"<p class='article-teaser'>{LEAD}</p>",
        f"<div class='x9'>{LEAD} It will say more soon.</div>",
        "<p class='lead'>The harbour closes until May. Nobody at the port yet knows what that "
        "will cost.</p>",
    ],
)
def test_the_lead_beside_the_box_of_the_text_is_text(lead: str) -> None:
    head = "<h1>Harbour shuts to large ships after cracks are found</h1>"
    stamp = "<p class='by'>By <a href='/s'>Jane Doe</a></p><p>Jan. 14, 2025, 5:05 p.m.</p>"
    text = body_of(f"<article><header>{head}{lead}{stamp}</header><div>{BODY}</div></article>")
    first, *rest = text.split("\n")
    assert first in lead
    assert tuple(rest) == TEXT


def test_a_heading_below_the_title_belongs_to_the_headline() -> None:
    head = (
        "<h1>Harbour shuts to large ships after cracks are found</h1><h2>Repairs may cost $40m</h2>"
    )
    assert body_of(f"<article>{head}<div>{BODY}</div></article>") == "\n".join(TEXT)


@pytest.mark.parametrize(
    ("lead", "kept"),
    [
        (f"<p class='lead'>{LEAD}</p>", True),
        (
            "<p>It may cost $40m, the owner said. Ships, grain and all, go to the next port.</p>",
            True,
        ),
        (
            "<h2>It may cost $40m, the owner said. Ships, grain and all, go to the next port.</h2>",
            False,
        ),
    ],
)
def test_a_lead_far_from_the_box_of_the_text(lead: str, kept: bool) -> None:
    links = "".join(f"<a href='/{i}'>Section number {i} of the paper</a> " for i in range(9))
    head = f"<h1>Harbour shuts to large ships after cracks are found</h1>{lead}"
    top = f"<div><div>{head}<div>{links}</div></div></div>"
    first, *rest = body_of(f"<div>{top}<div class='article-body'>{BODY}</div></div>").split("\n")
    assert (first in lead) is kept
    assert tuple(rest if kept else (first, *rest)) == TEXT


def test_a_lead_that_the_text_repeats_is_kept_once() -> None:
    links = "".join(f"<a href='/{i}'>Section number {i} of the paper</a> " for i in range(9))
    head = (
        f"<h1>Harbour shuts to large ships after cracks are found</h1><h2>{LEAD}</h2><div>{links}"
    )
    head = head.replace("h2", "p class='lead'", 1).replace("/h2", "/p")
    body = f"<div class='article-body'><p>{LEAD}</p>{BODY}</div>"
    assert body_of(f"<div><div>{head}</div></div>{body}</div>") == "\n".join((LEAD, *TEXT))


@pytest.mark.parametrize(
    "box",
    [
        "<div class='c9'><h4>Empfohlener redaktioneller Inhalt</h4><p>Ich bin einverstanden, dass"
        " mir externe Inhalte angezeigt werden.</p></div>",
        "<div class='c9'><h4>Keep reading</h4><p>The latest, from gates to grain.</p></div>",
        "<div class='c9'><p>Contents</p><ul><li><a href='#a'>How it began</a></li>"
        "<li><a href='#b'>What comes next</a></li></ul></div>",
        "<p><b>À lire aussi :</b> <a href='/l'>Trois gares sans train</a></p>",
        "<div class='sr-only'>Skip the advertisement, and go on to the text of the article.</div>",
    ],
)
def test_boxes_between_paragraphs_that_are_no_text(box: str) -> None:
    head = "<h1>Harbour shuts to large ships after cracks are found</h1>"
    body = BODY.replace("</p>", f"</p>{box}", 1)
    assert body_of(f"<article>{head}<div>{body}</div></article>") == "\n".join(TEXT)


def test_a_signature_stays_and_an_end_mark_goes() -> None:
    head = "<h1>Harbour shuts to large ships after cracks are found</h1>"
    signed = body_of(f"<div>{head}<div>{BODY}<p>Port Authority</p></div></div>")
    assert signed.endswith("\nPort Authority")
    marked = body_of(f"<div>{head}<div>{BODY}<p>###</p></div></div>")
    assert marked == "\n".join(TEXT)


@pytest.mark.parametrize(
    "line",
    [
        "Related stories", "Weitere Artikel", "Sur le même sujet", "Mehr zum Thema", "12 comments",
        "This entry was posted on May 4 and filed under News", "Über die Autorin: Jane Doe",
        "© 2024 Courier", "Copyright The Agency", "Recommended stories for you",
        "【打印本页】", "延伸阅读：旧港",
    ],
)  # fmt: skip
def test_lines_that_end_an_article(line: str) -> None:
    assert ends_article(line)


@pytest.mark.parametrize(
    "line",
    [
        "Weitere drei Schiffe liegen vor der Küste, wie die Behörde mitteilte.",
        "Mehr als zwölf Schiffe mussten warten, und ihre Reeder verlangen nun Ersatz.",
        "Relations between the two ports have been tense for years.",
        "Thematisch passt das gut.",
        "Recommended practices for banks",
        "Most recent figures show that exports fell by four percent in May.",
        "Copyright law in the Union is about to change, the minister said.",
    ],
)
def test_sentences_that_begin_alike_do_not(line: str) -> None:
    assert not ends_article(line)
    assert not is_promotion(line)


@pytest.mark.parametrize(
    "line",
    ["Read more: The gates", "Lesen Sie auch: Der Hafen", "Publicité", "Anzeige", "Sommaire"],
)
def test_lines_that_lead_away(line: str) -> None:
    assert is_promotion(line)


@pytest.mark.parametrize("line", ["Register / sign in", "Unlock all articles today", "订阅本报"])
def test_lines_that_sell(line: str) -> None:
    assert asks_to_subscribe(line)


def test_bylines() -> None:
    assert is_byline("By Jane Doe and John Roe")
    assert is_byline("Von Erika Mustermann")
    assert not is_byline("By Monday all ships had left.")
    assert not is_byline("Von der Stadt kam keine Antwort")


def test_articles_below_a_heading_of_related_ones_go_however_long() -> None:
    others = "".join(
        f"<article><h4><a href='/{i}'>Other {i}</a></h4><p>{text} {text} {text}</p></article>"
        for i, text in enumerate(("A first story, and its end.", "A second, long ago.", "A third."))
    )
    head = "<h1>Harbour shuts to large ships after cracks are found</h1>"
    more = f"<article class='box'><h3>You may also like</h3>{others}</article>"
    page = f"<div><article class='box'>{head}{BODY}</article>{more}</div>"
    assert body_of(page) == "\n".join(TEXT)


def test_a_description_of_a_picture_is_no_text() -> None:
    head = "<h1>Harbour shuts to large ships after cracks are found</h1>"
    said = "Divers at the western gate on Sunday, in the rain."
    body = BODY.replace("</p>", f"</p><div class='hero-img__description'>{said}</div>", 1)
    assert body_of(f"<article>{head}<div>{body}</div></article>") == "\n".join(TEXT)


@pytest.mark.parametrize(
    "line", ["Lesen Sie auch", "Related stories", "© Agency / A. Photographer"]
)
def test_the_text_goes_on_below_a_pointer_near_its_end(line: str) -> None:
    head = "<h1>Harbour shuts to large ships after cracks are found</h1>"
    long = " ".join(TEXT * 3)
    last = (
        "The city council is to hear from the company on Thursday, and repairs could take months."
    )
    body = f"<p>{long}</p><p>{long} Again.</p><h4>{line}</h4><p>{last} {last}</p>"
    assert body_of(f"<article>{head}<div>{body}</div></article>").endswith(f"Again.\n{last} {last}")


def test_the_address_of_a_heading_says_nothing_about_it() -> None:
    head = "<h1>Harbour shuts to large ships after cracks are found</h1>"
    body = BODY.replace("</p>", "</p><h2 id='cookies-and-privacy'>Cookies and privacy</h2>", 1)
    assert "\nCookies and privacy\n" in body_of(f"<article>{head}<div>{body}</div></article>")


def test_thousands_of_pointers_take_no_longer_each() -> None:
    head = "<h1>Harbour shuts to large ships after cracks are found</h1>"
    long = f"<p>{' '.join(TEXT * 3)}</p>"
    lines = "<p>© Agency</p><p>Anzeige</p>" * 6000
    page = f"<div>{head}<div>{long * 30}{lines}{long}</div></div>"
    started = time.process_time()
    text = body_of(page)
    assert time.process_time() - started < 2.0  # 0.2 s; 4 s where each line looks at all others
    assert text.count("\n") == 30


def test_days_of_other_articles_are_not_those_of_a_page_with_a_headline_of_its_own() -> None:
    """``<title>`` is worded for search engines; the only main heading still tells where to look."""
    page = clean_page(
        as_decoded(
            "<html><head><title>Search words only</title></head><body>"
            "<div><h1>The harbour shuts to large ships</h1><p>June 19, 2023</p>"
            f"{BODY * 6}</div><div><h4>Another story of this week</h4><p>{LEAD}</p>"
            "<p>June 20, 2023</p></div></body></html>"
        ),
        url="https://news.example.com/1",
        lang="en",
    )
    assert page.title == "The harbour shuts to large ships"
    assert page.body_text.count(TEXT[0]) == 6
    assert page.head_text == "June 19, 2023"


@pytest.mark.parametrize(
    "line",
    [
        "12 comments",
        "© Example Press",
        "Filed under: Harbours",
        "Related stories:",
        "You may also like",
        "Voir aussi",
        "Read more: the gates of the port",
        "Advertisement",
        "Subscribe to our newsletter",
        "Unlock full access",
        "“Sign up” here",
        "相关阅读",
        "点击查看原文",
        "订阅本刊",
        "登录后阅读全文",
        "主办单位：示例市人民政府",
        "第 1 页 / 共 3 页",
    ],
)
def test_no_notice_is_passed_over_by_the_first_look(line: str) -> None:
    assert ends_article(line) or is_promotion(line) or asks_to_subscribe(line)
    assert may_be_notice(line)
