"""Last step: the report goes into the claim, where it outlives Durable's history."""

from __future__ import annotations

from typing import Any, TypedDict, cast

import azure.durable_functions as df

from activities.durable_step import durable_step
from azure_clients import claims
from imaging.report import Report

bp = df.Blueprint()


class WriteReport(TypedDict):
    """The report of a build."""

    build_id: str
    report: dict  # type: ignore[type-arg]  # the worker refuses a parametrised dict


@bp.activity_trigger(input_name="step")
@durable_step
def write_report(step: WriteReport) -> dict[str, Any]:
    """Write the report; a report that is there already stays.

    Raises:
        NotFoundError: the claim was deleted during the build.
    """
    claims.write_report(step["build_id"], cast("Report", step["report"]))
    return {}
