"""The storage and ARM calls of a build up to its template, with the bare SDKs and nothing else."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.core.credentials import AccessToken
from azure.mgmt.imagebuilder import ImageBuilderClient
from azure.storage.blob import (
    BlobBlock,
    BlobClient,
    BlobSasPermissions,
    BlobServiceClient,
    generate_blob_sas,
)

from benchmarks.running_cloud import ROOT
from localcloud.cloud import LocalCloud
from localcloud.identity import make_token

_DIRECTORY_BYTES = 256 * 1024
_BLOCK_BYTES = 256 * 1024 * 1024
_READ_BYTES = 8 * 1024 * 1024


class _Identity:
    """Signs in without asking anybody, so that no call is spent on it."""

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - the SDK's protocol
        """Return a token for the resource of the scope."""
        token = make_token(scopes[0].removesuffix("/.default"), self._client_id)
        return AccessToken(token, int(time.time()) + 3600)


class DirectCalls:
    """The calls, one after the other, in the order of a build.

    Args:
        cloud: the running cloud; recipe and containers are there.
    """

    def __init__(self, cloud: LocalCloud) -> None:
        self._environment = cloud.app_environment()
        identity = _Identity(self._environment["AZURE_CLIENT_ID"])
        trust = str(cloud.endpoints.ca_bundle)
        self._storage = BlobServiceClient(
            cloud.endpoints.blob_url,
            credential=identity,
            connection_verify=trust,
            max_single_get_size=_READ_BYTES,
            max_chunk_get_size=_READ_BYTES,
        )
        self._arm = ImageBuilderClient(
            identity,
            self._environment["AZURE_SUBSCRIPTION_ID"],
            base_url=self._environment["ARM_ENDPOINT"],
            credential_scopes=[f"{self._environment['ARM_AUDIENCE']}/.default"],
            connection_verify=trust,
        )

    def close(self) -> None:
        """Close the connections."""
        self._storage.close()
        self._arm.close()

    def seconds(self, blob_name: str) -> float:
        """Do the calls for an upload; return how long they took."""
        name = f"bare-{uuid.uuid4().hex[:8]}"
        started = time.perf_counter()
        upload = self.blob("ARTIFACTS_CONTAINER", blob_name)
        size = upload.get_blob_properties().size
        self._claim_and_recipe(name)
        start = max(0, size - _DIRECTORY_BYTES)
        upload.download_blob(offset=start, length=size - start).readall()
        upload.download_blob(offset=0, length=min(size, _DIRECTORY_BYTES)).readall()
        staged = self.blob("STAGING_CONTAINER", f"{name}/artifact.zip")
        self._copy(upload, staged, size)
        digest = hashlib.sha256()
        for chunk in staged.download_blob().chunks():
            digest.update(chunk)
        self.blob("STAGING_CONTAINER", f"{name}/recipe.json").download_blob().readall()
        self._put_template(name)
        return time.perf_counter() - started

    def _claim_and_recipe(self, name: str) -> None:
        claim = self.blob("BUILDS_CONTAINER", f"{name}/claim")
        claim.upload_blob(b"{}")
        claim.download_blob().readall()
        recipe = self.blob("RECIPES_CONTAINER", "webapp.json").download_blob().readall()
        self.blob("STAGING_CONTAINER", f"{name}/recipe.json").upload_blob(recipe)

    def _copy(self, source: BlobClient, target: BlobClient, size: int) -> None:
        now = datetime.now(UTC)
        until = now + timedelta(minutes=15)
        sas = generate_blob_sas(
            account_name=str(self._storage.account_name),
            container_name=source.container_name,
            blob_name=source.blob_name,
            user_delegation_key=self._storage.get_user_delegation_key(now, until),
            permission=BlobSasPermissions(read=True),
            expiry=until,
        )
        starts = range(0, size, _BLOCK_BYTES)
        blocks = [BlobBlock(f"{start:016d}") for start in starts]
        for start, block in zip(starts, blocks, strict=True):
            length = min(_BLOCK_BYTES, size - start)
            target.stage_block_from_url(block.id, f"{source.url}?{sas}", start, length)
        target.commit_block_list(blocks)

    def _put_template(self, name: str) -> None:
        recipe = json.loads((ROOT / "examples/recipes/webapp.json").read_text())
        identity = {
            "type": "UserAssigned",
            "userAssignedIdentities": {self._environment["AIB_IDENTITY_ID"]: {}},
        }
        body = {key: recipe[key] for key in ("location", "properties")} | {"identity": identity}
        self._arm.virtual_machine_image_templates.begin_create_or_update(
            self._environment["BUILD_RESOURCE_GROUP"], name, body, polling=False
        )

    def blob(self, container_setting: str, name: str) -> BlobClient:
        """Return a client of one blob; the container is named by its setting."""
        return self._storage.get_blob_client(self._environment[container_setting], name)
