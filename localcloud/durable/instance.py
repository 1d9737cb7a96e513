"""What the engine knows about one orchestration: its identity, its state, its parent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Durable's runtime statuses, in the order of their numbers in history."""

    RUNNING = "Running"
    COMPLETED = "Completed"
    CONTINUED_AS_NEW = "ContinuedAsNew"
    FAILED = "Failed"
    CANCELED = "Canceled"
    TERMINATED = "Terminated"
    PENDING = "Pending"
    SUSPENDED = "Suspended"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more will happen to the instance."""
        return self in _FINAL

    @property
    def number(self) -> int:
        """Return .NET's number of this status."""
        return list(Status).index(self)


_FINAL = {Status.COMPLETED, Status.FAILED, Status.CANCELED, Status.TERMINATED}


@dataclass(frozen=True)
class Parent:
    """The orchestration that waits for this one, and the number of the task it waits with."""

    instance_id: str
    execution_id: str
    task_number: int


@dataclass(frozen=True)
class Instance:
    """One orchestration. The execution id changes with every generation (continue as new).

    Inputs, outputs and custom statuses are JSON texts, except that the output of a failed or
    terminated instance is the plain reason. Times are ISO texts with seven digits.
    """

    instance_id: str
    execution_id: str
    name: str
    version: str | None
    status: Status
    input_json: str | None
    output: str | None
    custom_status: str | None
    created_utc: str
    updated_utc: str
    parent: Parent | None = None


class InstanceIsLive(RuntimeError):  # noqa: N818 - a state, said in the words of the extension
    """An instance of this id has not ended; the extension answers 500."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"An Orchestration instance with the status {status} already exists.")


class InstanceNotFound(LookupError):  # noqa: N818 - a state, not an accident
    """There is no instance of this id."""

    def __init__(self, instance_id: str) -> None:
        super().__init__(f"No instance with ID '{instance_id}' was found.")


class InstanceEnded(RuntimeError):  # noqa: N818 - a state, not an accident
    """The instance has a final status and takes no more messages."""

    def __init__(self, instance_id: str, status: Status) -> None:
        super().__init__(f"The instance '{instance_id}' has ended: it is {status}.")
