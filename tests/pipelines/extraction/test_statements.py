"""Laws, policies and articles whose paragraphs begin with words of notices lose none of them."""

from __future__ import annotations

import pytest

from pipelines.clean import clean_page
from pipelines.extraction.statements import is_statement
from tests.pipelines.pages import as_decoded

ENGLISH = (
    "Subscribers have the right to end a contract without notice when its price rises.",
    "Newsletters may be sent only to persons who gave their consent beforehand.",
    "Login data must be stored in encrypted form and deleted after six months.",
    "Support for public-interest journalism is exempt from this duty.",
    "Related parties must be named in the annual report of the operator.",
    "This content is available only to persons above the age of sixteen.",
    "Download the application form and send it to the authority.",
    "Share this information with all staff who handle personal data.",
    "Contact us two weeks before the hearing if you need an interpreter.",
    "37 responses were received to the consultation from industry and the public.",
    "Paid content must be marked as such in a clear and visible way.",
    "Copyright in the materials remains with the person who created them.",
)
CHINESE = (
    "相关信息应当依法公开。",
    "更多信息可查阅国家标准全文公开系统。",
    "推荐内容不得违反法律法规。",
    "用户评论服务提供者应当建立审核制度。",
    "分享给第三方的个人信息应当取得单独同意。",
    "订阅服务到期前，经营者应当提前五日提醒消费者。",
    "登录信息至少保存六个月。",
    "版权声明应当置于显著位置。",
    "点击进入专栏提交意见。",
    "特别提示：申请人应当在期限届满前提交材料。",
    "平台收到侵权声明后，应当及时告知平台内经营者。",
    "相关文件同时废止。",
)
PROSE = {
    "en": "The authority shall publish the register of licensed operators once a year, and shall "
    "keep every entry, with the day of its last change, for five years after the licence ended.",
    "zh": "主管部门应当依法公开许可登记名册，并自许可终止之日起将有关登记事项至少保存五年，"
    "任何单位和个人有权查询，主管部门不得拒绝。",
}
TITLES = {"en": "Regulation on the licensing of network operators", "zh": "网络运营许可管理办法"}


def body_of(main: str, lang: str) -> list[str]:
    title = TITLES[lang]
    page = (
        f"<html><head><title>{title}</title></head><body><p><a href='/'>Home</a></p>"
        f"<div class='article-content'><h1>{title}</h1>{main}</div></body></html>"
    )
    url = "https://gov.example.org/1"
    return clean_page(as_decoded(page), url=url, lang=lang).body_text.split("\n")


@pytest.mark.parametrize(("lang", "lines"), [("en", ENGLISH), ("zh", CHINESE)])
@pytest.mark.parametrize("tag", ["p", "li", "div"])
def test_a_policy_keeps_sentences_that_begin_like_notices(
    lang: str, lines: tuple[str, ...], tag: str
) -> None:
    texts = [text for line in lines for text in (line, PROSE[lang])]
    for order in (texts, texts[::-1], [*texts[1::2], *lines]):
        main = "".join(f"<{tag}>{text}</{tag}>" for text in order)
        assert [text for text in order if text not in body_of(main, lang)] == []


def test_the_end_of_a_policy_is_not_cut_at_such_a_sentence() -> None:
    for lang, lines in (("en", ENGLISH), ("zh", CHINESE)):
        for line in lines:
            texts = [f"{PROSE[lang]} {i}." for i in range(9)]
            texts[8:8] = [line]
            assert body_of("".join(f"<p>{text}</p>" for text in texts), lang) == texts


def test_the_last_paragraph_is_no_credit_for_its_first_word() -> None:
    texts = [PROSE["zh"]] * 4 + ["纠错申请应当自收到之日起五日内答复。"]
    assert body_of("".join(f"<p>{text}</p>" for text in texts), "zh")[-1] == texts[-1]


def test_the_lead_of_a_policy_may_begin_with_such_words() -> None:
    lead = (
        "Subscribers gain new rights from May. Operators have until then to name them in contracts."
    )
    links = "".join(f"<a href='/{i}'>Chapter number {i} of the rules</a> " for i in range(9))
    prose = f"<p>{PROSE['en']}</p>" * 4
    main = f"<div><p class='lead'>{lead}</p><div>{links}</div></div><div>{prose}</div>"
    assert body_of(main, "en")[0] == lead


