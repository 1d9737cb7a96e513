"""App settings in bindings."""

import pytest

from localcloud.functions_host.faults import StartupError
from localcloud.functions_host.placeholders import resolve_placeholders


def test_a_setting_takes_the_place_of_its_name():
    """One app is deployed to several environments."""
    found = resolve_placeholders("%A%/{name}/%B%", {"A": "in", "B": "x"}, "the path")

    assert found == "in/{name}/x"


def test_a_missing_setting_stops_the_start():
    """In Azure the function would not be indexed, with a message in a log nobody reads."""
    with pytest.raises(StartupError, match="the app setting INTAKE is not set"):
        resolve_placeholders("%INTAKE%/{name}", {}, "function f: the path")
