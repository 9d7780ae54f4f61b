"""Lines that belong to the page and not to the article, in Chinese and English.

``is_meta_line``: date, source, author, counters, font size, print and share buttons.
``ends_article``: headings after which only related items, comments and legal notes follow.
No pattern here is super-linear: all repeats are bounded or over disjoint classes.
"""

from __future__ import annotations

import re
from functools import lru_cache

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
    r"|供稿)\s{0,4}(?:次数|量|数|大小)?\s{0,4}[:：（(\[【]"
    r"|\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|published|updated|posted|\bby [A-Z]|字号"
    r"|打印|\d{1,2}:\d{2}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}"
    r"|\b\d{1,2}(?:\.|er)? (?:jan|f[eé][bv]|m[aä]r|a[pv]r|ma[iy]|ju[iln]|ao[uû]|aug|sep|o[ck]t|nov"
    r"|d[eé][cz])[a-zéû]{0,7}\.? (?:19|20)\d\d|\b\d{1,2}\.\d{1,2}\.(?:19|20)\d\d"
    r"|lese(?:dauer|zeit)|temps de lecture|\d min(?:ute)?s? read",
    re.IGNORECASE,
)
_JUNK = re.compile(r"[\s\d\W_]+")

_ENDS = re.compile(
    r"^[\s\W]{0,6}(?:"
    r"(?:相关|延伸|推荐|热点|热门|精彩|更多|最新|编辑|今日|为您|猜你|大家|人气|往期|同类|本类"
    r"|图片|视频|专题|随机|深度|拓展|扩展)"
    r"(?:的)?(?:新闻|阅读|链接|文章|文件|报道|解读|政策|推荐|信息|专题|资讯|内容|图片|视频|搜索"
    r"|评论|资料|喜欢|都在看|回顾|稿件|主题|动态|"
    r"帖子|博文|话题|精彩|日志|附件下载)"
    r"|上一?[篇条页][:：\s]|下一?[篇条页][:：\s]|上一?[篇条]$|下一?[篇条]$|(?:发表|网友|用户|我要"
    r"|最新|热门|全部)评论|评论\s?[（(]\d"
    r"|(?:特别|免责|版权|郑重|本网|本站)(?:声明|提示|提醒|说明)|声明[:：]|版权(?:所有|声明|归)"
    r"|凡本[网站]|凡注明|本文(?:仅代表|不代表|为转载)"
    r"|打印本[页文]|关闭(?:窗口|本页)|[【\[]?(?:打印|关闭|返回|收藏)[】\]]?(?:\s|$)|分享(?:到|至"
    r"|给|本文|[:：]|$)|扫一?扫|扫描二维码|长按(?:识别|二维码)|关注我们"
    r"|(?:为你|为您)推荐|猜你喜欢|返回(?:顶部|首页|列表)|文章标签|标签[:：]|关键词[:：]|我要纠错"
    r"|点击(?:下载|进入)专题|原文链接[:：]?$|友情链接"
    r"|related(?: (?:articles?|stories|posts|content|topics|coverage|news|links|items|products"
    r"|reading|"
    r"stor(?:y|ies)|to this.{0,20}))?[:\s]{0,3}$"
    r"|more (?:from|stories|on|news|in|like this|about|articles|top stories|coverage|to read"
    r"|info)\b.{0,60}$"
    r"|(?:you (?:may|might|could) (?:also )?(?:like|be interested|enjoy)|recommended|what to "
    r"read next|up next$"
    r"|(?:next|previous) (?:article|post|story)|share (?:this|on|your|article|via)|share$"
    r"|comments?(?: \(?\d+\)?)?$"
    r"|\d+ (?:comments?|replies|responses|thoughts)\b|(?:leave|post|add|write|submit) (?:a |your "
    r")?(?:comment|reply|response)"
    r"|join the (?:conversation|discussion)|view (?:all )?comments|connect with|follow (?:us|me)\b"
    r"|most (?:read|popular|viewed|shared|recent)|popular (?:now|posts|stories|on)"
    r"|latest (?:news|stories|from|posts|in|headlines)|top stories|editor'?s'? picks?|in this "
    r"(?:story|article)$"
    r"|tags?\s?[:：]|tags$|filed (?:under|to)|topics?[:：]|categor(?:y|ies)[:：]|copyright\b|©"
    r"|\(c\) \d{4}|all rights reserved"
    r"|about (?:the|this) author|about us$|paid content|from our partners|around the web|report "
    r"(?:a typo|an error|this)"
    r"|(?:this|the) (?:entry|post) was (?:posted|written|published)|filed in "
    r"|(?:dieser|der) (?:beitrag|eintrag|artikel) wurde .{0,60}(?:veröffentlicht|verfasst|abgelegt)"
    r"|(?:cet article|ce billet) a été (?:publié|posté)|esta entrada fue publicada"
    r"|send (?:us )?(?:a )?tip|contact (?:us|the author)|back to top|load(?:ing)? (?:more"
    r"|comments)|show (?:more|comments)"
    r"|references$|see also$|weitere (?:artikel|themen|nachrichten|meldungen|beiträge|info|links"
    r"|news|presse|storys?|inhalte|texte|videos?)\w{0,20}.{0,40}$|mehr (?:zum|zu|aus|von) .{0,50}$"
    r"|lesen sie auch|kommentare?$|(?:artikel )?teilen$|drucken$|zur startseite$"
    r"|verwendete quellen$"
    r"|(?:auch )?(?:das )?(?:könnte )?(?:sie|dich) (?:auch )?interessieren|passend zum thema"
    r"|schlagw|thema:|você (?:também )?pode (?:gostar|se interessar)|(?:também )?leia (?:também"
    r"|mais)"
    r"|(?:también )?(?:te|le) puede interesar|(?:noticias|notas|artículos|artigos"
    r"|notícias) relacionad"
    r"|sur le même (?:sujet|thème)|articles? (?:liés|similaires|connexes)|dans la même (?:rubrique"
    r"|catégorie)|partager (?:cet|cette|sur|l')|partager$|commentaires?$|voir aussi$|à lire aussi"
    r"|articoli correlati|potrebbe interessarti)"
    r")",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"反侵权|侵权(?:公告|声明|必究)|著作权声明|内容声明$|第\s?\d{1,3}\s?页\s?[/／]\s?共|上一页.{0,6}下一页|ICP备|公网安备|网站标识码"
    r"|版权所有|^(?:主办|承办|技术支持|网站地图)[单位]{0,2}[:：\s]"
)
#: one of these is in whatever the pattern above finds
_FOOTER_SIGNS = ("侵权", "声明", "页", "备", "标识码", "版权", "办", "支持", "地图")
_PROMOTES = re.compile(
    r"^[\s\W]{0,4}(?:advert(?:isement|isement - .{0,20})?\s{0,3}(?:\W{0,3})$|article content( "
    r"continued)?$|story continues below|continue reading"
    r"|(?:read|see|watch|listen|learn|also read|related|more|recommended|trending|click here"
    r"|must read|don'?t miss|in pictures|play|exclusive)"
    r"(?: more| also| next| now| on| here| this| reading| stor(?:y|ies)| article| coverage| "
    r"video)?\s{0,2}[:|：–>»-]"
    r"|(?:click|tap) here (?:to|for)|sign up|subscribe|newsletter|get (?:the|our|your) "
    r".{0,50}(?:newsletter|inbox|app\b|go\b|delivered)"
    r"|follow .{0,40}(?:on (?:twitter|facebook|instagram|x)\b|@)|download (?:the|our) .{0,30}app"
    r"|skip (?:past|to|ad|advert)|image (?:credit|source|via)"
    r"|photo (?:credit|by)|photo:|photograph:|(?:caption|close|credit|embed|expand|enlarge|copy "
    r"link|hide caption|toggle caption|play video|watch live)$"
    r"|this (?:content|article) is (?:reserved|for|available)|create an account|sign in|log ?in"
    r"|got a (?:story|tip)|have a tip|do you have (?:a )?(?:story|tip)"
    r"|for the latest|get the latest|(?:this (?:post|article|story|page) )?(?:contains|may "
    r"contain) (?:references|affiliate)|keep reading$"
    r"|(?:do|would) you (?:want|like) to (?:be informed|receive|get|know more)|we want to hear"
    r"|let us know what you think|we recommend the best"
    r"|related (?:coverage|articles?|stories|news|topics|content|links|posts)$"
    r"|to (?:view|read|continue reading) th(?:e full|is) (?:story|article)|first-time subscribers"
    r"|if you(?:'|’)?(?:re| are) (?:already )?(?:a |seeing this message).{0,60}subscriber"
    r"|(?:vea|lea|le puede|te puede|mira|ver) (?:también|interesar|más)|notas? relacionadas?"
    r"|empfohlener (?:redaktioneller|externer) inhalt|externen? inhalte? (?:anzeigen|laden"
    r"|zulassen)"
    r"|an dieser stelle (?:findest du|finden sie) .{0,30}extern"
    r"|ich bin (?:damit )?einverstanden, dass"
    r"|mehr zum thema|lesen sie (?:auch|hier|jetzt|mehr)|zum (?:artikel|thema)\s{0,2}:|video\s?\|"
    r"|hier (?:geht es|geht's|finden sie|können sie .{0,40}abonnieren)|jetzt (?:abonnieren"
    r"|lesen|testen)"
    r"|abonnieren sie|melden sie sich .{0,30}an|folgen sie uns|player wird geladen|anzeige$"
    r"|werbung$"
    r"|ein klick für den datenschutz|box (?:auf|zu)klappen|(?:bild|foto)(?:rechte|quelle)?\s?:"
    r"|article réservé|réservé aux abonnés|il vous reste .{0,40}à lire|(?:abonnez|inscrivez"
    r"|connectez)"
    r"-vous|la suite (?:après|est réservée)|publicité$|suivez-nous|recevez (?:la|notre|nos) "
    r"|publici(?:dad|dade|tà)$|suscríbe(?:te|tase)|inscreva-se|assine |síguenos|leggi anche"
    r"|iscriviti"
    r"|leia (?:também|mais)|veja (?:também|mais)|lire aussi|à lire"
    r"|like this story|support .{0,30}journalism|we've moved|get short url|for more (?:stories"
    r"|news)|this video .{0,40}(?:unavailable|cannot)"
    r"|not registered|already (?:a )?(?:subscriber|registered)|please try another|this slideshow "
    r"requires|something went wrong|loading\W{0,4}$"
    r"|(?:扫码|长按|点击).{0,12}(?:阅读|关注|下载|查看)(?:全文|原文|更多|我们)?$|点击(?:图片|此处"
    r"|这里|进入|查看).{0,16}$|广告$|不感兴趣$|展开全文$|收起$)",
    re.IGNORECASE,
)
_ENDS_FIRST = frozenset(
    "相延推热精更最编今为您猜大人往同本图视专随深拓扩上下发网用我全评特免版郑声凡打关分扫长返文标"
    "点原友"
)
_PROMOTES_FIRST = frozenset("扫长点广不展收")
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
    if len(text) > 160 or not _META_SIGN.search(text):
        return False
    rest = _JUNK.sub("", _META_WORDS.sub("", text))
    return len(rest) <= 12 or len(rest) <= 0.35 * len(_JUNK.sub("", text))


