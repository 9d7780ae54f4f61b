"""Ask the configured language model for a draft and hold it against the source.

One request, no redirects, no proxy from the environment, the whole answer within the time limit
and a fixed size. Nothing is sent unless ``[draft]`` names an endpoint and a model.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from sqlalchemy.orm import Session

from pipelines.drafting import LABEL, Doubt, build_question, check_draft
from review.draft_settings import DraftConfig
from review.queries.items import version_at
from storage.models import Document

MAX_ANSWER = 1_000_000
_TOKENS_A_CHAR = 3


class DraftError(Exception):
    """No draft; ``code`` is stable, ``retry`` tells whether the same request can succeed later."""

    def __init__(self, code: str, message: str, *, retry: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retry = retry


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with the parts that the source does not have.

    ``label`` must stand beside ``text`` wherever it is shown; ``source_cut`` tells that the model
    saw only the front of the text.
    """

    text: str
    doubts: tuple[Doubt, ...]
    model: str
    source_cut: bool
    label: str = LABEL


@dataclass(frozen=True, slots=True)
class Material:
    """What a draft is made from."""

    title: str
    text: str
    facts: Mapping[str, str]


def material_of(session: Session, document: Document) -> Material:
    """Title, known facts and text of a document: all that is ever sent."""
    version = version_at(session, document.id, document.latest_seq)
    facts = {
        "发布机关": "、".join(document.issuing_bodies or ()),
        "文号": document.doc_number or "",
        "发布日期": str(document.published_on or ""),
        "施行日期": str(document.effective_on or ""),
        "意见截止": str(document.comments_until or ""),
    }
    return Material(
        document.title,
        version.body_text if version else "",
        {name: value for name, value in facts.items() if value},
    )


def prompt_for(material: Material, config: DraftConfig) -> str:
    """Exactly what would be sent. Raises PromptError."""
    return build_question(
        title=material.title,
        text=material.text,
        facts=material.facts,
        limit=config.max_output,
        max_chars=config.max_input,
        template=config.prompt_file,
    ).prompt


def make_draft(material: Material, config: DraftConfig) -> Draft:
    """A checked draft. Raises DraftError, and PromptError for the user's own template."""
    if not config.is_on:
        raise DraftError(
            "draft_off",
            "没有配置草拟服务：填写 [draft] endpoint 与 model / drafting is off: set [draft]",
        )
    if not material.text.strip():
        raise DraftError("draft_no_text", "这个条目没有正文 / this item has no text")
    prompt = prompt_for(material, config)
    answer = _ask(prompt, config)
    text = _first_choice(answer)[: config.max_output * 4]
    source = "\n".join((material.title, *material.facts.values(), material.text))
    cut = len(material.text) > config.max_input
    return Draft(text, check_draft(text, source), config.model, cut)


def _ask(prompt: str, config: DraftConfig) -> bytes:
    """The body of the answer."""
    try:
        secret = config.read_secret()
    except (OSError, UnicodeDecodeError) as error:
        text = f"密钥文件无法读取 / cannot read the key file: {config.api_secret_file}"
        raise DraftError("draft_secret", text) from error
    # compressed answers could grow without bound while being unpacked
    headers = {"accept-encoding": "identity"}
    if secret:
        headers["authorization"] = f"Bearer {secret}"
    body = {
        "model": config.model,
        "messages": [{"role": "user", "content": prompt}],
        "temperature": 0.2,
        "max_tokens": config.max_output * _TOKENS_A_CHAR,
        "stream": False,
    }
    deadline = time.monotonic() + config.timeout
    try:
        with (
            httpx.Client(timeout=config.timeout, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST", f"{config.endpoint}/chat/completions", json=body, headers=headers
            ) as response,
        ):
            _check_status(response.status_code)
            return _read(response, deadline)
    except httpx.TimeoutException as error:
        raise _too_slow(config.timeout) from error
    except httpx.HTTPError as error:
        text = f"连不上草拟服务 / cannot reach the drafting service: {type(error).__name__}"
        raise DraftError("draft_unreachable", text, retry=True) from error


def _check_status(status: int) -> None:
    if status == 200:
        return
    retry = status in (408, 425, 429) or status >= 500
    advice = "检查密钥、模型名和地址 / the service refused: check key, model and address"
    if retry:
        advice = "稍后再试 / the service failed, try again later"
    text = f"草拟服务答复 {status}，{advice}"
    raise DraftError("draft_refused", text, retry=retry)


def _read(response: httpx.Response, deadline: float) -> bytes:
    """The whole body, within size and time: a trickle of bytes must not hold a worker."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_raw():
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER:
            raise DraftError("draft_too_long", "答复过长，已丢弃 / the answer is too long, dropped")
        if time.monotonic() > deadline:
            raise _too_slow(0)
    return b"".join(parts)


def _too_slow(seconds: float) -> DraftError:
    shown = f"（{seconds:g} 秒）" if seconds else ""
    text = f"草拟服务没有按时答复{shown} / the drafting service did not answer in time"
    return DraftError("draft_timeout", text, retry=True)


def _first_choice(answer: bytes) -> str:
    """The text of the first choice of a chat completion."""
    try:
        content = json.loads(answer)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise DraftError(
            "draft_unreadable", "答复不是约定的格式 / the answer is no chat completion"
        ) from error
    text = content.strip() if isinstance(content, str) else ""
    if not text:
        raise DraftError("draft_unreadable", "答复是空的 / the answer is empty", retry=True)
    return "".join(char for char in text if char == "\n" or char.isprintable())
