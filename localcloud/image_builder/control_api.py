"""The simulator's own API for tests and people: the journal, the fault plans, the build VM.

No token; the control plane listens on the loopback address only.
"""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web
from pydantic import ValidationError

from localcloud.image_builder.faults import FaultPlan
from localcloud.image_builder.journal import JournalEntry
from localcloud.image_builder.simulator import Simulator

_JOURNAL_FILTERS = set(JournalEntry.__dataclass_fields__)


class ControlApi:
    """The routes below `/_localcloud`."""

    def __init__(self, simulator: Simulator, call_names: Iterable[str]) -> None:
        self._simulator = simulator
        self._calls = [*dict.fromkeys(call_names), "compute"]

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/_localcloud/journal", self.journal),
            web.get("/_localcloud/faults", self.list_faults),
            web.post("/_localcloud/faults", self.add_fault),
            web.delete("/_localcloud/faults", self.clear_faults),
            web.delete("/_localcloud/faults/{id}", self.clear_faults),
            web.get("/_localcloud/build_vm", self.build_vm),
        ]

    async def journal(self, request: web.Request) -> web.Response:
        """Answer every call; query parameters choose by field, `?template=t_1&call=run`."""
        unknown = set(request.query) - _JOURNAL_FILTERS
        if unknown:
            return _bad_request(f"the journal has no field '{min(unknown)}'")
        return web.json_response({"calls": self._simulator.journal.listed(**request.query)})

    async def list_faults(self, _: web.Request) -> web.Response:
        """Answer the plans with their counts."""
        return web.json_response({"faults": self._simulator.faults.listed()})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Add a plan: 201 and its id, or 400 naming what is wrong with it."""
        try:
            plan = FaultPlan.model_validate(await request.json())
        except (ValueError, RecursionError) as error:
            return _bad_request(f"the fault plan is no JSON: {error}")
        except ValidationError as error:
            return _bad_request(_in_words(error))
        if plan.match.call not in (None, *self._calls):
            known = ", ".join(self._calls)
            return _bad_request(f"match.call: '{plan.match.call}' is no call; known are {known}")
        return web.json_response(self._simulator.faults.add(plan).shown(), status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Remove one plan, or all."""
        plan_id = request.match_info.get("id") or request.query.get("id")
        if self._simulator.faults.clear(plan_id):
            return web.Response(status=204)
        return _bad_request(f"there is no fault plan '{plan_id}'", status=404)

    async def build_vm(self, _: web.Request) -> web.Response:
        """Answer whether runs execute their Linux steps, or only log them."""
        return web.json_response({"executes": self._simulator.surroundings.build_vm is not None})


def _in_words(error: ValidationError) -> str:
    faults = []
    for fault in error.errors(include_url=False):
        # Pydantic names the alternatives of a type, too.
        parts = [str(part) for part in fault["loc"] if str(part).replace("_", "").isalnum()]
        words = fault["msg"].removeprefix("Value error, ")
        faults.append(f"{'.'.join(parts) or 'plan'}: {words}")
    return f"the fault plan has {len(faults)} fault(s): {'; '.join(faults)}"


def _bad_request(message: str, status: int = 400) -> web.Response:
    body = {"error": {"code": "InvalidFaultPlan", "message": message}}
    return web.json_response(body, status=status)
