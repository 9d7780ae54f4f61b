"""Lines that belong to the page and not to the article, in Chinese and languages of Latin script.

``is_meta_line``: date, source, author, counters, font size, print and share buttons.
``ends_article``: headings after which only related items, comments and legal notes follow.
Phrases of Latin script are in ``latin.py``; what only begins like a notice is in ``statements.py``.
No pattern here is super-linear: all repeats are bounded or over disjoint classes.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines.extraction.latin import (
    ANY,
    ENDS,
    POINTS,
    PROMOTES,
    SUBSCRIBES,
    begins,
    first_letter,
)

_META_WORDS = re.compile(
    r"(?:发布|发表|更新|公布|发文|成文|生成|录入|创建|编辑|上传|公开|信息|文章|稿件|新闻|文稿"
    r"|本文|内容|责任|信息发布|原文|转载|"
    r"网络|网站|页面|最后)?(?:时间|日期|来源|出处|作者|记者|编辑|责编|编审|审核|审校|校对|供稿"
    r"|撰稿|摄影|供图|单位|机构|部门|科室|"
    r"浏览(?:次数|量|数)?|阅读(?:次数|量|数)?|点击(?:次数|量|率|数)?|访问(?:次数|量|数)?|人气"
    r"|查看|评论|点赞|收藏|分享|转发|"
    r"字号|字体|字体大小|字体颜色|打印(?:本页|此页|文章|预览)?|关闭(?:窗口|本页|此页|页面)?"
    r"|返回(?:顶部|列表|首页)?|"
    r"保存|下载|朗读|语音播报|播放|视力保护色|我要纠错|纠错|扫一扫|手机(?:看|阅读|查看)|微信|微博"
    r"|朋友圈|QQ空间?|二维码|"
    r"索引号|文号|主题词?|关键词|标签|原标题|当前位置|您的位置|所在位置|首页|正文|来自)"
    r"|(?:資料|新聞|文章|發[布佈]|更新|建檔|上架|修改|張貼|公告|最後)?(?:時間|日期|來源|單位|編輯|記者|作者)"
    r"|點閱(?:率|數|次數)?|瀏覽(?:人次|次數|數)?"
    r"|[【\[（(]?[大中小特]{1,2}[】\])）]?(?=[\s|【\[（(大中小]|$)"
    r"|\d{2,4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?|\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
    r"|星期[一二三四五六日天]|周[一二三四五六日]"
    r"|\d+\s?(?:次|人|条|个)?|(?:published|updated|posted|last modified|created)(?: on| at)?|by"
    r"|views?|comments?|shares?"
    r"|print|e-?mail|share|tweet|save|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]{0,6}\.?|[ap]\.?m\.?"
    r"|\b(?:e[sd]t|gmt|utc|bst|p[sd]t|cet)\b"
    r"|min(?:ute)?s? read|min|read|ago|hours?|days?"
    r"|\b(?:stand|aktualisiert|veröffentlicht|erstellt|lese(?:dauer|zeit)|minuten?|uhr|am|um|von"
    r"|publié|mis à jour|modifié|temps de lecture|lecture|le|à|par|publicado|actualizado|el|por"
    r"|aggiornato|pubblicato|alle|di|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier"
    r"|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre)\b",
    re.IGNORECASE,
)
_META_SIGN = re.compile(
    r"(?:时间|日期|来源|作者|编辑|责编|记者|浏览|阅读|点击|访问|字号|字体|打印|分享|稿源|出处"
    r"|供稿|時間|來源|單位|編輯|記者|點閱|瀏覽)\s{0,4}(?:次数|量|数|大小)?\s{0,4}[:：（(\[【]"
    r"|\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|published|updated|posted|\bby [A-Z]|字号"
    r"|打印|\d{1,2}:\d{2}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}"
    r"|\b\d{1,2}(?:\.|er)? (?:jan|f[eé][bv]|m[aä]r|a[pv]r|ma[iy]|ju[iln]|ao[uû]|aug|sep|o[ck]t|nov"
    r"|d[eé][cz])[a-zéû]{0,7}\.? (?:19|20)\d\d|\b\d{1,2}\.\d{1,2}\.(?:19|20)\d\d"
    r"|lese(?:dauer|zeit)|temps de lecture|\d min(?:ute)?s? read",
    re.IGNORECASE,
)
#: without a digit one of these is in every line in ASCII that the pattern above finds
_ASCII_SIGNS = ("published", "updated", "posted", "by ", "lese", "temps de lecture")
_DIGIT = re.compile(r"[0-9]")
_JUNK = re.compile(r"[\s\d\W_]+")

_ENDS = re.compile(
    r"^[\s\W]{0,6}(?:"
    r"(?:相关|延伸|推荐|热点|热门|精彩|更多|最新|编辑|今日|为您|猜你|大家|人气|往期|同类|本类|图片|视频|专题|随机|深度|拓展|扩展)(?:的)?(?:新闻|阅读|链接|文章|文件|报道|解读|政策|推荐|信息|专题|资讯|内容|图片|视频|搜索|评论|资料|喜欢|都在看|回顾|稿件|主题|动态|帖子|博文|话题|精彩|日志|附件下载)"
    r"|上一?[篇条页][:：\s]|下一?[篇条页][:：\s]|上一?[篇条]$|下一?[篇条]$"
    r"|(?:发表|网友|用户|我要|最新|热门|全部)评论|评论\s?[（(]\d"
    r"|(?:特别|免责|版权|郑重|本网|本站)(?:声明|提示|提醒|说明)|声明[:：]|版权(?:所有|声明|归)"
    r"|凡本[网站]|凡注明|本文(?:仅代表|不代表|为转载)|打印本[页文]|关闭(?:窗口|本页)"
    r"|[【\[]?(?:打印|关闭|返回|收藏)[】\]]?(?:\s|$)|分享(?:到|至|给|本文|[:：]|$)|扫一?扫"
    r"|扫描二维码|长按(?:识别|二维码)|关注我们|(?:为你|为您)推荐|猜你喜欢"
    r"|返回(?:顶部|首页|列表)|文章标签|标签[:：]|关键词[:：]|我要纠错|点击(?:下载|进入)专题"
    r"|原文链接[:：]?$|友情链接"
    r")"
)
_FOOTER = re.compile(
    r"反侵权|侵权(?:公告|声明|必究)|著作权声明|内容声明$|第\s?\d{1,3}\s?页\s?[/／]\s?共|上一页.{0,6}下一页|ICP备|公网安备|网站标识码"
    r"|版权所有|^(?:主办|承办|技术支持|网站地图)[单位]{0,2}[:：\s]"
)
#: one of these is in whatever the pattern above finds
_FOOTER_SIGNS = ("侵权", "声明", "页", "备", "标识码", "版权", "办", "支持", "地图")
_PROMOTES = re.compile(
    r"^[\s\W]{0,4}(?:"
    r"(?:扫码|长按|点击).{0,12}(?:阅读|关注|下载|查看)(?:全文|原文|更多|我们)?$"
    r"|点击(?:图片|此处|这里|进入|查看).{0,16}$|广告$|不感兴趣$|展开全文$|收起$"
    r")"
)
_CJK = "\u2e80"
_ENDS_FIRST = frozenset(
    "相延推热精更最编今为您猜大人往同本图视专随深拓扩上下发网用我全评特免版郑声凡打关分扫长返文标"
    "点原友收评"
)
_PROMOTES_FIRST = frozenset("扫长点广不展收")
_FIRST = _ENDS_FIRST | _PROMOTES_FIRST | {"订", "登"}
_CREDITS = re.compile(
    r"^[\s\W]{0,4}(?:(?:责任编辑|责编|编辑|本文来源|编审|审核|校对|监制|值班编辑|文字编辑)\s{0,3}[:：]|纠错|分享让更多人看到)"
)


_BYLINE = re.compile(
    r"(?:[Bb]y|[Vv]on|[Pp]ar|Por|Words|Text)\s?:?(?: (?:and|und|et|y|&|de|del|van|von|der|da|di|la"
    r"|le|[A-ZÀ-Þ][^\W\d_]{0,20}[’'.-]?[^\W\d_]{0,20},?)){1,10}"
)


def is_byline(text: str) -> bool:
    """A line of a page in Latin script that names the writers, and nothing else."""
    return 5 < len(text) <= 100 and _BYLINE.fullmatch(text) is not None


def is_credit(text: str) -> bool:
    """A line that names the editors or the desk, and nothing else."""
    return len(text) <= 60 and _CREDITS.match(text) is not None


@lru_cache(maxsize=4096)  # asked for the same line at several steps, and on every page of a site
def is_meta_line(text: str) -> bool:
    """A line made of dates, sources, authors, counters and buttons; up to 160 characters."""
    if len(text) > 160 or (text.isascii() and not _may_be_meta(text)):
        return False
    if not _META_SIGN.search(text):
        return False
    rest = _JUNK.sub("", _META_WORDS.sub("", text))
    return len(rest) <= 12 or len(rest) <= 0.35 * len(_JUNK.sub("", text))


def _may_be_meta(text: str) -> bool:
    """For lines in ASCII: whether they hold what a sign of such a line needs at the least."""
    if _DIGIT.search(text) is not None:
        return True
    small = text.lower()
    return any(sign in small for sign in _ASCII_SIGNS)


def may_be_notice(text: str) -> bool:
    """Whether one of the following may find something in a line: told in one step for most."""
    letter, at = first_letter(text)
    if letter in _FIRST if letter >= _CJK else begins(text, ANY, letter, at) or "©" in text[:at]:
        return True
    return not text.isascii() and any(sign in text for sign in _FOOTER_SIGNS)


def ends_article(text: str) -> bool:
    """A short line that starts with the words after which an article is over."""
    if len(text) > 200:
        return False
    letter, at = first_letter(text)
    if letter < _CJK:
        if begins(text, ENDS, letter, at) or begins(text, POINTS, letter, at) or "©" in text[:at]:
            return True
    elif letter in _ENDS_FIRST and _ENDS.match(text) is not None:
        return True
    if text.isascii():
        return False
    for sign in _FOOTER_SIGNS:
        if sign in text:
            return _FOOTER.search(text) is not None
    return False


def points_elsewhere(text: str) -> bool:
    """Of the lines of Latin pages that end articles one that may also stand between paragraphs: it
    names other articles, or whoever made a picture."""
    letter, at = first_letter(text)
    return "©" in text[:at] or begins(text, POINTS, letter, at)


def is_promotion(text: str) -> bool:
    """A short line inside an article that advertises something else or labels a control."""
    if len(text) > 240:
        return False
    letter, at = first_letter(text)
    if letter < _CJK:
        return begins(text, PROMOTES, letter, at)
    return letter in _PROMOTES_FIRST and _PROMOTES.match(text) is not None


def asks_to_subscribe(text: str) -> bool:
    """The first line of a box that sells access or a newsletter."""
    if len(text) > 160:
        return False
    letter, at = first_letter(text)
    return (
        begins(text, SUBSCRIBES, letter, at)
        if letter < _CJK
        else text.startswith(("订阅", "登录"), at)
    )
