"""The simulator against all recorded traffic of the real service."""

import re
from collections import Counter

import pytest

from tests.localcloud.image_builder.cloud_on_a_desk import open_desk
from tests.localcloud.image_builder.recordings import REAL, Replay, recordings

pytestmark = pytest.mark.skipif(
    not (REAL / "aib").exists(), reason="the recorded traffic is not on this machine"
)

PAIRS = 2794
# Why a pair differs, in which recordings, how, how often. Both are about one API version that
# answered differently in its first months; the simulator has the later form.
EXCEPTIONS = [
    (
        "2019-05-01-preview sorted the top-level fields by name until January 2020",
        r"\.(2019\d{4}|20200106)T|test_imagebuilder\.0\.3\.0",
        r"body has fields \['properties', 'id', 'name', 'type'",
        19,
    ),
    (
        "2020-02-14 had no default for runAsSystem before December 2020",
        r"test_image_builder_customizers\.2020(0603|0706|0720|0908)",
        r"\.customize\[0\] has fields .*'runAsSystem', 'runElevated'",
        9,
    ),
]


async def test_every_recorded_call_is_answered_as_the_service_answered_it(tmp_path, capsys):
    """A client that works with the simulator must work with the service."""
    pairs, excused, unexplained = 0, Counter(), []
    for name, recorded in recordings():
        started = recorded[0].when
        async with open_desk(tmp_path / name, started, auto_galleries=("*",)) as desk:
            replay = Replay(desk, recorded)
            await replay.play()
        pairs += len(recorded)
        for seq, difference in replay.differences:
            reason = _reason(name, difference)
            if reason is None:
                unexplained.append(f"{name} #{seq}: {difference}")
            else:
                excused[reason] += 1
    matching = pairs - excused.total() - len(unexplained)
    with capsys.disabled():
        print(f"\n{matching} of {pairs} recorded pairs match; differing: {dict(excused)}")
    assert unexplained == []
    assert pairs == PAIRS
    assert dict(excused) == {reason: count for reason, _, _, count in EXCEPTIONS}


def _reason(recording: str, difference: str) -> str | None:
    for reason, recordings_pattern, pattern, _ in EXCEPTIONS:
        if re.search(recordings_pattern, recording) and re.search(pattern, difference):
            return reason
    return None
