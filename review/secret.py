"""The application secret and what is derived from it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from review.errors import SecretUnusable

_BYTES = 32


def load_secret(path: Path) -> bytes:
    """Read the secret, creating it (32 random bytes, mode 0600) when the file is missing.

    Raises ``SecretUnusable`` when the file is short, or readable by others.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return _create(path)
    except OSError as error:
        raise SecretUnusable(f"无法读取密钥文件 {path} / cannot read {path}: {error}") from error
    with os.fdopen(descriptor, "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        content = file.read(4096)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretUnusable(
            f"密钥文件可被他人读取，请执行 chmod 600 {path} / run chmod 600 on it first"
        )
    if len(content) < _BYTES:
        raise SecretUnusable(
            f"密钥文件过短，请删除后重启以重新生成：{path} / too short: delete it and restart"
        )
    return content


def _create(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = secrets.token_bytes(_BYTES)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        # another process of ours created it between our look and our write
        return load_secret(path)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return content


def derive(secret: bytes, purpose: str, text: str) -> str:
    """Hex MAC of ``text`` for one purpose, so that a token of one kind is useless as another."""
    message = f"{purpose}\x00{text}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def matches(expected: str, given: str) -> bool:
    """Compare in constant time; any text may be given."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def new_token() -> str:
    """256 bits from the operating system, safe in an address."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """What is stored instead of a token: sha256 in hex (tokens have 256 random bits)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
