"""Reads an HTTP start: what shall be built, under which id.

Everything that can be known at once is checked at once, so that a caller's mistake is an answer and
not a build.
"""

from __future__ import annotations

import json
import re
from typing import Any

from activities.template_context import template_context
from azure_clients.artifacts import Upload, artifact_url, find_upload
from azure_clients.claims import create_once, read_json
from azure_clients.image_builder import get_template
from azure_clients.recipes import fetch_recipe
from imaging.archives import archive_kind
from imaging.archives.refusal import shown
from imaging.build_request import Artifact, BuildRequest, ExistingTemplate
from imaging.errors import ArtifactError, ConflictError, NotFoundError, RequestError
from imaging.names import (
    build_id_of_upload,
    build_id_without_artifact,
    key_name,
    recipe_of_upload,
)
from settings import settings
from triggers.start_request import StartRequest, read_start

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def requested_build(body: bytes, idempotency_key: str | None) -> BuildRequest:
    """Turn a request into a build.

    An artifact's build has the id that its upload has, so a pipeline that uploads and then asks
    gets the build that the upload started. Without an artifact every request is a new build, but
    for one with an `Idempotency-Key` that was used before.

    Raises:
        RequestError: the body is not what Kiln understands, asks for an image to get lost, or names
            no artifact where the recipe needs one.
        NotFoundError: recipe, artifact or template do not exist.
        RecipeError: the recipe has faults, or the parameters do not fit it.
        ArtifactError: the artifact is no archive, or too big for the way that the recipe wants.
        SettingsError: recipe, artifact and settings do not make a template together.
        ConflictError: the key was used for another request.
    """
    asked = read_start(body)
    record = _record_of(idempotency_key)
    if record and (kept := _kept_request(record, asked)):
        return kept
    request = _existing(asked.template) if asked.template else _of_recipe(asked)
    content = {"asked": asked.to_wire(), "request": request.to_wire()}
    if record and not create_once(record, content):
        return _kept_request(record, asked) or request
    return request


def _existing(template: ExistingTemplate) -> BuildRequest:
    try:
        found = get_template(template.name)
    except NotFoundError:
        raise NotFoundError(_no_template(template.name)) from None
    if template.delete_afterwards:
        _refuse_losing_vhds(found)
    return BuildRequest(build_id_without_artifact(), "", template=template)


def _no_template(template: str) -> str:
    if "/" in template:
        return f"template {template} does not exist"
    return (
        f"template '{template}' does not exist in resource group {settings().build_resource_group};"
        " one that lies in another group is given by its resource id"
    )


def _refuse_losing_vhds(template: dict[str, Any]) -> None:
    for target in template["properties"]["distribute"]:
        if target["type"].lower() == "vhd" and not target.get("uri"):
            raise RequestError(
                f"'deleteTemplate': the VHD {target['runOutputName']} lies with the template and "
                "goes with it; leave 'deleteTemplate' out and copy the VHD first, or give the "
                "target a 'uri' in a storage account of yours"
            )


def _of_recipe(asked: StartRequest) -> BuildRequest:
    from imaging.recipe_file import read_recipe_file  # noqa: PLC0415 - not at indexing
    from imaging.template import check_can_render  # noqa: PLC0415 - not at indexing

    content = fetch_recipe(asked.recipe)
    upload = _upload(asked.artifact) if asked.artifact else None
    parameters = (upload.parameters if upload else {}) | asked.parameters
    recipe = read_recipe_file(asked.recipe, content, parameters)
    artifact = upload.artifact if upload else None
    build_id = _build_id(asked, artifact)
    check_can_render(recipe, artifact, template_context(build_id))
    return BuildRequest(build_id, asked.recipe, artifact, parameters)


def _record_of(key: str | None) -> str | None:
    """Return the name of the record that says which build a key stands for."""
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise RequestError(
            "header Idempotency-Key must be 1 to 255 visible ASCII characters without blanks"
        )
    return f"keys/{key_name(key)}.json"


def _kept_request(record: str, asked: StartRequest) -> BuildRequest | None:
    kept = read_json(record)
    if kept is None:
        return None
    if kept["asked"] != asked.to_wire():
        raise ConflictError(
            "this Idempotency-Key was used before for another request"
            f" ({json.dumps(kept['asked'])}); use a new key"
        )
    return BuildRequest.from_wire(kept["request"])


def _upload(blob_name: str) -> Upload:
    if archive_kind(blob_name) is None:
        named = f"artifact {shown(blob_name)}"
        raise ArtifactError(f"{named} is no archive; Kiln takes .zip, .tar.gz, .tgz")
    return find_upload(blob_name)


def _build_id(asked: StartRequest, artifact: Artifact | None) -> str:
    if artifact is None:
        return build_id_without_artifact()
    own_recipe = recipe_of_upload(artifact.blob_name) == asked.recipe
    different = [] if own_recipe and not asked.parameters else [asked.recipe, asked.parameters]
    variant = json.dumps(different, sort_keys=True) if different else ""
    return build_id_of_upload(artifact_url(artifact.blob_name), artifact.etag, variant)
