"""The operators' recipes: `<name>.json` in the recipes container; Kiln only reads them."""

from __future__ import annotations

from azure_clients.azure_errors import translated
from azure_clients.blob_storage import blob, blob_service
from imaging.errors import Fault, NotFoundError, RecipeError, RequestError
from imaging.limits import RECIPE_MAX_BYTES
from imaging.names import is_recipe_name
from settings import settings

_SUFFIX = ".json"
_LISTED = 20


def fetch_recipe(recipe_name: str) -> bytes:
    """Read a recipe's file.

    Raises:
        RequestError: the name cannot be a recipe's.
        NotFoundError: there is no such recipe; the message lists those that exist.
        RecipeError: it is too big; only the SDK's first piece of it was read, at most 32 MiB.
    """
    if not is_recipe_name(recipe_name):
        raise RequestError(
            f"recipe name {recipe_name[:80]!r} is not usable; it must be 1 to 64 letters, digits,"
            " '.', '_' or '-'. An upload names its recipe by its first folder:"
            " <recipe>/<release>/<file>.zip"
        )
    container = settings().recipes_container
    try:
        with translated(f"reading {container}/{recipe_name}{_SUFFIX}"):
            stream = blob(container, recipe_name + _SUFFIX).download_blob()
            if stream.size <= RECIPE_MAX_BYTES:
                return stream.readall()
    except NotFoundError:
        raise NotFoundError(
            f"recipe '{recipe_name}' does not exist; put {recipe_name}{_SUFFIX} into the container"
            f" {container}, or use one of: {_known_names() or 'none yet'}"
        ) from None
    text = f"the file has {stream.size} bytes; it must have at most {RECIPE_MAX_BYTES}"
    raise RecipeError(recipe_name, [Fault("", text)])


def _known_names() -> str:
    container = blob_service().get_container_client(settings().recipes_container)
    with translated(f"listing {settings().recipes_container}"):
        names = [item.name for item, _ in zip(container.list_blobs(), range(_LISTED), strict=False)]
    return ", ".join(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX))