@pytest.mark.parametrize(
    ("lang", "headings"),
    [
        ("en", ("Newsletter", "Log in", "Copyright", "Related links", "Comments", "Contact us")),
        ("zh", ("登录信息", "订阅服务", "用户评论", "相关链接", "版权声明", "免责声明")),
    ],
)
@pytest.mark.parametrize("box", ["section", "div", ""])
def test_sections_of_a_policy_with_headings_of_notices_stay(
    lang: str, headings: tuple[str, ...], box: str
) -> None:
    sections = [[heading, f"{i} {PROSE[lang]}"] for i, heading in enumerate(headings)]
    opened, closed = (f"<{box}>", f"</{box}>") if box else ("", "")
    main = "".join(f"{opened}<h2>{a}</h2><p>{b}</p>{closed}" for a, b in sections)
    text = [PROSE[lang], *(text for section in sections for text in section)]
    assert body_of(f"<p>{PROSE[lang]}</p>{main}", lang) == text


def test_a_long_paragraph_on_a_newsletter_is_a_section_of_a_policy() -> None:
    on_letters = "To send you our newsletter we keep your address until you end it. " * 4
    sections = [
        ("Purpose", PROSE["en"]),
        ("Newsletter", on_letters.strip()),
        ("Rights", "We reply."),
    ]
    main = "".join(f"<section><h2>{a}</h2><p>{b}</p></section>" for a, b in sections)
    assert on_letters.strip() in body_of(f"<p>{PROSE['en'] * 4}</p>{main}", "en")


@pytest.mark.parametrize(
    "line",
    [
        "Mehr zum Thema Hafenausbau stand am Montag in keinem der Papiere der Stadt.",
        "Anzeige erstattete die Reederei am Freitag bei der Polizei in Kiel.",
        "Weitere Artikel des Gesetzes treten erst im kommenden Jahr in Kraft.",
        "Melden Sie sich binnen zwei Wochen bei der zuständigen Behörde an.",
        "Publicité et parrainage restent interdits aux abords des écoles.",
        "Inscrivez-vous sur les listes électorales avant le 31 décembre.",
        "Newsletters y otros envíos requieren el consentimiento previo del usuario.",
        "Assine o contrato apenas depois de ler todas as suas cláusulas.",
        "Support for independent journalism has shrunk in most of the region.",
    ],
)
def test_a_sentence_of_an_article_stays(line: str) -> None:
    prose = PROSE["en"]
    main = f"<p>{prose}</p><p>{line}</p><p>{prose} {prose}</p><p>{line}</p><p>{prose}</p>"
    assert body_of(main, "en").count(line) == 2


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to our daily newsletter and read the news before all others.",
        "Support our journalism and become a member of the paper today.",
        "Sign up for the Morning Briefing and get it in your inbox.",
        "This content is reserved for the subscribers of the paper.",
        "© 2024 The Courier Company of the town and its partners.",
        "Ich bin damit einverstanden, dass mir externe Inhalte angezeigt werden.",
        "Il vous reste 45 % de cet article à lire. La suite est réservée aux abonnés.",
        "This entry was posted on May 4 and filed under News.",
        "Über die Autorin: Jane Doe ist Redakteurin und lebt in Kiel.",
        "Related: How the port came to be closed for six weeks.",
        "Subscribe to the paper and read what nobody else will tell.",
        "Advertisement.", "Read more.", "Like this story? Share it with your friends today.",
        "免责声明：本文仅代表作者观点，与本网无关。",
        "关注我们的公众号，获取更多内容。", "（责任编辑：张三）",
    ],
)  # fmt: skip
def test_what_a_page_says_of_itself_is_no_statement(line: str) -> None:
    assert not is_statement(line)


def test_notices_in_whole_sentences_still_go() -> None:
    prose = [f"{PROSE['en']} {i}." for i in range(6)]
    selling = "Subscribe to our daily newsletter and read the news before all others."
    entry = "This entry was posted on May 4 and filed under News."
    main = "".join(f"<p>{text}</p>" for text in (*prose[:3], selling, *prose[3:], entry))
    assert body_of(main, "en") == prose
