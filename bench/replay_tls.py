"""A throw-away certificate authority, and a certificate for each name that a client asks for."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_DAY = timedelta(days=1)


@dataclass(slots=True)
class Authority:
    """Lives in memory; only what ``ssl`` must read from files is written below ``folder``."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    site_key: ec.EllipticCurvePrivateKey
    _contexts: dict[str, ssl.SSLContext] = field(default_factory=dict)

    @classmethod
    def create(cls, folder: Path) -> Authority:
        """A new authority, valid for a day."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key, site_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        name = _name("replay authority")
        certificate = (
            _builder(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(folder, key, certificate, site_key)

    def certificate_pem(self) -> bytes:
        """What a client must trust."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def server_context(self) -> ssl.SSLContext:
        """A context that shows each client a certificate for the name it asked for."""
        context = self._context_for("replay.example")

        def choose(connection: ssl.SSLObject, name: str | None, _first: ssl.SSLContext) -> None:
            if name:
                connection.context = self._context_for(name)

        context.sni_callback = choose
        return context

    def _context_for(self, name: str) -> ssl.SSLContext:
        known = self._contexts.get(name)
        if known is not None:
            return known
        path = self.folder / f"{len(self._contexts)}.pem"
        path.write_bytes(self._site_pem(name))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        self._contexts[name] = context
        return context

    def _site_pem(self, name: str) -> bytes:
        certificate = (
            _builder(_name("replay"), self.certificate.subject, self.site_key.public_key())
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        secret = self.site_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return secret + certificate.public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAY)
    )
