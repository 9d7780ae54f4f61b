"""Settings of the drafting service: section ``[draft]`` of dibao.toml. Off unless it is filled in.

Owned here and imported by ``crawler.config``; environment names are ``DIBAO_DRAFT__<KEY>``.
"""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class DraftConfig(BaseModel):
    """Where drafts of summaries come from: any service that speaks OpenAI's chat completions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str = Field(
        default="",
        description="Base address, e.g. https://llm.example.org/v1 or http://127.0.0.1:11434/v1; "
        "empty: drafting is off and nothing is ever sent.",
    )
    model: str = Field(default="", max_length=200, description="Name of the model to ask for.")
    api_secret: SecretStr | None = Field(
        default=None, description="Key of the service; better DIBAO_DRAFT__API_SECRET or a file."
    )
    api_secret_file: Path | None = Field(default=None, description="File that holds the key.")
    timeout: float = Field(default=60.0, gt=0, le=600, description="Seconds for the whole answer.")
    max_input: int = Field(
        default=12_000, ge=500, le=200_000, description="Characters of a text that are sent."
    )
    max_output: int = Field(
        default=300, ge=50, le=2_000, description="Characters a draft may have."
    )
    prompt_file: Path | None = Field(
        default=None, description="Your own prompt; default: the one that comes with the program."
    )

    @field_validator("endpoint")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError(
                "应是 https://主机/v1 形式的地址，密钥写在 api_secret / "
                "write an address like https://host/v1; the key belongs in api_secret"
            )
        if parts.scheme == "http" and not _is_near(parts.hostname):
            raise ValueError(
                "http 只能用于本机或内网地址，其余用 https / http only for this machine or your "
                "own network, else https"
            )
        return value.rstrip("/")

    @property
    def is_on(self) -> bool:
        """Whether a service is configured."""
        return bool(self.endpoint and self.model)

    def read_secret(self) -> str | None:
        """The key from the setting or its file. Raises OSError for a file that cannot be read."""
        if self.api_secret is not None:
            return self.api_secret.get_secret_value()
        if self.api_secret_file is not None:
            return self.api_secret_file.read_text(encoding="utf-8").strip() or None
        return None


def _is_near(host: str) -> bool:
    """This machine, or an address of a private network."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return False
