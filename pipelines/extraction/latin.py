"""Phrases of pages in Latin script that belong to the page and not to the article.

Each is written behind the letters that it can begin with (``0`` any digit), so that a line is held
only against the few phrases of its own first letter: nearly every line of an article is asked for.
Case does not matter. No pattern here is super-linear.
"""

from __future__ import annotations

import re

_LEAD = re.compile(r"[\s\W]{0,6}")
#: what leads on to another piece, for ``…`` below
_ON = (
    r"(?: more| also| next| now| on| here| this| reading| stor(?:y|ies)| article| coverage"
    r"| video)?\s{0,2}[:|：–>»-]"
)

Phrases = dict[str, re.Pattern[str]]


def _phrases(*lists: str) -> Phrases:
    """Patterns by first letter."""
    branches: dict[str, list[str]] = {}
    for line in filter(None, "".join(lists).split("\n")):
        letters, _, phrase = line.partition(" ")
        for letter in letters:
            branches.setdefault(letter, []).append(phrase.lstrip().replace("…", _ON))
    return {
        letter: re.compile("|".join(several), re.IGNORECASE) for letter, several in branches.items()
    }


def first_letter(text: str) -> tuple[str, int]:
    """The first letter or digit of a line in lower case, and where it stands; six other characters
    at most may stand before it."""
    letter = text[:1]
    if letter.isalnum():
        return letter.lower(), 0
    lead = _LEAD.match(text)
    at = lead.end() if lead is not None else 0
    return text[at : at + 1].lower(), at


def begins(text: str, phrases: Phrases, letter: str, at: int) -> bool:
    """Whether a line begins with one of the phrases; ``letter`` and ``at`` are its first letter."""
    pattern = phrases.get("0" if letter.isdigit() else letter)
    return pattern is not None and pattern.match(text, at) is not None


