"""The ``[storage]`` section of the configuration."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class StorageConfig(BaseModel):
    """Where data lives. Without ``url`` an SQLite file in ``data_dir`` is used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr | None = Field(
        default=None, description="sqlite:///path or postgresql://user:password@host/name"
    )
    data_dir: Path = Field(default=Path("data"), description="database file, blobs, WARC, mails")
    backup_dir: Path | None = Field(default=None, description="default: backups/ in data_dir")

    @field_validator("url")
    @classmethod
    def _known_backend(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(
            ("sqlite:///", "postgresql://")
        ):
            raise ValueError("storage.url must start with sqlite:/// or postgresql://")
        return value

    @property
    def database_url(self) -> str:
        """The URL to open, password included."""
        if self.url is not None:
            return self.url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'dibao.db'}"

    @property
    def backups(self) -> Path:
        """The folder for backups."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def captures(self) -> Path:
        """The folder for captured exchanges (WARC)."""
        return self.data_dir / "warc"

    @property
    def blobs(self) -> Path:
        """The folder for files stored by hash."""
        return self.data_dir / "blobs"
