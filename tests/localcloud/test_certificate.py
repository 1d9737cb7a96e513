"""The certificate that Azurite, requests, aiohttp and curl all have to accept."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from localcloud.certificate import ensure_certificate


def test_the_leaf_is_its_own_trust_anchor(tmp_path: Path) -> None:
    """Azurite's copies from a SAS URL fail with a chain of two."""
    made = ensure_certificate(tmp_path)
    leaf = x509.load_pem_x509_certificate(made.certificate_path.read_bytes())
    leaf.verify_directly_issued_by(leaf)
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_the_key_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """Whoever has the key could impersonate the local services to what trusts them."""
    made = ensure_certificate(tmp_path)
    assert stat.S_IMODE(made.key_path.stat().st_mode) == 0o600


def test_the_bundle_keeps_what_was_trusted_before(tmp_path: Path) -> None:
    """Without the usual authorities, pip or curl in the same shell would break."""
    made = ensure_certificate(tmp_path)
    bundle = made.bundle_path.read_text()
    assert bundle.count("BEGIN CERTIFICATE") > 20
    assert made.certificate_path.read_text() in bundle


def test_a_certificate_is_used_again_until_it_ends(tmp_path: Path) -> None:
    """Processes that run already hold the old one, so it must not change under them."""
    first = ensure_certificate(tmp_path).certificate_path.read_bytes()
    assert ensure_certificate(tmp_path).certificate_path.read_bytes() == first


@pytest.mark.parametrize("name", ["server.pem", "server.key"])
@pytest.mark.parametrize("content", ["", "-----BEGIN", "of another"])
def test_a_certificate_that_was_half_written_is_made_anew(
    tmp_path: Path, name: str, content: str
) -> None:
    """A start may be killed at any moment, and the next one must not stumble over it."""
    made = ensure_certificate(tmp_path / "one")
    ensure_certificate(tmp_path / "other")
    text = (tmp_path / "other" / name).read_text() if content == "of another" else content
    (tmp_path / "one" / name).write_text(text)
    ensure_certificate(tmp_path / "one").server_context()
    assert stat.S_IMODE(made.key_path.stat().st_mode) == 0o600


def test_a_certificate_is_valid_for_as_long_as_clients_accept(tmp_path: Path) -> None:
    """Clients refuse leaves that are valid for more than 398 days."""
    made = ensure_certificate(tmp_path)
    leaf = x509.load_pem_x509_certificate(made.certificate_path.read_bytes())
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=398)
    assert leaf.not_valid_before_utc < datetime.now(UTC)
