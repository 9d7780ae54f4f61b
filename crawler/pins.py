"""Keys of servers by their digest, as a source file names one (RFC 7469 section 2.4)."""

from __future__ import annotations

import base64
import hashlib
import ssl
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import httpcore
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def pin_of(certificate: Certificate) -> str:
    """``sha256/`` and the base 64 of the SHA-256 of the public key."""
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return "sha256/" + base64.b64encode(hashlib.sha256(key).digest()).decode()


class PinnedStream(httpcore.NetworkStream):
    """A connection on which, for a host with a pin, that key is believed and no authority."""

    def __init__(self, inner: httpcore.NetworkStream, pins: Mapping[str, str]) -> None:
        self.inner = inner
        self.pins = pins

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Begin TLS. Raises ConnectError for another key."""
        pin = self.pins.get((server_hostname or "").lower())
        if pin is None:
            return self.inner.start_tls(ssl_context, server_hostname, timeout)
        unverified = ssl.create_default_context()
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        stream = self.inner.start_tls(unverified, server_hostname, timeout)
        secured = stream.get_extra_info("ssl_object")
        found = pin_of(load_der_x509_certificate(secured.getpeercert(True)))
        if found != pin:
            stream.close()
            raise httpcore.ConnectError(f"the key is {found}, not the pinned one")
        return stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Bytes from the peer."""
        return self.inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Bytes to the peer."""
        self.inner.write(buffer, timeout)

    def close(self) -> None:
        """End the connection."""
        self.inner.close()

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self.inner.get_extra_info(info)


def warned(pins: Iterable[str], reason: str) -> str:
    """The line that shows that an exception holds."""
    return f"⚠ 证书例外 / certificate exception: {', '.join(sorted(pins))} ({reason})"
