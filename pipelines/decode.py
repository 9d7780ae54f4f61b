"""Bytes to text: strict UTF-8, then what is declared, then GB18030 and Big5 by damage.

A declaration is a claim, not a fact: saved pages declare gb2312 and are UTF-8, headers say
utf-8 over GB18030 bytes, or iso-8859-1 over anything. So bytes that are valid UTF-8 are UTF-8,
and every other candidate must show text that reads like its language before it is believed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from pipelines.items import Decoded

_SAMPLE = 1500
_FEWEST = 100
_LATIN = 100
_META_BYTES = 4096
_META = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,400}?(?:charset|encoding)[\s]{0,9}=[\s]{0,9}["']?([\w.:-]{2,40})""",
    re.IGNORECASE,
)
#: replacement, C1 control and private-use characters: what wrong decoding leaves behind
_DAMAGED = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff]")
_ENOUGH = 500
_ASCII = bytes(range(128))
_SLICE = 4_096
_PART = 2_048
#: codecs in which "<" is always a character of its own
_CLEAR_TAGS = frozenset({"gb18030", "big5hkscs", "cp949"})


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: declared name -> Python codec; names not listed are not believed (utf-7, hex, zip, …)
_CODECS: dict[str, str] = {
    **dict.fromkeys(_words("utf-8 utf8 unicode-1-1-utf-8 utf-16 utf16 unicode"), "utf-8"),
    **dict.fromkeys(
        _words(
            "gb2312 gbk gb18030 gb-18030 x-gbk cp936 936 gb_2312-80 gb_2312 chinese csgb2312 "
            "euc-cn ms936 windows-936 gb2312-80"
        ),
        "gb18030",
    ),
    **dict.fromkeys(
        _words("big5 big5-hkscs x-x-big5 cp950 cn-big5 csbig5 big-5 big5hkscs"),
        "big5hkscs",
    ),
    **dict.fromkeys(
        _words(
            "iso-8859-1 iso8859-1 latin1 latin-1 us-ascii ascii cp1252 windows-1252 l1 iso_8859-1"
        ),
        "cp1252",
    ),
    **dict.fromkeys(_words("shift_jis shift-jis sjis x-sjis windows-31j"), "cp932"),
    **dict.fromkeys(_words("euc-kr ks_c_5601-1987 cp949 windows-949"), "cp949"),
    "euc-jp": "euc_jp",
    "euc-tw": "big5hkscs",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "tis-620": "cp874",
    **{f"windows-125{n}": f"cp125{n}" for n in (0, 1, 3, 4, 5, 6, 7, 8)},
    **{f"iso-8859-{n}": f"iso8859_{n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)},
}
_NAMES = {"big5hkscs": "big5", "cp1252": "windows-1252", "cp932": "shift_jis", "cp949": "euc-kr"}
_MULTIBYTE = frozenset({"gb18030", "big5hkscs", "cp932", "cp949", "euc_jp"})

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

#: the most frequent characters of Chinese news and official prose, both scripts, and punctuation
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实"
    "日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政"
    "美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员"
    "解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件"
    "计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基书非则听白却界达光放强即像难且权思王象完"
    "设式色路记南品住告类求据程北边死张该交规万取望觉术领共确传师观清今切院让识导争运省委办厅印通知自治辖"
    "府施监督局环保护部署推进改革项目企业投资服务网络信息技术标准安全生产质量食药卫健康财税农村城镇乡县镇责"
    "這個們來為國說時會對過發後裡種經麼學現當沒動還進樣開從實軍無與長機關點業將兩間問應戰頭體見產題氣話給"
    "門東聲員論處義幾認條係爾別變總電數報結務場計資許統區隊決馬書聽達強難權設記類據邊張該規萬覺術領確傳師"
    "觀導爭運臺灣縣網總統選舉"
    "，。、；：？！（）《》〈〉“”‘’【】〔〕…—·　％～「」『』"
)
_COMMON_RUNS = re.compile(f"[{''.join(sorted(_COMMON))}]+")


def decode(content: bytes, *, header_charset: str | None, meta_scan: bool = True) -> Decoded:
    """Decode a page. Never raises; ``damage`` is the share of damaged among non-ASCII characters.

    ``header_charset`` is the charset of the Content-Type header (``None`` if absent);
    ``meta_scan=False`` ignores ``<meta charset>`` and ``<?xml encoding>`` (plain text, JSON).
    ``reason`` says what decided: bom, utf-8, utf-8-cut, utf-16, header, meta, plausible, fallback.
    """
    for mark, name in _BOMS:
        if content.startswith(mark):
            text = content[len(mark) :].decode(name, "replace")
            return Decoded(text, name, "bom", _damage(text))
    wide = _utf16_without_bom(content)
    if wide is not None:
        text = content.decode(wide, "replace")
        return Decoded(text, wide, "utf-16", _damage(text))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(content) - 3 and error.reason == "unexpected end of data":
            text = content[: error.start].decode("utf-8")
            return Decoded(text, "utf-8", "utf-8-cut", _damage(text))
        return _by_plausibility(content, header_charset=header_charset, meta_scan=meta_scan)
    return Decoded(text, "utf-8", "utf-8", _damage(text) if "\ufffd" in text else 0.0)


def declared_in_markup(content: bytes) -> str | None:
    """Charset name in the first 4 KB of markup, lower case, or ``None``."""
    match = _META.search(content, 0, _META_BYTES)
    return match.group(1).decode("ascii", "replace").lower() if match else None


