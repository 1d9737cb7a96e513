"""Makes the test process look like the app's: settings, identity and trust of a local cloud."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import pytest

import settings
from azure_clients import blob_storage, credential, image_builder


@contextlib.contextmanager
def app_process(environment: Mapping[str, str]) -> Iterator[None]:
    """Set the environment and forget what was built from an earlier one."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        _forget()
        yield
    _forget()


def _forget() -> None:
    for client in (
        blob_storage.blob_service,
        image_builder.image_builder_client,
        credential.credential,
    ):
        if client.cache_info().currsize:
            client().close()
        client.cache_clear()
    settings.settings.cache_clear()
