"""Fault plans: which call, which time, what to answer. A plan hits exactly there, and is counted.

Example: the second POST run answers 504 although the run started:
`{"match": {"call": "run", "nth": 2}, "answer": {"status": 504, "accept": true}}`.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    model_validator,
)

from localcloud.image_builder.simulator_store import SimulatorStore

# An outcome, and the calls that it can belong to.
_OUTCOME_CALLS = {
    "run_state": ("run",),
    "provisioning": ("put_template",),
    "canceling_seconds": ("cancel",),
    "operation": ("delete", "patch"),
}
# What says how something ends, and is nothing by itself.
_DETAILS = (
    "at_phase",
    "message",
    "error",
    "error_code",
    "provisioning_error_code",
    "image_appears_after_seconds",
)


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"'{value}' is no regular expression: {error}") from error
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]
Count = Annotated[int, Field(ge=1)]


class _Strict(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Match(_Strict):
    """Which calls a plan is about.

    Args:
        call: name of the call; `run_outputs` covers one and all, `compute` every Compute call.
        method: HTTP method.
        path: regular expression, searched in the path, any case.
        template: regular expression, the whole template name.
        nth: which of the matching calls, from 1; all when missing.
        times: how often at most.
        for_seconds: how long from the first matching call on, on the cloud's clock.
    """

    call: str | None = None
    method: Literal["GET", "PUT", "POST", "PATCH", "DELETE"] | None = None
    path: Pattern | None = None
    template: Pattern | None = None
    nth: Count | list[Count] | None = None
    times: Count | None = None
    for_seconds: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.call or self.method or self.path or self.template):
            raise ValueError("one of call, method, path, template must be given")
        return self

    def covers(self, call: Call) -> bool:
        """Tell whether the call is one of these, whatever its number."""
        if self.call is not None and not self._covers_name(call.name):
            return False
        if self.method is not None and self.method != call.method:
            return False
        if self.path is not None and not re.search(self.path, call.path, re.IGNORECASE):
            return False
        return self.template is None or bool(re.fullmatch(self.template, call.template))

    def _covers_name(self, name: str) -> bool:
        if self.call in ("compute", "run_outputs"):
            return name.startswith(str(self.call)) or (self.call, name) == (
                "run_outputs",
                "run_output",
            )
        return self.call == name


class Answer(_Strict):
    """What happens to a call that is hit.

    Args:
        status: answered instead of the truth; with `accept` the work is done nevertheless.
        delay_seconds: waited before, on the cloud's clock.
        drop_connection: cut without doing the work; `accept_but_drop` cuts after it.
        run_state: how the run ends, in `at_phase`, with `message` and operation `error`.
        image_appears_after_seconds: the failed run's image is there after all, this much later.
        provisioning: the template's creation fails with `message` and `error_code`.
        canceling_seconds: how long the run stays Canceling, or "never".
        operation: the operation of a DELETE or PATCH ends as Failed.
    """

    status: Annotated[int, Field(ge=200, le=599)] | None = None
    headers: dict[str, str] = {}
    body: dict[str, Any] | list[Any] | str | None = None
    delay_seconds: Annotated[float, Field(ge=0)] = 0
    drop_connection: bool = False
    accept: bool = False
    accept_but_drop: bool = False
    run_state: Literal["Failed", "Succeeded", "PartiallySucceeded", "Canceled"] | None = None
    at_phase: Literal[
        "Queued", "Building", "Customizing", "Optimizing", "Validating", "Distributing"
    ] = "Customizing"
    image_appears_after_seconds: Annotated[float, Field(ge=0)] | None = None
    provisioning: Literal["Failed"] | None = None
    provisioning_error_code: str = "Other"
    operation: Literal["Failed"] | None = None
    canceling_seconds: Annotated[float, Field(ge=0)] | Literal["never"] | None = None
    message: str = ""
    error_code: str | None = None
    error: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.status is None and (self.accept or self.body is not None):
            raise ValueError("accept and body need a status to answer with")
        if (self.status is not None) + self.drop_connection + self.accept_but_drop > 1:
            raise ValueError("a dropped connection has no status, and is dropped once")
        if not self.model_fields_set:
            raise ValueError("the answer plans nothing")
        defaults = Answer.model_fields  # and not what was set: a stored plan has all its fields
        details = [name for name in _DETAILS if getattr(self, name) != defaults[name].default]
        if details and not self.outcomes:
            raise ValueError(f"{details[0]} needs run_state, provisioning or operation")
        if self.outcomes and self.replaces_work:
            raise ValueError(f"{self.outcomes[0]} is of work that is not done; accept it")
        return self

    @property
    def outcomes(self) -> list[str]:
        """What is said of the work's own end."""
        return [name for name in _OUTCOME_CALLS if getattr(self, name) is not None]

    @property
    def replaces_work(self) -> bool:
        """Whether the call is answered without being done."""
        return self.drop_connection or (self.status is not None and not self.accept)


