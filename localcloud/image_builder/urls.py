"""The calls of Microsoft.VirtualMachineImages that are simulated."""

from __future__ import annotations

from localcloud.image_builder import responses
from localcloud.image_builder.exceptions import PROVIDER
from localcloud.image_builder.routing import Route

_SUBSCRIPTION = "subscriptions/{subscription}"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{group}}/providers/{PROVIDER}/imageTemplates"
_TEMPLATE = f"{_GROUP}/{{template}}"
_OPERATION = f"{_SUBSCRIPTION}/providers/{PROVIDER}/locations/{{location}}/operations/{{operation}}"
_TRIGGER = f"{_TEMPLATE}/triggers/{{trigger}}"

ROUTES = [
    Route("put_template", "PUT", _TEMPLATE, responses.put_template),
    Route("get_template", "GET", _TEMPLATE, responses.get_template),
    Route("patch", "PATCH", _TEMPLATE, responses.patch_template),
    Route("delete", "DELETE", _TEMPLATE, responses.delete_template),
    Route("run", "POST", f"{_TEMPLATE}/run", responses.run_template),
    Route("cancel", "POST", f"{_TEMPLATE}/cancel", responses.cancel_run),
    Route("run_outputs", "GET", f"{_TEMPLATE}/runOutputs", responses.list_run_outputs),
    Route("run_output", "GET", f"{_TEMPLATE}/runOutputs/{{output}}", responses.get_run_output),
    Route("operation", "GET", _OPERATION, responses.get_operation),
    Route("list_templates", "GET", _GROUP, responses.list_templates),
    Route(
        "list_templates",
        "GET",
        f"{_SUBSCRIPTION}/providers/{PROVIDER}/imageTemplates",
        responses.list_templates,
    ),
    Route("put_trigger", "PUT", _TRIGGER, responses.put_trigger),
    Route("get_trigger", "GET", _TRIGGER, responses.get_trigger),
    Route("delete_trigger", "DELETE", _TRIGGER, responses.delete_trigger),
    Route("list_triggers", "GET", f"{_TEMPLATE}/triggers", responses.list_triggers),
]
