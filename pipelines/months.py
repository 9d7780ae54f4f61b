"""Names of months in the languages of the pages we read, and nothing that only looks like one."""

from __future__ import annotations

_NAMES = (
    "january januar janvier enero gennaio janeiro januari styczeń stycznia ianuarie ocak jänner"
    " январь января январе січня януари јануар siječnja siječanj ledna leden januára január"
    " januára tammikuuta tammikuu ιανουαρίου sausio يناير ينایر ינואר gener januara janar",
    "february februar février fevrier febrero febbraio fevereiro februari lutego luty februarie"
    " şubat feber февраль февраля феврале лютого февруари фебруар veljače veljača února únor"
    " február februára helmikuuta helmikuu φεβρουαρίου vasario فبراير شباط פברואר febrer februara",
    "march märz marz mars marzo março marco maart maret marca marzec martie mart mac март марта"
    " марте березня ožujka ožujak března březen március maaliskuuta maaliskuu μαρτίου kovo"
    " مارس آذار מרץ març marec marts",
    "april avril abril aprile kwietnia kwiecień aprilie nisan апрель апреля апреле квітня април"
    " travnja travanj dubna duben április apríla huhtikuuta huhtikuu απριλίου balandžio أبريل"
    " ابريل إبريل نيسان אפריל aprila prill",
    "may mai mayo maggio maio mei maja maj mayıs май мая мае травня мај svibnja svibanj května"
    " květen május mája toukokuuta toukokuu μαΐου μαϊου gegužės مايو أيار מאי maig",
    "june juni juin junio giugno junho czerwca czerwiec iunie haziran июнь июня июне червня юни"
    " јун lipnja lipanj června červen június júna kesäkuuta kesäkuu ιουνίου birželio"
    " يونيو حزيران יוני juny juna",
    "july juli juillet julio luglio julho lipca lipiec iulie temmuz июль июля июле липня юли јул"
    " srpnja srpanj července červenec július júla heinäkuuta heinäkuu ιουλίου liepos"
    " يوليو تموز יולי juliol jula",
    "august août aout agosto augustus agustus sierpnia sierpień ağustos ogos август августа"
    " августе серпня kolovoza kolovoz srpna srpen augusztus augusta elokuuta elokuu αυγούστου"
    " rugpjūčio أغسطس اغسطس آب אוגוסט agost avgusta avgust",
    "september septembre septiembre settembre setembro września wrzesień septembrie eylül"
    " сентябрь сентября сентябре вересня септември септембар rujna rujan září szeptember"
    " septembra syyskuuta syyskuu σεπτεμβρίου rugsėjo سبتمبر أيلول ספטמבר setembre septiembre",
    "october oktober octobre octubre ottobre outubro października październik octombrie ekim"
    " октябрь октября октябре жовтня октомври октобар října říjen október októbra lokakuuta"
    " lokakuu οκτωβρίου spalio أكتوبر اكتوبر אוקטובר oktobra",
    "november novembre noviembre novembro listopada listopad noiembrie kasım ноябрь ноября"
    " ноябре листопада ноември новембар studenoga studenog studeni listopadu novembra"
    " marraskuuta marraskuu νοεμβρίου lapkričio نوفمبر נובמבר",
    "december dezember décembre decembre diciembre dicembre dezembro desember grudnia grudzień"
    " decembrie aralık декабрь декабря декабре грудня декември децембар prosinca prosinac"
    " prosince prosinec decembra joulukuuta joulukuu δεκεμβρίου gruodžio ديسمبر דצמבר desembre",
)
_SHORT = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "janv fév mär avr mai juin juil août sept okt nov déc",
    "ene févr mrz abr mei juni juli ago set out nov dez",
    "gen febr mrt avr maj jún júl agu szept ott nov dic",
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "jän feb mrs apr mai jun jul ağu eyl eki kas ara",
    "oca şub mar nis mag giu lug avg sept okt nov des",
)
_MONTHS = {name: n for n, names in enumerate(_NAMES, 1) for name in names.split()}
for _row in _SHORT:
    for _number, _name in enumerate(_row.split(), 1):
        _MONTHS.setdefault(_name, _number)
MONTH_NAMES = frozenset(_MONTHS)
"""All names and short forms, lower-case."""
_ELSEWHERE = {("hr", "listopada"): 10, ("hr", "listopad"): 10}
"""Words that name another month in one language: listopada is November in Polish."""
_PREFIXES = ("ב", "و")  # Hebrew and Arabic write "in" and "and" at the word


def month_number(name: str, *, lang: str = "") -> int | None:
    """1 to 12 for a month's name or its abbreviation in any letter case, None for other words."""
    word = name.lower().strip("'’،")
    found = _ELSEWHERE.get((lang[:2], word)) or _MONTHS.get(word)
    if found is None and word[:1] in _PREFIXES:
        found = _MONTHS.get(word[1:])
    return found
