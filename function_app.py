"""Kiln: upload a build zip, get a VM image. Every function, in the order an upload meets them."""

from __future__ import annotations

import azure.durable_functions as df
import azure.functions as func

from activities import (
    check_run,
    check_surroundings,
    check_template,
    cleanup,
    create_template,
    fetch_run_output,
    read_recipe,
    read_template,
    run_build,
    stage_artifact,
    write_report,
)
from orchestrators import build_image, wait_for_run, wait_for_template
from triggers import artifact_uploaded, builds_api

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)

for room in (
    artifact_uploaded,
    builds_api,
    build_image,
    read_recipe,
    read_template,
    check_surroundings,
    stage_artifact,
    create_template,
    wait_for_template,
    check_template,
    run_build,
    wait_for_run,
    check_run,
    fetch_run_output,
    cleanup,
    write_report,
):
    app.register_functions(room.bp)
