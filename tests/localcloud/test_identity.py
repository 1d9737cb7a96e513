"""The managed identity endpoint, asked by the real azure-identity."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ManagedIdentityCredential
from azure.identity.aio import ManagedIdentityCredential as AioManagedIdentityCredential

from localcloud.cloud import LocalCloud
from localcloud.endpoints import app_client_id

_STORAGE_SCOPE = "https://storage.azure.com/.default"


@pytest.fixture
def identity(local_azure: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCloud]:
    """Put this process into the place of an app in App Service."""
    settings = local_azure.app_environment()
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, settings[name])
    yield local_azure
    local_azure.set_identity({"mode": "ok"})


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says."""
    segment = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))


def test_the_real_credential_gets_a_token_with_the_claims_that_storage_reads(
    identity: LocalCloud,
) -> None:
    """Azurite answers a bare 500 to tokens without tid and oid."""
    with ManagedIdentityCredential(client_id=app_client_id()) as credential:
        token = credential.get_token(_STORAGE_SCOPE)
    claims = claims_of(token.token)
    assert claims["aud"] == "https://storage.azure.com"
    assert claims["appid"] == app_client_id()
    assert claims["iss"] == f"https://sts.windows.net/{claims['tid']}/"
    assert {"iat", "nbf", "exp", "oid", "sub"} <= claims.keys()


async def test_the_real_aio_credential_gets_a_token_too(identity: LocalCloud) -> None:
    """It raises a KeyError where the answer lacks `resource`."""
    async with AioManagedIdentityCredential(client_id=app_client_id()) as credential:
        token = await credential.get_token("https://management.azure.com/.default")
    assert claims_of(token.token)["aud"] == "https://management.azure.com"
    assert token.expires_on > time.time() + 600


def test_a_wrong_header_is_refused_with_401(identity: LocalCloud) -> None:
    """The header is all that keeps other programs of the machine from taking tokens."""
    url = identity.endpoints.identity_url
    answer = requests.get(
        url,
        params={"resource": "https://storage.azure.com", "api-version": "2019-08-01"},
        headers={"X-IDENTITY-HEADER": "guessed"},
        timeout=5,
    )
    assert answer.status_code == 401
    assert "access_token" not in answer.text


def test_one_planned_failure_is_ridden_out_by_the_credential(identity: LocalCloud) -> None:
    """A token endpoint that fails once must not fail a build."""
    identity.set_identity({"mode": "500", "times": 1})
    with ManagedIdentityCredential(client_id=app_client_id()) as credential:
        assert credential.get_token(_STORAGE_SCOPE).token


def test_a_refused_identity_is_an_authentication_error(identity: LocalCloud) -> None:
    """That is how a missing identity shows itself to the app."""
    identity.set_identity({"mode": "refused"})
    with (
        ManagedIdentityCredential(client_id=app_client_id()) as credential,
        pytest.raises(ClientAuthenticationError, match="No managed identity was found"),
    ):
        credential.get_token(_STORAGE_SCOPE)


def test_an_endpoint_that_answers_401_gives_no_token(identity: LocalCloud) -> None:
    """A fresh instance may see that for a moment; the app has to bear it."""
    identity.set_identity({"mode": "401"})
    with (
        ManagedIdentityCredential(client_id=app_client_id()) as credential,
        pytest.raises(ClientAuthenticationError, match="401"),
    ):
        credential.get_token(_STORAGE_SCOPE)


def test_an_expired_token_is_asked_for_again(identity: LocalCloud) -> None:
    """A credential that cached it would go on failing."""
    identity.set_identity({"mode": "expired", "times": 1})
    with ManagedIdentityCredential(client_id=app_client_id()) as credential:
        first = credential.get_token(_STORAGE_SCOPE)
        second = credential.get_token(_STORAGE_SCOPE)
    assert first.expires_on < time.time() < second.expires_on


def test_a_slow_answer_comes_late_and_whole(identity: LocalCloud) -> None:
    """Delays are planned by length, so that a test decides how long it waits."""
    identity.set_identity({"mode": "slow", "times": 1, "delay_seconds": 0.2})
    began = time.monotonic()
    with ManagedIdentityCredential(client_id=app_client_id()) as credential:
        assert credential.get_token(_STORAGE_SCOPE).token
    assert time.monotonic() - began >= 0.2


def test_an_unknown_mode_is_refused_with_the_known_ones(identity: LocalCloud) -> None:
    """A fault that is misspelt would let a test pass for nothing."""
    url = identity.endpoints.identity_url.replace("/msi/token", "/_localcloud/identity")
    answer = requests.post(url, json={"mode": "broken"}, timeout=5)
    assert answer.status_code == 400
    assert "refused" in answer.json()["message"]
