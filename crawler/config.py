"""Configuration: one ``dibao.toml``, overridden by ``DIBAO_SECTION__KEY`` variables.

Each section is a pydantic model owned by the package that uses it; every one forbids unknown
keys, so a typo is an error that names file, field and remedy. Relative paths count from the
folder of the configuration file. Secrets may come from the environment or from a file
(``mail.password_file``).
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import (
    BaseModel,
    ByteSize,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from crawler.attachment_settings import AttachmentsConfig
from digest.settings import DigestConfig, MailConfig
from review.draft_settings import DraftConfig
from review.settings import ReviewConfig
from storage.settings import StorageConfig

CONFIG_NAME = "dibao.toml"
ENV_CONFIG = "DIBAO_CONFIG"
REPLACED_ENV = frozenset({ENV_CONFIG, "DIBAO_TEST_POSTGRES_URL", "DIBAO_LANG"})


class ConfigError(Exception):
    """The configuration is unusable; ``problems`` holds one readable line each."""

    code = "config_invalid"
    retry = False

    def __init__(self, path: Path | None, problems: list[str]) -> None:
        self.path = path
        self.problems = problems
        where = str(path) if path else "(环境变量 / environment)"
        super().__init__(f"配置有误 / configuration error in {where}: " + "; ".join(problems))


class Section(BaseModel):
    """Base of the sections that this package owns."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class CrawlConfig(Section):
    """How pages are fetched. Times in seconds."""

    contact: str = Field(
        default="",
        description="E-mail or URL that site owners can write to; part of the user agent.",
    )
    user_agent: str = Field(
        default="",
        description="Full user agent; empty means 'Dibao/<version> (policy monitor; +<contact>)'.",
    )
    max_processes: int = Field(default=3, ge=1, le=64, description="Crawl runs at one time.")
    delay: float = Field(default=2.0, ge=0, description="Pause between requests to one host.")
    timeout: float = Field(default=30.0, gt=0, le=600, description="Whole transfer of one page.")
    max_body: ByteSize = Field(
        default=ByteSize(20 * 1024 * 1024), description="Largest body, after decompression."
    )
    max_crawl_delay: float = Field(
        default=60.0, ge=0, description="Longest Crawl-delay of a robots.txt that is waited for."
    )
    soft_limit: float = Field(default=600.0, gt=0, description="A run closes itself after this.")
    backfill_limit: float = Field(
        default=21600.0, gt=0, description="The same for a run that reads an archive (--since)."
    )
    hard_grace: float = Field(default=60.0, ge=0, description="Then SIGINT after this long.")
    kill_grace: float = Field(default=15.0, ge=0, description="Then SIGKILL after this long.")
    heartbeat_silence: float = Field(
        default=120.0, gt=0, description="A run silent for this long is killed."
    )
    memory_limit: ByteSize = Field(
        default=ByteSize(1024 * 1024 * 1024), description="Memory of one crawl process."
    )
    allow_private: tuple[str, ...] = Field(
        default=(),
        description="Hosts or networks (CIDR) inside your own network that may be contacted.",
    )
    hosts: dict[str, str] = Field(
        default_factory=dict,
        description="Fixed addresses by host name, like /etc/hosts; internal ones must also be "
        "listed in allow_private.",
    )
    warc: bool = Field(
        default=True, description="Keep every exchange, as received, in data_dir/warc (WARC 1.1)."
    )
    warc_file_size: ByteSize = Field(
        default=ByteSize(512 * 1024 * 1024),
        description="A WARC file that has grown to this is followed by another.",
    )
    warc_days: int = Field(
        default=180,
        ge=0,
        description="Delete WARC files that no stored document came from after so many days; "
        "0: never.",
    )
    disk_reserve: ByteSize = Field(
        default=ByteSize(256 * 1024 * 1024),
        description="Free space below which nothing more is captured: the run ends disk_full.",
    )
    ca_file: Path | None = Field(
        default=None, description="Further certificate authorities (PEM), e.g. of your own network."
    )
    browser: Path | None = Field(
        default=None,
        description="Chromium for sources with needs: js; default: the system's, where there is "
        "one. Also needs the extra dibao[browser].",
    )
    catalog_folders: tuple[Path, ...] = Field(
        default=(), description="Folders with your own source files (*.yaml)."
    )
    packaged_catalog: bool = Field(
        default=True, description="Use the sources that come with the program."
    )
    taxonomy: Path | None = Field(
        default=None, description="Your own taxonomy.toml; default: the one that comes with it."
    )

    @field_validator("hosts")
    @classmethod
    def _addresses(cls, value: dict[str, str]) -> dict[str, str]:
        for name, text in value.items():
            try:
                ipaddress.ip_address(text)
            except ValueError:
                raise ValueError(
                    f"{name} 的值应是 IP 地址 / the value of {name} must be an IP address, "
                    f"not {text!r}"
                ) from None
        return value

    @field_validator("allow_private")
    @classmethod
    def _places(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        from crawler.fetch.guard import AllowList

        AllowList.parse(value)
        return value


class ScheduleConfig(Section):
    """How often the scheduler looks. Times in seconds."""

    enabled: bool = Field(default=True, description="Crawl due sources without being asked.")
    due_every: float = Field(default=30.0, gt=0, description="Look for due sources.")
    reap_every: float = Field(default=60.0, gt=0, description="Look for lost runs.")
    outbox_every: float = Field(default=30.0, gt=0, description="Look for mail to send.")
    health_every: float = Field(default=300.0, gt=0, description="Apply the health rules.")
    editions_every: float = Field(default=600.0, gt=0, description="Look for due digests.")
    housekeeping_hour: int = Field(default=3, ge=0, le=23, description="Local hour of clean-up.")
    timezone: str = Field(default="Asia/Shanghai", description="Zone of that hour.")
    lost_after: float = Field(default=300.0, gt=0, description="A silent run counts as lost.")


class AlertsConfig(Section):
    """Who is told when a source breaks."""

    recipients: tuple[str, ...] = Field(default=(), description="Addresses for alert mails.")
    check_url: str = Field(
        default="", description="Outside dead-man's switch, requested after each scheduler tick."
    )
    open_after: int = Field(default=2, ge=1, description="Bad runs before a network alert opens.")
    repeat_days: tuple[int, ...] = Field(default=(1, 3, 7), description="When to remind.")


class Config(BaseSettings):
    """The whole configuration; build it with :func:`load_config`."""

    model_config = SettingsConfigDict(
        env_prefix="DIBAO_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        case_sensitive=False,
    )

    storage: StorageConfig = Field(default_factory=StorageConfig)
    crawl: CrawlConfig = Field(default_factory=CrawlConfig)
    schedule: ScheduleConfig = Field(default_factory=ScheduleConfig)
    digest: DigestConfig = Field(default_factory=DigestConfig)
    mail: MailConfig = Field(default_factory=MailConfig)
    review: ReviewConfig = Field(default_factory=ReviewConfig)
    attachments: AttachmentsConfig = Field(default_factory=AttachmentsConfig)
    alerts: AlertsConfig = Field(default_factory=AlertsConfig)
    draft: DraftConfig = Field(default_factory=DraftConfig)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file: the file arrives as the initial values."""
        return env_settings, init_settings


def find_config(path: Path | None) -> Path | None:
    """The configuration file: the given path, ``$DIBAO_CONFIG``, ``./dibao.toml`` or none.

    Raises ConfigError when a named file is absent.
    """
    named = path or (Path(os.environ[ENV_CONFIG]) if os.environ.get(ENV_CONFIG) else None)
    if named is not None:
        if not named.is_file():
            raise ConfigError(
                named,
                ["文件不存在 / no such file; 运行 `dibao init` 生成 / run `dibao init` to make it"],
            )
        return named.resolve()
    here = Path(CONFIG_NAME)
    return here.resolve() if here.is_file() else None


def load_config(path: Path | None = None) -> Config:
    """Read and validate the configuration. Raises ConfigError."""
    found = find_config(path)
    values: dict[str, Any] = {}
    if found is not None:
        try:
            values = tomllib.loads(found.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(found, [f"不是合法的 TOML / not valid TOML: {error}"]) from error
    _refuse_unknown_environment(found)
    base = found.parent if found else Path.cwd()
    try:
        config = Config(**values)
    except ValidationError as error:
        raise ConfigError(found, [_problem(item) for item in error.errors()]) from error
    return _resolve_paths(config, base)


def version() -> str:
    """The installed version, e.g. ``0.1.0``."""
    from importlib.metadata import version as installed

    return installed("dibao")


def user_agent(config: CrawlConfig) -> str:
    """The user agent that every request carries."""
    if config.user_agent:
        return config.user_agent
    contact = f"; +{config.contact}" if config.contact else ""
    return f"Dibao/{version()} (policy monitor{contact})"


def _refuse_unknown_environment(found: Path | None) -> None:
    """A misspelt variable would otherwise be ignored in silence."""
    sections = set(Config.model_fields)
    problems = []
    for name in os.environ:
        if not name.upper().startswith("DIBAO_") or name.upper() in REPLACED_ENV:
            continue
        parts = name[len("DIBAO_") :].lower().split("__")
        model = Config.model_fields.get(parts[0])
        if len(parts) < 2 or model is None:
            near = difflib.get_close_matches(parts[0], sections, n=1)
            hint = f"; 是否为 / did you mean DIBAO_{near[0].upper()}__…?" if near else ""
            problems.append(f"未知的环境变量 / unknown variable {name}{hint}")
    if problems:
        raise ConfigError(found, problems)


def _problem(item: Any) -> str:
    field = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(item["loc"][-1]), _known_keys(item["loc"]), n=1)
        hint = f"，是否为 / did you mean `{near[0]}`?" if near else "，请删除 / remove it"
        return f"{field}: 未知的项 / unknown key{hint}"
    return f"{field}: {item['msg']} (值 / value: {_shown(field, item.get('input'))})"


def _shown(field: str, value: object) -> str:
    return "***" if "password" in field or "secret" in field else repr(value)[:80]


def _known_keys(loc: tuple[str | int, ...]) -> list[str]:
    model: Any = Config
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        info = model.model_fields.get(part)
        if info is None:
            return []
        annotation = info.annotation
        arguments = [a for a in getattr(annotation, "__args__", ()) if hasattr(a, "model_fields")]
        model = annotation if hasattr(annotation, "model_fields") else (arguments or [None])[0]
        if model is None:
            return []
    return list(model.model_fields)


def _resolve_paths(config: Config, base: Path) -> Config:
    """Every relative path of every section counts from the folder of the file."""
    sections: dict[str, BaseModel] = {}
    for name in Config.model_fields:
        section: BaseModel = getattr(config, name)
        updates = {
            key: _below(base, value)
            for key, value in section.__dict__.items()
            if isinstance(value, Path)
            or (isinstance(value, tuple) and value and isinstance(value[0], Path))
        }
        sections[name] = section.model_copy(update=updates)
    url = config.storage.url
    if url is not None:
        below = _below_sqlite(base, url.get_secret_value())
        sections["storage"] = sections["storage"].model_copy(update={"url": SecretStr(below)})
    if not config.mail.public_url:
        # The desk's public address is where the links of the mail lead.
        links = {"public_url": config.review.public_url}
        sections["mail"] = sections["mail"].model_copy(update=links)
    return config.model_copy(update=sections)


def _below(base: Path, value: Path | tuple[Path, ...]) -> Path | tuple[Path, ...]:
    if isinstance(value, tuple):
        return tuple(base / item for item in value)
    return base / value


def _below_sqlite(base: Path, url: str) -> str:
    """A relative SQLite URL (three slashes) below ``base``; any other URL as it is."""
    relative = url.startswith("sqlite:///") and not url.startswith("sqlite:////")
    return f"sqlite:///{base / url.removeprefix('sqlite:///')}" if relative else url