NO_PLAN = Answer.model_construct()


class FaultPlan(_Strict):
    """One plan as it is posted to `/_localcloud/faults`."""

    id: Annotated[str, Field(min_length=1)] = Field(default_factory=lambda: uuid.uuid4().hex[:12])
    match: Match
    answer: Answer

    @model_validator(mode="after")
    def _outcome_belongs_to_call(self) -> Self:
        for outcome in self.answer.outcomes:
            calls = _OUTCOME_CALLS[outcome]
            if self.match.call not in calls:
                named = " or ".join(f"'{call}'" for call in calls)
                raise ValueError(f"{outcome} needs match.call {named}")
        return self


@dataclass(frozen=True)
class Call:
    """What a plan can look at in a call."""

    name: str
    method: str
    path: str
    template: str = ""


@dataclass
class PlannedFault:
    """A plan and what became of it."""

    plan: FaultPlan
    matches: int = 0
    hits: int = 0
    first_match_utc: datetime | None = None

    def shown(self) -> dict[str, Any]:
        """Return the plan with its counts, for people."""
        plan = self.plan.model_dump(exclude_defaults=True) | {"id": self.plan.id}
        return plan | {"matches": self.matches, "hits": self.hits}

    def counts(self, now: datetime) -> bool:
        """Count one more matching call; tell whether it is hit."""
        self.matches += 1
        self.first_match_utc = self.first_match_utc or now
        match = self.plan.match
        numbers = [match.nth] if isinstance(match.nth, int) else match.nth
        if numbers is not None and self.matches not in numbers:
            return False
        if match.times is not None and self.hits >= match.times:
            return False
        length = match.for_seconds
        return length is None or now < self.first_match_utc + timedelta(seconds=length)


_STORED = TypeAdapter(PlannedFault)


class FaultPlans:
    """All plans of a simulator, in the order in which they were added; the first that fits hits."""

    def __init__(self, store: SimulatorStore) -> None:
        self._store = store
        documents = store.documents("fault")
        self._planned = {plan_id: _STORED.validate_json(d) for plan_id, d in documents.items()}

    def add(self, plan: FaultPlan) -> PlannedFault:
        """Add a plan; one with the same id is replaced."""
        self._planned[plan.id] = planned = PlannedFault(plan)
        self._save(planned)
        return planned

    def clear(self, plan_id: str | None = None) -> bool:
        """Remove one plan, or all of them; tell whether there was one."""
        if plan_id is not None and plan_id not in self._planned:
            return False
        for removed in list(self._planned) if plan_id is None else [plan_id]:
            del self._planned[removed]
            self._store.delete("fault", removed)
        return True

    def listed(self) -> list[dict[str, Any]]:
        """Return every plan with its counts."""
        return [planned.shown() for planned in self._planned.values()]

    def hit(self, call: Call, now: datetime) -> FaultPlan | None:
        """Count the call and return the plan that hits it, if any."""
        covering = [p for p in self._planned.values() if p.plan.match.covers(call)]
        hitting = [planned for planned in covering if planned.counts(now)]
        if hitting:
            hitting[0].hits += 1
        for planned in covering:
            self._save(planned)
        return hitting[0].plan if hitting else None

    def _save(self, planned: PlannedFault) -> None:
        self._store.put("fault", planned.plan.id, _STORED.dump_json(planned).decode())
