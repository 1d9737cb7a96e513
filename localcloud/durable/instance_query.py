"""A query for instances: filter, page size, continuation token."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from localcloud.durable.history import iso
from localcloud.durable.instance import Instance, Status


@dataclass(frozen=True)
class Page:
    """Instances of one page; `continuation` is None on the last one."""

    instances: tuple[Instance, ...]
    continuation: str | None


@dataclass(frozen=True)
class InstanceQuery:
    """What to look for; the default finds everything.

    Args:
        created_from_utc: created then or later.
        created_to_utc: created then or earlier.
        statuses: any of these; empty for all.
        id_prefix: how the instance id begins, case matters.
        limit: how many to a page; 0 for all.
        continuation: the token of the page before.
    """

    created_from_utc: datetime | None = None
    created_to_utc: datetime | None = None
    statuses: frozenset[Status] = frozenset()
    id_prefix: str = ""
    limit: int = 0
    continuation: str | None = None

    def condition(self) -> tuple[str, list[object]]:
        """Return the SQL condition and its values.

        Raises:
            ValueError: the continuation token is not one of ours.
        """
        parts: list[tuple[str, list[object]]] = [("1", [])]
        if self.created_from_utc is not None:
            parts.append(("created>=?", [iso(self.created_from_utc)]))
        if self.created_to_utc is not None:
            parts.append(("created<=?", [iso(self.created_to_utc)]))
        if self.statuses:
            places = ",".join("?" * len(self.statuses))
            parts.append((f"status in ({places})", [str(each) for each in self.statuses]))
        if self.id_prefix:
            parts.append(("substr(id,1,?)=?", [len(self.id_prefix), self.id_prefix]))
        if self.continuation:
            parts.append(("(created,id)>(?,?)", list(_read_token(self.continuation))))
        return " and ".join(sql for sql, _ in parts), [each for _, some in parts for each in some]

    def page(self, found: Sequence[Instance]) -> Page:
        """Cut what was found with one row more than the limit to a page."""
        if not self.limit or len(found) <= self.limit:
            return Page(tuple(found), None)
        last = found[self.limit - 1]
        return Page(tuple(found[: self.limit]), _write_token(last))


def _write_token(last: Instance) -> str:
    return base64.urlsafe_b64encode(f"{last.created_utc} {last.instance_id}".encode()).decode()


def _read_token(token: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode()
        created_utc, instance_id = text.split(" ", maxsplit=1)
    except ValueError as error:
        raise ValueError(f"the continuation token {token!r} is not one of this API") from error
    return created_utc, instance_id
