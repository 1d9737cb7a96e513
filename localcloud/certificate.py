"""The local cloud's certificate: one self-signed leaf that is its own trust anchor.

A chain of two breaks Azurite's copies from a SAS URL, so there is no certificate authority.
Trust goes to child processes only, as a bundle of what is trusted here already plus this leaf.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID_DAYS = 397  # the longest that TLS clients accept of a leaf (CA/Browser Forum, Apple)
_RENEW_DAYS = 7
_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")


@dataclass(frozen=True)
class Certificate:
    """Files of the certificate.

    Args:
        certificate_path: the leaf, PEM.
        key_path: its key, PEM, readable by its owner only.
        bundle_path: everything that a child process shall trust.
    """

    certificate_path: Path
    key_path: Path
    bundle_path: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Return the files of a certificate that lies in `folder`."""
        return cls(folder / "server.pem", folder / "server.key", folder / "bundle.pem")

    def trust_variables(self) -> dict[str, str]:
        """Return the environment that makes requests, aiohttp, curl and node trust it."""
        bundle = str(self.bundle_path)
        return dict.fromkeys(_BUNDLE_VARIABLES, bundle) | {
            "NODE_EXTRA_CA_CERTS": str(self.certificate_path)
        }

    def client_context(self) -> ssl.SSLContext:
        """Return a TLS context for clients of the local cloud only."""
        return ssl.create_default_context(cafile=str(self.certificate_path))

    def server_context(self) -> ssl.SSLContext:
        """Return a TLS context for a server on loopback."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate_path, self.key_path)
        return context


def ensure_certificate(directory: Path) -> Certificate:
    """Return the certificate in `directory`; make one where there is no good one for long."""
    directory.mkdir(parents=True, exist_ok=True)
    certificate = Certificate.in_folder(directory)
    if not _is_usable(certificate):
        _write_new(certificate)
    trusted = _trusted_before(os.environ, certificate.bundle_path)
    new_bundle = directory / "bundle.new"
    new_bundle.write_bytes(trusted + b"\n" + certificate.certificate_path.read_bytes())
    new_bundle.replace(certificate.bundle_path)
    return certificate


def _is_usable(certificate: Certificate) -> bool:
    try:
        certificate.server_context()
        leaf = x509.load_pem_x509_certificate(certificate.certificate_path.read_bytes())
    except (OSError, ValueError):  # missing, cut off, or not of the same key
        return False
    return leaf.not_valid_after_utc > datetime.now(UTC) + timedelta(days=_RENEW_DAYS)


def _write_new(certificate: Certificate) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate.key_path.touch(mode=0o600)
    certificate.key_path.write_bytes(pem)
    leaf = _leaf(key).public_bytes(serialization.Encoding.PEM)
    certificate.certificate_path.write_bytes(leaf)


def _leaf(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kiln local cloud")])
    key_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_VALID_DAYS - 1))
    )
    for extension, critical in _extensions(key_id):
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256())


def _extensions(key_id: x509.SubjectKeyIdentifier) -> list[tuple[x509.ExtensionType, bool]]:
    names = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    return [
        (x509.SubjectAlternativeName(names), False),
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_signing_usage(), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (key_id, False),
        (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id), False),
    ]


def _signing_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )


def _trusted_before(environment: Mapping[str, str], ours: Path) -> bytes:
    """Return the bundle that is in force in this shell, unless it is ours, else certifi's."""
    for name in _BUNDLE_VARIABLES:
        path = Path(environment.get(name, ""))
        if path.is_file() and path.resolve() != ours.resolve():
            return path.read_bytes()
    import certifi  # noqa: PLC0415 - only where the shell names no bundle

    return Path(certifi.where()).read_bytes()
