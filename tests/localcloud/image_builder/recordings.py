"""Replays recorded calls of the real service on a hand-driven clock, and says what differs.

What cannot be known beforehand is taken from the recording: how long an operation took, that the
real service refused or failed a call, the ids it made up. What is compared: status, headers (of
counters the name only), and the body, where made-up values must have the recorded form.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from tests.localcloud.image_builder.cloud_on_a_desk import Desk

REAL = Path(__file__).parents[3] / "../shared/real"
RECORDED_HEADERS = (
    "azure-asyncoperation",
    "location",
    "retry-after",
    "content-type",
    "x-ms-failure-cause",
    "x-ms-ratelimit-remaining-subscription-writes",
    "x-ms-ratelimit-remaining-subscription-deletes",
)
_MADE_UP = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<guid>"),
    (re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"), "<GUID>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<sha256>"),
    (re.compile(r"versions/0\.\d+\.\d+"), "versions/0.<time>"),
    (re.compile(r"/IT_[^/]+?_<guid>"), "/IT_<name>_<guid>"),
)
_ZERO_TIME = "0001-01-01T00:00:00Z"
# What `latest` meant on the day of the recording.
_LATEST = re.compile(r"(\d\d\.\d\d)\.20\d{7}\b")


@dataclass(frozen=True)
class Pair:
    """One recorded call and its answer."""

    row: dict[str, Any]

    @property
    def when(self) -> datetime:
        """Return when the real service answered."""
        return parsedate_to_datetime(self.row["headers"]["date"]).astimezone(UTC)

    @property
    def api(self) -> str:
        """Return the API version."""
        return str(self.row["query"]).removeprefix("api-version=")

    @property
    def operation_id(self) -> str | None:
        """Return the operation that the answer's headers name."""
        url = self.row["headers"].get("azure-asyncoperation", "")
        return url.partition("/operations/")[2].partition("?")[0] or None


