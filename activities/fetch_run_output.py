"""Reads what a run distributed, as far as it did."""

from __future__ import annotations

from typing import Any, TypedDict

import azure.durable_functions as df

from activities.durable_step import durable_step
from azure_clients.image_builder import get_run_output
from imaging.errors import NotFoundError
from imaging.report import DistributedImage

bp = df.Blueprint()


class FetchRunOutput(TypedDict):
    """Which run outputs of which template, by name or resource id."""

    template_name: str
    run_output_names: list  # type: ignore[type-arg]  # the worker refuses a parametrised list


@bp.activity_trigger(input_name="step")
@durable_step
def fetch_run_output(step: FetchRunOutput) -> dict[str, Any]:
    """Read the run outputs that are there, in the recipe's order, and name those that are not.

    Right after a run AIB may need a moment; after one that did not succeed, some may never come.
    """
    uris = {name: _fetch(step["template_name"], name) for name in step["run_output_names"]}
    images = [DistributedImage(runOutputName=name, uri=uri) for name, uri in uris.items() if uri]
    return {"images": images, "missing": [name for name, uri in uris.items() if not uri]}


def _fetch(template_name: str, run_output_name: str) -> str:
    try:
        return get_run_output(template_name, run_output_name)
    except NotFoundError:
        return ""
