"""Takes one turn on an engine thread: context JSON in, user code, episode, change out."""

from __future__ import annotations

import json
import logging
from datetime import datetime

from localcloud.durable import refusals
from localcloud.durable.decisions import Decisions
from localcloud.durable.episode import Episode, EpisodeRefused, UserCodeFailed
from localcloud.durable.functions import Functions, InvocationFailed
from localcloud.durable.history import Event, EventKind, dump, event
from localcloud.durable.out_of_process import (
    OrchestratorState,
    context_json,
    parse_state,
    state_in_failure,
)
from localcloud.durable.strict_replay import StrictReplay
from localcloud.durable.turn import Change, Turn

_log = logging.getLogger("localcloud.durable")


class Replay:
    """Runs episodes through the user's functions; safe to call from several threads."""

    def __init__(
        self, functions: Functions, strict: StrictReplay | None, default_version: str | None
    ) -> None:
        self._functions = functions
        self._default_version = default_version
        self._strict = strict

    def take(self, turn: Turn, now_utc: datetime) -> Change:
        """Replay the instance with its new events and return what that changes."""
        new = [event(EventKind.ORCHESTRATOR_STARTED, now_utc), *turn.new]
        past: list[Event] = json.loads(f"[{','.join(turn.past)}]")
        episode = Episode(
            self._functions,
            turn.instance,
            lambda input_json, replaying: self._run_user_code(turn, new, input_json, replaying),
        )
        outcome = episode.run(past, new)
        change = Decisions(turn, outcome, now_utc, self._default_version).change(new)
        if self._strict is not None and change.forgets:
            self._strict.forget(turn.instance.execution_id)
        return change

    def _run_user_code(
        self,
        turn: Turn,
        new: list[Event],
        input_json: str | None,
        replaying: bool,
    ) -> OrchestratorState:
        texts = [*turn.past, *(dump(each) for each in new)]
        body = context_json(turn.instance, texts, input_json, is_replaying=replaying)
        state = self._invoke(turn, body)
        if self._strict is not None:
            difference = self._strict.difference(turn.instance.execution_id, state.actions)
            if difference is not None:
                raise EpisodeRefused(difference)
        return state

    def _invoke(self, turn: Turn, body: str) -> OrchestratorState:
        name = turn.instance.name
        if name not in self._functions.orchestrators:
            known = self._functions.orchestrators
            raise UserCodeFailed(refusals.missing_function("orchestrator", name, known))
        try:
            return parse_state(self._functions.run_orchestrator(name, body))
        except InvocationFailed as failure:
            state = state_in_failure(failure.message)
            if state is not None:
                return state
            cause = failure.message
        except Exception as error:  # noqa: BLE001 - the host broke, or the answer is no state
            cause = f"{type(error).__name__}: {error}"
        # Azure hides this cause behind "Non-Deterministic workflow detected" once history exists.
        _log.error("orchestrator_crashed name=%s cause=%s", name, cause)
        raise UserCodeFailed(f" {cause}")
