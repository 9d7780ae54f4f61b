"""What class and id names say about an element: body text, part of a page frame, or nothing.

Names are split into words (``artContent`` -> art, content); the words are those that content
management systems and page builders use everywhere, in English and in pinyin.
"""

from __future__ import annotations

import re
from functools import lru_cache

STRONG = 2
GOOD = 1
PLAIN = 0
WEAK = -1  # slightly against the article
SOFT = -2  # frame, if it holds little text: the name also says layout
FRAME = -3  # frame, unless it holds nearly all the text of the page
CAPTION = -5  # words about an image: text on Chinese pages, frame elsewhere
NEVER = -4  # footer, menu, consent box: frame, however much text it holds

_WORD = re.compile(r"[A-Z]{2,20}(?![a-z])|[A-Z]?[a-z]{1,30}|\d{1,6}")

#: whole names of body containers of common systems (TRS, Hanweb, VSB, UCAP, WordPress, …)
_BODY_NAME = re.compile(
    r"(?:^|[\s_-])(?:ucap-?content|trs_u?editor|view|trs_paper|vsb_content\w{0,8}|js_content"
    r"|end-?text|arti-?body|zoom(?:con)?|p-detail|rm_txt_con|text_con|con_?text|pages_content"
    r"|(?:article|art|news|post|entry|story|detail|info|main|text|txt|page|xl|nr|wz)"
    r"[_-]?(?:body|content|text|txt|con|cont|detail|details|nr|zw|main|info_?content)"
    r"|(?:content|body)[_-]?(?:text|txt|main|body|article|detail)|article__?(?:body|content)"
    r"|zw|zhengwen|neirong|nrong|mp-editor|rich_media_content|richtext|rich-text|prose"
    r"|articlebody|post__content|story-?body\w{0,6}|entry__content)(?:$|[\s_-])",
    re.IGNORECASE,
)


def words(text: str) -> frozenset[str]:
    """Set of the white-space separated words of a literal."""
    return frozenset(text.split())


_GOOD = words(
    "article articles art content contents con body story post entry detail details text txt main "
    "news zoom editor trs hentry page paragraph paragraphs prose column wrapper mainbody zw nr"
)
_FRAME = words(
    "nav navbar navigation menu submenu footer foot sidebar aside related relate relatednews "
    "recommend recommended recommendation recommendations comment comments reply replies respond "
    "disqus share sharing shares sharebar social sns bdshare jiathis breadcrumb breadcrumbs crumb "
    "crumbs crumbnav weizhi dqwz location copyright bottombar toolbar toolbox tools login signin "
    "signup register search searchbar searchbox hotnews ranking rank friendlink friendlinks ad ads "
    "adv advert advertisement advertising adsense adbox gg guanggao sponsor sponsored promo "
    "promotion newsletter subscribe subscription popup modal cookie cookies consent gdpr pager "
    "pagination pagenav pages qrcode ewm erweima tongji vote toutiao xgwz xgyd xgxw xgnews xglj "
    "outbrain taboola masthead topbar skip teaser teasers carousel swiper slider "
    "carousels byline-bio authorbio author-bio feedback survey trending popular mostread latest "
    "readmore more-news morestories upnext player tooltip dropdown offcanvas overlay banner "
    "statement disclaimer mianze prevnext nextprev prev next yqlj youqing returntop gotop backtop "
    "anzeige werbung publicite reklame "
    "onetrust ot-sdk optanon ccpa didomi qc-cmp truste privacy credit credits "
    "byline "
    "dateline timestamp figcaption authors commentlist trc "
    "accessibility fontsize ziti donate"
)
_CAPTION = words("caption captions wp-caption wp-caption-text imagecaption image-caption")
_DESCRIBES = words("description desc legend legende bildunterschrift bildtext")
_PICTURES = words("img image images photo picture gallery lightbox bild slideshow")
_NEVER = words(
    "footer foot copyright cookie cookies consent gdpr onetrust ot-sdk optanon ccpa didomi nav "
    "navbar menu breadcrumb breadcrumbs login signin signup modal popup friendlink friendlinks "
    "comment comments commentlist replies respond disqus"
)
#: whole names of what common style sheets keep from the eye
_UNSEEN = words("hidden d-none sr-only visually-hidden visuallyhidden screen-reader-text")
#: words of boxes that hold other boxes: "layout-with-sidebar" is no sidebar
_LAYOUT = words(
    "layout wrap wrapper container grid row rows columns has with without no fixed page main "
    "article post content single template enabled on area center full two left right"
)
_SOFT = words(
    "author bio aboutauthor authorbox autorbox autorenbox author-box author-info authorinfo "
    "post-author meta postmeta postmetadata "
    "post-meta entry-meta article-meta tag tags keyword keywords tagcloud source-info info-bar "
    "disclosure disclosures rating ratings poll quiz promo-box hint tip tips contribute "
    "membership members offer offers"
)
_WEAK = words(
    "header head side left right top bottom info link links list "
    "hot tool source origin date time gallery video "
    "audio media photo image images pic app weixin wechat mobile download extra misc hidden "
    "widget widgets paywall hide none note footnote attachment box module block category "
    "categories topic topics ep edit "
    "summary abstract digest lead intro editor editors reprint editorial"
)


@lru_cache(maxsize=16384)
def mark_of(name: str) -> int:
    """Verdict on ``class + " " + id``; the strongest sign wins, body names before frame words."""
    if not name:
        return PLAIN
    name = name[:300]
    found = {word.lower() for word in _WORD.findall(name)}
    whole = name.lower().split()
    found.update(whole)
    if not _UNSEEN.isdisjoint(whole):
        found.add("overlay")
    if found & _CAPTION or (found & _DESCRIBES and found & _PICTURES):
        return CAPTION
    body = _BODY_NAME.search(name) is not None
    if found & _FRAME:
        if body:
            return PLAIN
        if found & _LAYOUT:
            return SOFT
        return NEVER if found & _NEVER else FRAME
    if body:
        return STRONG
    if found & _SOFT:
        return SOFT
    if found & _GOOD:
        return GOOD
    if found & _WEAK:
        return WEAK
    return PLAIN
