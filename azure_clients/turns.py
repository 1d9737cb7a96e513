"""Whose turn it is to run a template that several builds want to run.

AIB runs a template once at a time and tells nobody who started a run: two builds that both saw the
template idle would take the same run for their own. So a build takes its turn first, with a blob
that can be made once only, and gives it back by ending.
"""

from __future__ import annotations

import hashlib

from azure_clients.claims import create_once, read_claim, read_json
from imaging.errors import ConflictError

_MOST_TURNS = 100


def take_turn(template_id: str, earlier_run_start: str, build_id: str) -> None:
    """Take the turn for the next run of a template; safe to repeat.

    Args:
        template_id: in any case.
        earlier_run_start: of the last run that AIB shows; empty if it never ran.
        build_id: who wants to run it.

    Raises:
        ConflictError: another build has the turn and has not ended.
    """
    digest = hashlib.sha256(f"{template_id.lower()}\n{earlier_run_start}".encode()).hexdigest()[:32]
    for turn in range(_MOST_TURNS):
        name = f"turns/{digest}-{turn}.json"
        if create_once(name, {"build_id": build_id}):
            return
        owner = (read_json(name) or {}).get("build_id", "")
        if owner == build_id:
            return
        if (claim := read_claim(owner)) and claim.report is None:
            template_name = template_id.rpartition("/")[2]
            raise ConflictError(
                f"template {template_name} is about to be run by build {owner}; wait until that"
                " has ended"
            )
    raise ConflictError(
        f"{_MOST_TURNS} builds of template {template_id.rpartition('/')[2]} ended before its run;"
        " run it once by hand and look why"
    )
