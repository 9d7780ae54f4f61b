"""Pinned keys on the connections of looks by hand; crawls have theirs in ``crawler.fetch.tls``."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

import httpcore
from cryptography.x509 import load_der_x509_certificate

from crawler.pins import mismatch, pin_of


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
            raise httpcore.ConnectError(mismatch(found))
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
