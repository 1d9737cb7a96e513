"""A Durable client that remembers, with the statuses a test gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus

CREATED = "2026-01-01T00:00:00Z"


@dataclass
class RememberingClient:
    """Answers like `DurableOrchestrationClient`; `refuses` makes every start fail."""

    statuses: dict[str, DurableOrchestrationStatus] = field(default_factory=dict)
    started: list[tuple[str, str, Any]] = field(default_factory=list)
    refuses: bool = False

    async def get_status(self, instance_id: str) -> DurableOrchestrationStatus:
        """Return the given status; a falsy one for an unknown instance, as the SDK does."""
        return self.statuses.get(instance_id, DurableOrchestrationStatus())

    async def start_new(self, name: str, instance_id: str, client_input: Any) -> str:
        """Remember the start."""
        if self.refuses:
            raise Exception("An Orchestration instance with the status Running already exists.")  # noqa: TRY002 - as the SDK
        self.started.append((name, instance_id, client_input))
        return instance_id


def status(
    runtime_status: str, custom_status: Any = None, output: Any = None
) -> DurableOrchestrationStatus:
    """Build what the SDK returns for an instance."""
    return DurableOrchestrationStatus(
        createdTime=CREATED,
        runtimeStatus=runtime_status,
        customStatus=custom_status,
        output=output,
    )