def _by_plausibility(content: bytes, *, header_charset: str | None, meta_scan: bool) -> Decoded:
    best: tuple[float, Decoded] | None = None
    for codec, reason in _candidates(content, header_charset=header_charset, meta_scan=meta_scan):
        text = _lenient(content, codec)
        sample = _sample(text)
        bad = _sample_damage(sample)
        good = _common_share(sample)
        name = _NAMES.get(codec, codec)
        if reason in {"header", "meta"} and codec in _MULTIBYTE and bad < 0.002 and good > 0.25:
            return Decoded(text, name, reason, _damage(text))
        score = _score(codec, good=good, bad=bad, declared=reason in {"header", "meta"})
        if best is None or score > best[0]:
            best = (score, Decoded(text, name, reason, bad))
    assert best is not None, "fallback candidates are always tried"  # noqa: S101
    return Decoded(best[1].text, best[1].encoding, best[1].reason, _damage(best[1].text))


def _candidates(
    content: bytes, *, header_charset: str | None, meta_scan: bool
) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    claims = (
        (header_charset, "header"),
        (declared_in_markup(content) if meta_scan else None, "meta"),
    )
    for claim, reason in claims:
        codec = _CODECS.get(claim.strip(" \t\"'").lower()) if claim else None
        if codec and codec not in seen:
            seen.add(codec)
            yield codec, reason
    for codec, reason in (
        ("gb18030", "plausible"),
        ("big5hkscs", "plausible"),
        ("utf-8", "fallback"),
        ("cp1252", "fallback"),
    ):
        if codec not in seen:
            yield codec, reason


def _score(codec: str, *, good: float, bad: float, declared: bool) -> float:
    """Higher is better. Chinese prose has ``good`` near 0.6; mojibake stays under 0.1."""
    claim = 0.08 if declared else 0.0
    if codec in {"gb18030", "big5hkscs"}:
        return good - 3 * bad + claim
    if codec == "utf-8":
        # some bad bytes in good UTF-8; a GBK page read as UTF-8 is damaged to more than a third
        return 0.5 - 3 * bad + claim
    if codec in _MULTIBYTE:
        return 0.2 - 3 * bad + claim
    # single-byte encodings accept anything, so they only win where nothing reads as Chinese
    return 0.12 - bad + claim


def _lenient(content: bytes, codec: str) -> str:
    if codec == "cp1252":
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            return content.decode("latin-1")
    if codec in _CLEAR_TAGS and (text := _strict(content, codec)) is not None:
        return text
    decoder = codecs.getincrementaldecoder(codec)("replace")
    # final=False drops half a character at a cut end instead of reporting damage
    return decoder.decode(content, final=False)


def _strict(content: bytes, codec: str) -> str | None:
    """Decode in parts, those in ASCII (styles, scripts, addresses) at the speed of a copy.

    ``<`` is never the second byte of a character here, so that parts may begin at it. ``None``
    where a byte is wrong.
    """
    parts = []
    start, size = 0, len(content)
    try:
        while start < size:
            stop = content.find(b"<", start + _PART)
            part = content[start:] if stop < 0 else content[start:stop]
            parts.append(part.decode("ascii" if part.isascii() else codec))
            start += len(part)
    except UnicodeDecodeError:
        return None
    return "".join(parts)


def _utf16_without_bom(content: bytes) -> str | None:
    head = content[:512]
    if head.count(0) < len(head) // 8 or len(head) < 8:
        return None
    if head.startswith(b"<\x00") or head[1::2].count(0) > 3 * max(1, head[0::2].count(0)):
        return "utf-16-le"
    if head.startswith(b"\x00<") or head[0::2].count(0) > 3 * max(1, head[1::2].count(0)):
        return "utf-16-be"
    return None


def _sample(text: str) -> str:
    """The first ``_SAMPLE`` characters that are not ASCII.

    UTF-8 keeps ASCII and the rest apart byte by byte, so that two passes in C do what a pattern
    would do character by character.
    """
    sample = ""
    for at in range(0, len(text), _SLICE):
        part = text[at : at + _SLICE]
        if part.isascii():
            continue
        raw = part.encode("utf-8", "surrogatepass")
        sample += raw.translate(None, _ASCII).decode("utf-8", "surrogatepass")
        if len(sample) >= _SAMPLE:
            break
    return sample[:_SAMPLE]


def _sample_damage(sample: str) -> float:
    if "\ufffd" not in sample and sample.replace("\u3000", "").isprintable():
        return 0.0  # the usual case, told without a pattern
    return len(_DAMAGED.findall(sample)) / len(sample) if sample else 0.0


def _common_share(sample: str) -> float:
    """Share of frequent characters; of a long sample every third one tells enough."""
    if len(sample) > _ENOUGH:
        sample = sample[::3]
    return len("".join(_COMMON_RUNS.findall(sample))) / len(sample) if sample else 0.0


def _damage(text: str) -> float:
    """Share of replaced characters among the non-ASCII ones (over the whole text).

    A page in English has few of those, and one stray mark among them says nothing of its charset:
    at least ``_FEWEST`` characters, and one in ``_LATIN`` of the text, are taken to be non-ASCII.
    """
    lost = text.count("\ufffd")
    if not lost:
        return 0.0
    high = len(text) - len(text.encode("ascii", "ignore"))
    return round(lost / max(high, len(text) // _LATIN, _FEWEST), 6)
