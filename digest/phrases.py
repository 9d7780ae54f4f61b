"""Every sentence a rendering says about an issue, in one place, for HTML and text alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from digest.columns import cut_to_width, display_width, wrap
from digest.links import Reader
from digest.view import Coverage, Deadline, IssueView, Item, Lead
from digest.wording import clean_line, day_label, headline, host_label, shorten, span_label

FREE_EXCHANGE = "内部资料 免费交流"
SUBJECT_COLUMNS = 78
PREHEADER_MIN = 35
PREHEADER_MAX = 90
LEAD_CHARS = 40
_NAMED_FAILURES = 8
_NAMED_POLICIES = 3
_BRACKETED = re.compile(r"[（(][^（）()]{2,16}[)）](?=》|$)")


def period(view: IssueView) -> str:
    """``2026年11月9日—15日``."""
    return span_label(view.first_day, view.last_day)


def permit(view: IssueView) -> str:
    """``内部资料 免费交流　准印证号：…`` for an internal serial, else empty."""
    return f"{FREE_EXCHANGE}　准印证号：{view.permit}" if view.permit else ""


def subject(view: IssueView) -> str:
    """Publication, number, first lead and count in at most 78 columns, without line breaks."""
    start = f"{view.title} {view.label}"
    total = len(view.items)
    if total == 0:
        return cut_to_width(clean_line(f"{start}：本期没有新的内容"), SUBJECT_COLUMNS)
    end = f"（共{total}条）"
    first = view.leads[0] if view.leads else None
    what = lead_line(first) if first else headline(view.items[0].title)
    room = SUBJECT_COLUMNS - display_width(start) - display_width(end) - 2
    middle = f"｜{_cut_named(clean_line(what), room)}" if room >= 12 else ""
    return cut_to_width(clean_line(f"{start}{middle}{end}"), SUBJECT_COLUMNS)


def _cut_named(text: str, columns: int) -> str:
    """Cut to a width; a name that the cut leaves open is closed."""
    cut = cut_to_width(text, columns)
    if cut.count("《") <= cut.count("》"):
        return cut
    return f"{cut_to_width(text, columns - display_width('》'))}》"


def preheader(view: IssueView) -> str:
    """35 to 90 characters for the inbox list: what the subject does not say yet."""
    lines = [lead_line(lead) for lead in view.leads[1:]]
    lines += [headline(item.title) for item in view.items[: 4 if not view.leads else 0]]
    soon = [entry for entry in view.deadlines if entry.what == "意见截止"]
    if soon:
        lines.insert(0, f"{len(soon)} 项征求意见即将截止")
    text = "；".join(clean_line(line) for line in lines if line)
    tail = f"{period(view)}，共 {len(view.items)} 条，{coverage(view.coverage)}"
    if len(text) < PREHEADER_MIN:
        text = f"{text}；{tail}" if text else tail
    if len(text) < PREHEADER_MIN:
        text = f"{text} 查看网页版可以看到全部条目、出处和历次版本。"
    return text if len(text) <= PREHEADER_MAX else text[: PREHEADER_MAX - 1].rstrip("；，、") + "…"


def contents(view: IssueView) -> str:
    """``新法速递（4）　监管动态（10）``."""
    return "　".join(f"{section.title}（{len(section.items)}）" for section in view.sections)


def meta(item: Item, *, today: date) -> list[str]:
    """Source, day, region, number, kind and visible host of an item; unknown ones are absent."""
    parts = [
        item.source,
        day_label(item.day, today=today),
        item.region,
        item.doc_number,
        item.doc_type,
    ]
    if item.comments_until:
        parts.append(f"意见截止 {day_label(item.comments_until, today=today)}")
    elif item.effective_on:
        parts.append(f"{day_label(item.effective_on, today=today)}施行")
    if item.minutes > 3:
        parts.append(f"原文约 {item.minutes} 分钟")
    parts.append(host_label(item.url))
    seen: dict[str, None] = {}
    for part in parts:
        if part:
            seen.setdefault(part)
    return list(seen)


def mark(item: Item) -> str:
    """``【更新：第9期】`` or an empty string."""
    if not item.mark:
        return ""
    return f"【{item.mark}：第{item.mark_issue}期】" if item.mark_issue else f"【{item.mark}】"


def news(item: Item) -> str:
    """``进展：正式稿发布（第9期刊登的是征求意见稿）`` or ``文本有修改：…``; empty without news."""
    return f"进展：{item.news}" if item.news and item.mark == "续" else item.news


def touched(item: Item) -> str:
    """``废止《甲办法》（国发〔2010〕3号）、《乙规定》等 5 件；修改《丙条例》``, or empty."""
    parts = []
    for kind, verb in (("repeal", "废止"), ("amend", "修改")):
        found = [one for one in item.touched if one.kind == kind]
        if found:
            names = "、".join(policy_name(one.name, one.number) for one in found[:_NAMED_POLICIES])
            more = f"等 {len(found)} 件" if len(found) > _NAMED_POLICIES else ""
            parts.append(f"{verb}{names}{more}")
    return "；".join(parts)


def policy_name(name: str, number: str | None) -> str:
    """``《甲办法》（国发〔2010〕3号）``."""
    return f"《{name.strip('《》')}》" + (f"（{number}）" if number else "")


def titled(item: Item) -> str:
    """Title with its mark, for the text part."""
    return f"{mark(item)}{item.title}"


def why(item: Item) -> str:
    """Why the item is here: the watches and topics it matched."""
    parts = []
    if item.watches:
        parts.append(f"★ 关注：{'、'.join(item.watches)}")
    if item.topics:
        parts.append(f"命中：{'、'.join(item.topics)}")
    return "　".join(parts)


def lead_line(lead: Lead) -> str:
    """One line of 要点 for the text part."""
    return f"{lead.who}：{lead.text}" if lead.who else lead.text


def deadline_line(entry: Deadline, *, today: date) -> str:
    """One line of 日期提醒 for the text part."""
    number = f"（本期第{entry.number}条）" if entry.number else ""
    return (
        f"{day_label(entry.day, today=today)} {entry.what}"
        f"（{days_left(entry)}）　{entry.title}{number}"
    )


def days_left(entry: Deadline) -> str:
    """今天, 明天 or 还有 5 天."""
    if entry.days_left <= 0:
        return "今天"
    return "明天" if entry.days_left == 1 else f"还有 {entry.days_left} 天"


def day(value: date | None, *, today: date) -> str:
    """``11月16日``, with the year when it is another one."""
    return day_label(value, today=today)


def coverage(ledger: Coverage) -> str:
    """The coverage ledger: 本期检查 X/Y 个来源, and by name what could not be checked."""
    if ledger.total == 0:
        return "本期没有登记来源。"
    text = f"本期检查 {ledger.checked}/{ledger.total} 个来源"
    troubles = [
        f"{label}：{_named(names)}"
        for label, names in (("未能检查", ledger.failed), ("部分内容未能读取", ledger.partial))
        if names
    ]
    if troubles:
        return f"{text}，{'；'.join(troubles)}。"
    return f"{text}，全部正常。" if ledger.checked == ledger.total else f"{text}。"


def _named(names: Sequence[str]) -> str:
    """The first few names, and how many there are if those are not all."""
    shown = "、".join(names[:_NAMED_FAILURES])
    return shown if len(names) <= _NAMED_FAILURES else f"{shown}等 {len(names)} 个"


def reason(view: IssueView, reader: Reader) -> str:
    """Why this mail came, with the subscribed address."""
    if not reader.address:
        return f"《{view.title}》{view.cadence}一期，这是预览。"
    return f"您收到这封邮件，是因为 {reader.address} 订阅了《{view.title}》（{view.cadence}）。"


def actions(reader: Reader) -> list[tuple[str, str]]:
    """Links of the footer, in order: manage, unsubscribe, web page, PDF."""
    links = [
        ("调整主题", reader.manage_url),
        ("退订", reader.unsubscribe_url or reader.unsubscribe_mailto),
        ("网页版", reader.web_url),
        ("PDF 版", reader.pdf_url),
    ]
    return [(name, url) for name, url in links if url]


def fold(text: str, indent: str = "", first: str = "") -> str:
    """Text wrapped to 78 columns with the indent; ``first`` stands before the first line."""
    indent = " " * display_width(first) if first else indent
    lines = wrap(text, indent=indent)
    if not lines:
        return first.rstrip()
    if first:
        lines[0] = first + lines[0].removeprefix(indent)
    return "\n".join(lines)


def lead_text(title: str) -> str:
    """A lead of about one line from a title; years and (征求意见稿) go before anything is cut."""
    text = headline(title)
    if display_width(text) > 2 * LEAD_CHARS:
        text = _BRACKETED.sub("", text)
    return shorten(text, chars=LEAD_CHARS)
