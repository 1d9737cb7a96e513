"""Answers the calls of AIB: status, headers and body as recorded (docs/local-cloud-coverage)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web

from localcloud.image_builder import exceptions, unmarshal, validation
from localcloud.image_builder.json_answer import json_answer
from localcloud.image_builder.models import Template, TemplateAddress, Trigger
from localcloud.image_builder.operations import (
    Operation,
    poll_body,
    signature,
    timed_operation,
)
from localcloud.image_builder.representation import (
    run_output_resource,
    template_resource,
    trigger_resource,
)
from localcloud.image_builder.routing import CallContext

_WRITES_LEFT = {"x-ms-ratelimit-remaining-subscription-writes": "1199"}
_DELETES_LEFT = {"x-ms-ratelimit-remaining-subscription-deletes": "14999"}


async def put_template(context: CallContext) -> web.Response:
    """Create a template: 201 with the echo, then an operation."""
    address = _address(context)
    context.simulator.groups.require(context.group_id)
    _check_name(address.name, "imageTemplateName")
    body = unmarshal.read(context.json_object(), "ImageTemplate", context.version)
    if not body.get("location"):
        raise exceptions.location_required()
    faults = validation.faults_of(body, context.version)
    if faults:
        raise exceptions.validation_failed(faults)
    template, operation = context.simulator.put(address, body, context.version, context.plan)
    headers = _operation_headers(context, template, operation, with_location=False)
    resource = template_resource(context.simulator, template, context.version)
    return json_answer(resource, status=201, headers=headers | _WRITES_LEFT)


async def get_template(context: CallContext) -> web.Response:
    """Answer a template as it is now."""
    template = _template(context)
    return json_answer(template_resource(context.simulator, template, context.version))


async def patch_template(context: CallContext) -> web.Response:
    """Change a template: 202, then an operation."""
    template = _template(context)
    struct = "ImageTemplateUpdateParameters"
    body = unmarshal.read(context.json_object(), struct, context.version)
    faults = validation.update_faults(body, context.version)
    if faults:
        raise exceptions.validation_failed(faults)
    operation = context.simulator.patch(template, body, context.plan)
    return _accepted(context, template, operation)


async def delete_template(context: CallContext) -> web.Response:
    """Delete a template: 202 and an operation, or 204 when there is none."""
    address = _address(context)
    template = context.simulator.inventory.templates.get(address.key)
    if template is None:
        return web.Response(status=204, headers=_DELETES_LEFT)
    operation = context.simulator.delete(template, context.plan)
    return _accepted(context, template, operation, _DELETES_LEFT)


async def run_template(context: CallContext) -> web.Response:
    """Start a run: 202, then an operation."""
    template = _template(context)
    return _accepted(context, template, context.simulator.run(template, context.plan))


async def cancel_run(context: CallContext) -> web.Response:
    """Cancel the run: 204 and no operation; `lastRunStatus` shows what becomes of it."""
    context.simulator.cancel(_template(context), context.plan)
    return web.Response(status=204, headers=_WRITES_LEFT)


async def list_templates(context: CallContext) -> web.Response:
    """List the templates of a resource group or subscription, page by page."""
    simulator, names = context.simulator, context.names
    wanted = (names["subscription"].lower(), names.get("group", "").lower())
    found = [
        template_resource(simulator, template, context.version)
        for key, template in sorted(simulator.inventory.templates.items())
        if key[0] == wanted[0] and wanted[1] in ("", key[1])
    ]
    return paged(context, found)


async def list_run_outputs(context: CallContext) -> web.Response:
    """List what the last successful run distributed."""
    template = _template(context)
    outputs = template.outputs.values()
    return paged(context, [run_output_resource(template, o, context.version) for o in outputs])


async def get_run_output(context: CallContext) -> web.Response:
    """Answer one run output."""
    template, name = _template(context), context.names["output"]
    for output in template.outputs.values():
        if output.name.lower() == name.lower():
            return json_answer(run_output_resource(template, output, context.version))
    path = f"{template.address.name}/runOutputs/{name}"
    raise _not_found(template, path)


async def get_operation(context: CallContext) -> web.Response:
    """Answer how far an operation is, always with 200."""
    operation_id = context.names["operation"]
    operation = context.simulator.inventory.operation(operation_id)
    return json_answer(poll_body(operation, context.simulator.now()))


async def put_trigger(context: CallContext) -> web.Response:
    """Create a trigger: 201, then an operation."""
    template, simulator = _template(context), context.simulator
    _check_name(context.names["trigger"], "triggerName")
    body = unmarshal.read(context.json_object(), "Trigger", context.version)
    kind = (body.get("properties") or {}).get("kind")
    if kind != "SourceImage":
        raise exceptions.validation_failed([f"Field 'properties.kind' has a bad value: '{kind}'"])
    now, seconds = simulator.now(), simulator.settings.durations.trigger
    trigger = Trigger(context.names["trigger"], kind, now, now + timedelta(seconds=seconds))
    template.triggers[trigger.name.lower()] = trigger
    simulator.inventory.save(template)
    operation = simulator.inventory.remember(timed_operation(now, seconds))
    headers = _operation_headers(context, template, operation, with_location=False)
    resource = trigger_resource(template, trigger, now)
    return json_answer(resource, status=201, headers=headers | _WRITES_LEFT)


async def get_trigger(context: CallContext) -> web.Response:
    """Answer a trigger."""
    template = _template(context)
    trigger = _trigger(context, template)
    if trigger is None:
        path = f"{template.address.name}/triggers/{context.names['trigger']}"
        raise _not_found(template, path)
    return json_answer(trigger_resource(template, trigger, context.simulator.now()))


async def list_triggers(context: CallContext) -> web.Response:
    """List the triggers of a template."""
    template, now = _template(context), context.simulator.now()
    alive = [t for t in template.triggers.values() if now < t.deleted_utc]
    return paged(context, [trigger_resource(template, trigger, now) for trigger in alive])


async def delete_trigger(context: CallContext) -> web.Response:
    """Delete a trigger: 202 and an operation, or 204 when there is none."""
    template, simulator = _template(context), context.simulator
    trigger = _trigger(context, template)
    if trigger is None:
        return web.Response(status=204, headers=_DELETES_LEFT)
    now, seconds = simulator.now(), simulator.settings.durations.trigger
    trigger.deleted_utc = now + timedelta(seconds=seconds)
    simulator.inventory.save(template)
    operation = simulator.inventory.remember(timed_operation(now, seconds))
    return _accepted(context, template, operation, _DELETES_LEFT)


def paged(context: CallContext, elements: list[dict[str, Any]]) -> web.Response:
    """Answer one page of a list, with `nextLink` when there is more."""
    size, query = context.simulator.settings.page_size, context.request.query
    token = query.get("$skipToken", "")
    start = int(token) if token.isdecimal() else 0
    body: dict[str, Any] = {"value": elements[start : start + size]}
    if start + size < len(elements):
        url = context.request.url.with_query(
            {"api-version": context.version.name, "$skipToken": str(start + size)}
        )
        body["nextLink"] = str(url)
    return json_answer(body)


def _address(context: CallContext) -> TemplateAddress:
    names = context.names
    return TemplateAddress(names["subscription"], names["group"], names["template"])


def _template(context: CallContext) -> Template:
    return context.simulator.inventory.find(_address(context))


def _trigger(context: CallContext, template: Template) -> Trigger | None:
    trigger = template.triggers.get(context.names["trigger"].lower())
    if trigger is None or context.simulator.now() >= trigger.deleted_utc:
        return None
    return trigger


def _not_found(template: Template, path: str) -> exceptions.ArmError:
    resource_type = f"{exceptions.PROVIDER}/imageTemplates"
    return exceptions.resource_not_found(resource_type, path, template.address.group)


def _check_name(name: str, parameter: str) -> None:
    if not validation.NAME.fullmatch(name):
        text = f"Parameter '{parameter}' has a bad value: '{name}'; it must match {_PATTERN}"
        raise exceptions.validation_failed([text])


_PATTERN = f"^{validation.NAME.pattern}$"


def _operation_headers(
    context: CallContext, template: Template, operation: Operation, *, with_location: bool
) -> dict[str, str]:
    origin = context.request.url.origin()
    location = template.location.replace(" ", "").lower()
    url = (
        f"{origin}/subscriptions/{template.address.subscription}/providers/{exceptions.PROVIDER}"
        f"/locations/{location}/operations/{operation.operation_id}"
        f"?api-version={context.version.name}{signature(operation, context.simulator.now())}"
    )
    headers = {"Azure-AsyncOperation": url}
    return headers | {"Location": url} if with_location else headers


def _accepted(
    context: CallContext,
    template: Template,
    operation: Operation,
    left: dict[str, str] | None = None,
) -> web.Response:
    headers = _operation_headers(context, template, operation, with_location=True)
    return web.Response(status=202, headers=headers | (left or _WRITES_LEFT))
