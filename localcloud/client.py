"""Speaks to a running local cloud: uploads, recipes, claims, the status of builds, faults."""

from __future__ import annotations

import functools
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from localcloud import app_settings
from localcloud.endpoints import ACCOUNT_NAME, STAGING_ACCOUNT_NAME, Endpoints
from localcloud.errors import LocalCloudError
from localcloud.state import CloudState

if TYPE_CHECKING:
    from localcloud.blob_account import BlobAccount

_TIMEOUT_SECONDS = 30.0
_NOT_FOUND = 404


class CallError(LocalCloudError):
    """A part of the local cloud refused a call.

    Args:
        status: the HTTP status of the answer; 0 if there was none.
        message: what was called and what was answered.
    """

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


class CloudClient:
    """A cloud that runs, here or in another process.

    Args:
        state: the cloud, as its directory remembers it.
    """

    def __init__(self, state: CloudState) -> None:
        self.state = state

    @property
    def endpoints(self) -> Endpoints:
        """Where everything is."""
        return self.state.endpoints()

    def app_environment(self) -> dict[str, str]:
        """Return the app's settings, with the endpoints of this cloud filled in."""
        return app_settings.fill_in(self._sample, self.endpoints)

    def container(self, setting: str) -> str:
        """Return the container that one of the app's settings names."""
        return self._sample[setting]

    @functools.cached_property
    def storage(self) -> BlobAccount:
        """The storage account of the app."""
        return self._account(self.endpoints.blob_url, ACCOUNT_NAME)

    @functools.cached_property
    def staging_storage(self) -> BlobAccount:
        """AIB's own storage account, where customization.log lies."""
        return self._account(self.endpoints.staging_blob_url, STAGING_ACCOUNT_NAME)

    def upload(self, path: Path, blob_name: str) -> None:
        """Upload a file into the intake container, as a pipeline does."""
        self.storage.put_file(self.container("ARTIFACTS_CONTAINER"), blob_name, path)

    def put_recipe(self, recipe_name: str, recipe: Mapping[str, Any] | str) -> None:
        """Store a recipe, replacing an older one of that name."""
        text = recipe if isinstance(recipe, str) else json.dumps(recipe, indent=2)
        self.storage.put(self.container("RECIPES_CONTAINER"), f"{recipe_name}.json", text.encode())

    def claims(self) -> dict[str, dict[str, Any]]:
        """Return the claim of every build, by build id."""
        container = self.container("BUILDS_CONTAINER")
        found = {}
        for blob_name in self.storage.names(container):
            content = self.storage.read(container, blob_name)
            if content and blob_name.endswith(".json") and "/" not in blob_name:
                found[blob_name.removesuffix(".json")] = json.loads(content)
        return found

    def build(self, build_id: str) -> dict[str, Any] | None:
        """Return the status of a build as the app tells it; None if it knows no such build."""
        endpoints = self.endpoints
        try:
            status: dict[str, Any] = self._call(
                "GET",
                f"{endpoints.host_url}/api/builds/{build_id}",
                headers={"x-functions-key": endpoints.function_key},
            )
        except CallError as error:
            if error.status == _NOT_FOUND:
                return None
            raise
        return status

    def journal(self) -> list[dict[str, Any]]:
        """Return every call that Resource Manager got."""
        calls: list[dict[str, Any]] = self._control("GET", "journal")["calls"]
        return calls

    def plan_fault(self, fault: Mapping[str, Any]) -> dict[str, Any]:
        """Let the simulator fail on purpose; see docs/local-cloud-coverage.md for the form."""
        answer: dict[str, Any] = self._control("POST", "faults", fault)
        return answer

    def faults(self) -> list[dict[str, Any]]:
        """Return the planned faults, with how often each was met."""
        plans: list[dict[str, Any]] = self._control("GET", "faults")["faults"]
        return plans

    def clear_faults(self, plan_id: str | None = None) -> None:
        """Forget one planned fault, or all."""
        self._control("DELETE", f"faults/{quote(plan_id, safe='')}" if plan_id else "faults")

    def executes_customizers(self) -> bool:
        """Say whether runs execute their Linux steps, or only log them."""
        executes: bool = self._control("GET", "build_vm")["executes"]
        return executes

    def set_identity(self, mode: Mapping[str, Any]) -> None:
        """Let the identity endpoint fail: {"mode": "500", "times": 2}."""
        url = self.endpoints.identity_url.replace("/msi/token", "/_localcloud/identity")
        self._call("POST", url, mode)

    def close(self) -> None:
        """Close the connections to storage."""
        for name in ("storage", "staging_storage"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()

    @functools.cached_property
    def _sample(self) -> dict[str, str]:
        return app_settings.read_sample(self.state.app)

    def _account(self, blob_url: str, name: str) -> BlobAccount:
        # The storage SDK takes longer to import than most commands to do their work.
        from localcloud.blob_account import BlobAccount  # noqa: PLC0415 - see above

        return BlobAccount(blob_url, self.state.account_keys[name], self.endpoints.ca_bundle)

    def _control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON in
        return self._call(method, f"{self.endpoints.arm_url}/_localcloud/{path}", body)

    def _call(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON in
        request = urllib.request.Request(  # noqa: S310 - loopback URLs of our own making
            url,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode(errors="replace")
            told = _message_in(text)
            raise CallError(error.code, f"{method} {url}: HTTP {error.code} {told}") from error
        except OSError as error:
            raise CallError(0, f"{method} {url}: {error}; is the local cloud up?") from error

    @functools.cached_property
    def _opener(self) -> urllib.request.OpenerDirector:
        context = ssl.create_default_context(cafile=str(self.endpoints.ca_bundle))
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )


def _message_in(text: str) -> str:
    """Return what an error body says; all of it, where it is in no form that we know."""
    try:
        return str(json.loads(text)["error"]["message"])
    except (ValueError, TypeError, KeyError):
        return text