def recordings() -> Iterator[tuple[str, list[Pair]]]:
    """Yield every recording with its pairs, in order."""
    with gzip.open(REAL / "aib/interactions.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    for name, group in itertools.groupby(rows, key=lambda row: str(row["recording"])):
        yield name, [Pair(row) for row in group]


@dataclass
class Replay:
    """One recording on its way through a simulator."""

    desk: Desk
    pairs: list[Pair]
    operations: dict[str, str] = field(default_factory=dict)
    differences: list[tuple[int, str]] = field(default_factory=list)

    async def play(self) -> None:
        """Send every call at its time and note what differs."""
        for pair in self.pairs:
            row = pair.row
            self.desk.wait(seconds=max(0.0, (pair.when - self.desk.clock.now()).total_seconds()))
            await self._prepare(pair)
            path = self._path(row["path"])
            response = await self.desk.call(row["method"], path, row["request"], pair.api)
            body = json.loads(await response.text() or "null")
            self._remember_operation(pair, response.headers.get("Azure-AsyncOperation", ""))
            if row["method"] == "PUT":
                await self.desk.let_tasks_run()
            self._compare(row, response.status, dict(response.headers), body)

    def _path(self, path: str) -> str:
        prefix, marker, operation_id = path.partition("/operations/")
        return f"{prefix}{marker}{self.operations.get(operation_id, operation_id)}"

    def _remember_operation(self, pair: Pair, url: str) -> None:
        if pair.operation_id:
            simulated = url.partition("/operations/")[2].partition("?")[0]
            self.operations[pair.operation_id] = simulated

    async def _prepare(self, pair: Pair) -> None:
        """Let the simulator take as long, and fail, as the real service did."""
        row = pair.row
        if row["status"] >= 400:
            answer = {"status": row["status"], "body": row["response"]}
            headers = {"x-ms-failure-cause": "gateway"}
            headers["Content-Type"] = row["headers"]["content-type"]
            await self.desk.plan({"method": row["method"], "times": 1}, headers=headers, **answer)
        if not pair.operation_id:
            return
        last = self._last_poll(pair.operation_id)
        settings = self.desk.simulator.settings
        settings.durations = _scaled(settings.durations, self._seconds(pair, last))
        if self._is_seen_building(pair):
            settings.durations = replace(settings.durations, queued=0.0)
        error = (last.row["response"] if last else {}).get("error")
        if row["method"] == "PUT" and error:
            plan = {"provisioning": "Failed", "error_code": error["code"]}
            match = {"call": "put_template", "times": 1}
            await self.desk.plan(match, message=error["message"], **plan)

    def _last_poll(self, operation_id: str) -> Pair | None:
        """Return the first poll that shows the end, else the last one."""
        polls = [pair for pair in self.pairs if pair.row["path"].endswith(operation_id)]
        ended = [poll for poll in polls if poll.row["response"]["status"] != "InProgress"]
        return next(iter(ended), polls[-1] if polls else None)

    def _is_seen_building(self, pair: Pair) -> bool:
        template = pair.row["path"].removesuffix("/run")
        looks = [p.row["response"] for p in self.pairs if p.row["path"] == template]
        runs = [(look or {}).get("properties", {}).get("lastRunStatus", {}) for look in looks]
        return any(run.get("runSubState") == "Building" for run in runs)

    def _seconds(self, pair: Pair, last: Pair | None) -> float:
        if last is None:  # nobody asked: over at once, but for runs
            return 900.0 if pair.row["path"].endswith("/run") else 1.0
        if last.row["response"]["status"] == "InProgress":
            return 10**6
        return (last.when - pair.when).total_seconds()

    @staticmethod
    def _is_signed(row: dict[str, Any]) -> bool:
        return bool(row["cut_chars"]) and "azure-asyncoperation" in row["headers"]

    def _compare(
        self, row: dict[str, Any], status: int, headers: dict[str, str], body: Any
    ) -> None:
        lower = {name.lower() for name in headers}
        seen = sorted(name for name in RECORDED_HEADERS if name in lower)
        wanted = sorted(name for name in RECORDED_HEADERS if name in row["headers"])
        seq, note = row["seq"], self.differences.append
        if status != row["status"]:
            note((seq, f"status {status} instead of {row['status']}"))
        elif seen != wanted:
            note((seq, f"headers {seen} instead of {wanted}"))
        elif ("&s=" in headers.get("Azure-AsyncOperation", "")) != self._is_signed(row):
            note((seq, "the operation's URL is signed or not, against the recording"))
        elif _said(headers) != _said(row["headers"]):
            note((seq, f"headers say {_said(headers)} instead of {_said(row['headers'])}"))
        else:
            note_body = next(differing(body, row["response"]), None)
            if note_body:
                note((seq, note_body))


def differing(seen: Any, wanted: Any, path: str = "") -> Iterator[str]:
    """Yield where a body differs from the recorded one, made-up values apart."""
    if isinstance(seen, dict) and isinstance(wanted, dict):
        if list(seen) != list(wanted):
            yield f"{path or 'body'} has fields {list(seen)} instead of {list(wanted)}"
        for name in [name for name in wanted if name in seen]:
            yield from differing(seen[name], wanted[name], f"{path}.{name}")
    elif isinstance(seen, list) and isinstance(wanted, list):
        yield from _differing_elements(seen, wanted, path)
    elif type(seen) is not type(wanted) or _form(seen, path) != _form(wanted, path):
        yield f"{path} is {seen!r} instead of {wanted!r}"


def _differing_elements(seen: list[Any], wanted: list[Any], path: str) -> Iterator[str]:
    if len(seen) != len(wanted):
        yield f"{path} has {len(seen)} elements instead of {len(wanted)}"
    for index, (one, other) in enumerate(zip(seen, wanted, strict=False)):
        yield from differing(one, other, f"{path}[{index}]")


def _form(value: Any, path: str) -> Any:
    if not isinstance(value, str) or value == _ZERO_TIME:
        return value
    for pattern, name in _MADE_UP:
        value = pattern.sub(name, value)
    if path.endswith((".exactVersion", ".version")):
        value = _LATEST.sub("<latest of that day>", value)
    return value


def _said(headers: dict[str, str]) -> dict[str, str]:
    """Return the values of the headers, without counters, hosts and signatures."""
    found = {name.lower(): value for name, value in headers.items()}
    said = {name: found[name] for name in ("content-type", "x-ms-failure-cause") if name in found}
    for name in ("azure-asyncoperation", "location"):
        if name in found:
            path = found[name].split("/", 3)[3].partition("&")[0]
            said[name] = _form(path, name)
    return said


def _scaled(durations: Any, seconds: float) -> Any:
    """Return durations with which every operation takes this long."""
    return replace(
        durations,
        create=seconds,
        failed_create=seconds,
        update=seconds,
        delete=seconds,
        trigger=seconds,
        queued=seconds * 0.05,
        building=seconds * 0.25,
        customizing=seconds * 0.15,
        optimizing=0.0,
        validating=0.0,
        distributing=seconds * 0.55,
        canceling=3600.0,
    )