#: after these the article is over
_ENDS = r"""
0     \d{1,7} (?:comments?|replies|responses|thoughts)\b
a     all rights reserved
a     about (?:the|this) author
a     about us$
alpsw (?:leave|post|add|write|submit) (?:a |your )?(?:comment|reply|response)
at    (?:artikel )?teilen$
b     back to top
c     comments?(?: \(?\d+\)?)?$
c     connect with
c     categor(?:y|ies)[:：]
c     copyright(?:$|\W{1,3}(?:$|(?:by|\(c\)|©|(?:19|20)\d\d)))
c     copyright(?:\s?:|\b.{0,40}$)
c     c\) \d{4}
c     (?:cet article|ce billet) a été (?:publié|posté)
c     contact (?:us|the author)
c     commentaires?$
d     (?:dieser|der) (?:beitrag|eintrag|artikel) wurde .{0,60}(?:veröffentlicht|verfasst)
d     drucken$
e     esta entrada fue publicada
f     follow (?:us|me)\b
f     filed (?:under|to)
f     filed in 
j     join the (?:conversation|discussion)
k     kommentare?$
l     load(?:ing)? (?:more|comments)
p     partager (?:cet|cette|sur|l')
p     partager$
r     report (?:a typo|an error|this)
r     references$
s     share (?:this|on|your|article|via)
s     share$
s     send (?:us )?(?:a )?tip
s     show (?:more|comments)
s     schlagw
t     tags?\s?[:：]
t     tags$
t     topics?[:：]
t     (?:this|the) (?:entry|post) was (?:posted|written|published)
t     thema:
v     view (?:all )?comments
v     verwendete quellen$
z     zur startseite$
üz    (?:über|zu) (?:den|die|der) autor
àa    (?:à|a) propos de l['’]auteur
s     sobre (?:el|la|o|a) autora?\b
"""
#: headings of pointers to other articles; most stand at the end, some between two paragraphs
_POINTS = r"""
a     around the web
a     articles? (?:liés|similaires|connexes)
a     articoli correlati
adks  (?:auch )?(?:das )?(?:könnte )?(?:sie|dich) (?:auch )?interessieren
an    (?:noticias|notas|artículos|artigos|notícias) relacionad
d     dans la même (?:rubrique|catégorie)
e     editor'?s'? picks?
f     from our partners
i     in this (?:story|article)$
l     latest (?:news|stories|from|posts|in|headlines)\b.{0,50}$
l     lesen sie auch
lt    (?:também )?leia (?:também|mais)
lt    (?:también )?(?:te|le) puede interesar
m     more (?:from|stories|on|news|in|like this|about|articles)\b.{0,60}$
m     more (?:top stories|coverage|to read|info)\b.{0,60}$
m     most (?:read|popular|viewed|shared|recent)\b.{0,50}$
m     mehr (?:zum|zu|aus|von) .{0,50}$
np    (?:next|previous) (?:article|post|story)
p     popular (?:now|posts|stories|on)\b.{0,50}$
p     paid content
p     passend zum thema
p     potrebbe interessarti
r     related[:\s]{0,3}$
r     related (?:articles?|stories|posts|content|topics|coverage|news)[:\s]{0,3}$
r     related (?:links|items|products|reading|story|to this.{0,20})[:\s]{0,3}$
r     recommended[:\s]{0,3}$
r     recommended (?:for|reading|articles?|stories|posts|content|links|videos?)\b.{0,50}$
r     recommended (?:from|by|in|on|slideshows?|products|offers|deals|news) .{0,50}$
s     see also$
s     sur le même (?:sujet|thème)
t     top stories
u     up next$
v     você (?:também )?pode (?:gostar|se interessar)
v     voir aussi$
w     what to read next
w     weitere (?:artikel|themen|nachrichten|meldungen|beiträge)\w{0,20}.{0,40}$
w     weitere (?:info|links|news|presse|story|inhalte|texte|videos?)\w{0,20}.{0,40}$
y     you (?:may|might|could) (?:also )?(?:like|be interested|enjoy)
à     à lire aussi
"""
#: advertisements for something else, labels of controls
_PROMOTES = r"""
a     advert(?:isement|isement - .{0,20})?\s{0,3}(?:\W{0,3})$
a     article content( continued)?$
a     an dieser stelle (?:findest du|finden sie) .{0,30}extern
a     abonnieren sie
a     anzeige$
a     article réservé
a     assine 
a     already (?:a )?(?:subscriber|registered)
acdi  (?:also read|click here|don'?t miss|in pictures)…
aci   (?:abonnez|inscrivez|connectez)-vous
b     box (?:auf|zu)klappen
bf    (?:bild|foto)(?:rechte|quelle)?\s?:
c     continue reading
c     create an account
ce    (?:caption|close|credit|embed|expand|enlarge|copy link)$
cmt   (?:this (?:post|article|story|page) )?(?:contains|may contain) (?:references|affiliate)
ct    (?:click|tap) here (?:to|for)
d     download (?:the|our) .{0,30}app
d     do you have (?:a )?(?:story|tip)
dw    (?:do|would) you (?:want|like) to (?:be informed|receive|get|know more)
e     empfohlener (?:redaktioneller|externer) inhalt
e     externen? inhalte? (?:anzeigen|laden|zulassen)
e     ein klick für den datenschutz
elmpt (?:listen|learn|more|trending|play|exclusive|must read)…
f     follow .{0,40}(?:on (?:twitter|facebook|instagram|x)\b|@)
f     for the latest
f     first-time subscribers
f     folgen sie uns
f     for more (?:stories|news)
g     get (?:the|our|your) .{0,50}(?:newsletter|inbox|app\b|go\b|delivered)
g     got a (?:story|tip)
g     get the latest
g     get short url
h     have a tip
h     hier (?:geht es|geht's|finden sie|können sie .{0,40}abonnieren)
htpw  (?:hide caption|toggle caption|play video|watch live)$
i     image (?:credit|source|via)
i     if you(?:'|’)?(?:re| are) (?:already )?(?:a |seeing this message).{0,60}subscriber
i     ich bin (?:damit )?einverstanden, dass
i     il vous reste .{0,40}à lire
i     inscreva-se
i     iscriviti
j     jetzt (?:abonnieren|lesen|testen)
k     keep reading$
l     log ?in
l     let us know what you think
l     lesen sie (?:auch|hier|jetzt|mehr)
l     la suite (?:après|est réservée)
l     leggi anche
l     leia (?:também|mais)
l     lire aussi
l     like this story
l     loading\W{0,4}$
lmtv  (?:vea|lea|le puede|te puede|mira|ver) (?:también|interesar|más)
m     mehr zum thema
m     melden sie sich .{0,30}an
n     newsletter
n     notas? relacionadas?
n     not registered
p     photo (?:credit|by)
p     photo:
p     photograph:
p     player wird geladen
p     publicité$
p     publici(?:dad|dade|tà)$
p     please try another
r     related (?:coverage|articles?|stories|news|topics|content|links|posts)$
r     réservé aux abonnés
r     recevez (?:la|notre|nos) 
rsw   (?:read|see|watch|related|recommended)…
s     story continues below
s     sign up
s     subscribe
s     skip (?:past|to|ad|advert)
s     sign in
s     suivez-nous
s     suscríbe(?:te|tase)
s     síguenos
s     support .{0,30}journalism
s     something went wrong
t     this (?:content|article) is (?:reserved|for|available)
t     to (?:view|read|continue reading) th(?:e full|is) (?:story|article)
t     this video .{0,40}(?:unavailable|cannot)
t     this slideshow requires
v     video\s?\|
v     veja (?:também|mais)
w     we want to hear
w     we recommend the best
w     werbung$
w     we've moved
z     zum (?:artikel|thema)\s{0,2}:
à     à lire
i     inhalt(?:sverzeichnis|sübersicht)?:?$
i     in diesem (?:artikel|beitrag):?$
a     auf dieser seite:?$
ct    (?:table of )?contents:?$
o     on this page:?$
s     sommaire:?$
"""
#: what sells access or a newsletter
_SUBSCRIBES = r"""
a already (?:a )?(?:subscriber|registered)
c create an account
g get (?:the|our|your) .{0,50}(?:newsletter|inbox)
l log ?in
n newsletter
r register ?(?:to|now|for|or|/)
gu (?:get (?:full|unlimited)|unlock (?:full|more|all|this|unlimited)) 
s subscribe
s sign up
s sign in
s support .{0,30}journalism
t this (?:content|article|story) is (?:reserved|for|available|free)
"""

ENDS, POINTS, PROMOTES, SUBSCRIBES = map(_phrases, (_ENDS, _POINTS, _PROMOTES, _SUBSCRIBES))
#: all of them: what begins with none of these, as most lines, need not be held against each
ANY = _phrases(_ENDS, _POINTS, _PROMOTES, _SUBSCRIBES)
