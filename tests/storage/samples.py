"""Sample records for the tests of the store."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from storage.documents import DocumentRecord, LabelRecord
from storage.sources import SourceRecord, source_by_key, sync_sources

NOW = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

BODY = (
    "各省、自治区、直辖市人民政府：\n"
    "为规范生成式人工智能服务，促进数据要素流通，现就有关事项通知如下。\n"
    "一、建立社保、医保数据共享机制，支持5G网络与算力基础设施建设。\n"
    "二、到2027年底，公共数据开放目录基本健全，企业办事平均时限压缩三成。\n"
    "三、各地要按照国发〔2024〕12号文件要求，做好组织实施工作，重要情况及时报告。\n"
)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def key(url: str) -> str:
    return digest(url)[:32]


def add_source(
    session: Session, name: str = "cn-sample", *, group: str = "sample.gov.cn", **more: Any
) -> int:
    """Add one source beside those that exist; returns its id."""
    known = source_by_key(session, name)
    if known is None:
        record = source(name, group=group, **more)
        from storage.sources import list_sources

        others = [
            source(row.key, group=row.host_group, spec_hash=row.spec_hash)
            for row in list_sources(session)
        ]
        sync_sources(session, [*others, record], now=NOW)
        known = source_by_key(session, name)
    assert known is not None
    return known.id


def source(name: str, *, group: str = "sample.gov.cn", **more: Any) -> SourceRecord:
    values: dict[str, Any] = {
        "title": "示例部 政策文件",
        "publisher": "示例部",
        "kind": "html_list",
        "spec_hash": "1",
        "every_seconds": 3600,
    }
    return SourceRecord(key=name, host_group=group, **{**values, **more})


def near_keys(text: str) -> dict[str, Any]:
    """Keys that are equal for equal texts and share nothing otherwise."""
    dice = random.Random(text)  # noqa: S311 - sample data
    return {
        "bands": tuple(dice.getrandbits(64) - 2**63 for _ in range(25)),
        "sentences": tuple(dice.getrandbits(64) - 2**63 for _ in range(8)),
        "signature": dice.randbytes(512),
    }


def record(
    source_id: int, url: str = "https://sample.gov.cn/1.html", *, text: str = BODY, **more: Any
) -> DocumentRecord:
    values: dict[str, Any] = {
        "title": "关于规范生成式人工智能服务的通知",
        "body_html": "".join(f"<p>{line}</p>" for line in text.splitlines()),
        "text_length": len(text),
        "publisher": "示例部",
        "doc_number": "示发〔2026〕8号",
        "region": "CN",
        "level": "national",
        "labels": (LabelRecord("topic-ai", "topic", 0.9, "标题含“人工智能”"),),
        "extractor_version": "1",
        **near_keys(text),
    }
    return DocumentRecord(
        source_id=source_id,
        url=url,
        url_key=key(url),
        body_text=text,
        text_sha256=digest(text),
        **{**values, **more},
    )