def ends_article(text: str) -> bool:
    """A short line that starts with the words after which an article is over."""
    if len(text) > 200:
        return False
    if _may_start(text, _ENDS_FIRST) and _ENDS.match(text) is not None:
        return True
    if text.isascii():
        return False
    for sign in _FOOTER_SIGNS:
        if sign in text:
            return _FOOTER.search(text) is not None
    return False


def is_promotion(text: str) -> bool:
    """A short line inside an article that advertises something else or labels a control."""
    return (
        len(text) <= 240 and _may_start(text, _PROMOTES_FIRST) and _PROMOTES.match(text) is not None
    )


def _may_start(text: str, first: frozenset[str]) -> bool:
    """Cheap test before the pattern: Chinese lines by their first character."""
    lead = text[:1]
    return lead <= "\u3fff" or lead in first


_SUBSCRIBES = re.compile(
    r"^[\s\W]{0,4}(?:this (?:content|article|story) is (?:reserved|for|available|free)|create an "
    r"account"
    r"|subscribe|sign up|register (?:to|now|for)|newsletter|get (?:the|our|your) "
    r".{0,50}(?:newsletter|inbox)"
    r"|already (?:a )?(?:subscriber|registered)|log ?in|sign in|support .{0,30}journalism|订阅"
    r"|登录)",
    re.IGNORECASE,
)


def asks_to_subscribe(text: str) -> bool:
    """The first line of a box that sells access or a newsletter."""
    return len(text) <= 160 and _SUBSCRIBES.match(text) is not None
