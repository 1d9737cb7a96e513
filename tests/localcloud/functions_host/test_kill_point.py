"""`--kill-at`."""

import pytest

from localcloud.functions_host.kill_point import KillAt, KillPoint


def test_the_host_dies_at_the_planned_time_only(capsys):
    """A crash test must know what had happened before."""
    deaths = []
    point = KillPoint(KillAt.parse("after_effect:run_build:2"), lambda: deaths.append(1))

    for moment in [
        ("before", "run_build"),
        ("after_effect", "cleanup"),
        ("after_effect", "run_build"),
    ]:
        point(*moment)
    assert not deaths
    point("after_effect", "run_build")
    point("after_effect", "run_build")

    assert deaths == [1]
    assert capsys.readouterr().out == "killing the host after_effect run_build (time 2)\n"


def test_the_first_time_is_meant_if_no_number_is_given():
    """The common case is short."""
    assert KillAt.parse("before:cleanup") == KillAt("before", "cleanup", 1)


@pytest.mark.parametrize("text", ["cleanup", "during:cleanup", "before:", "before:cleanup:x"])
def test_another_form_is_refused(text):
    """A plan that never comes true would let a crash test pass."""
    with pytest.raises(ValueError, match="is not WHEN:ACTIVITY"):
        KillAt.parse(text)
