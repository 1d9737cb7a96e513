"""What is read from host.json."""

import pytest

from localcloud.functions_host.faults import StartupError
from localcloud.functions_host.host_json import extension_number, extension_text, read_host_json


def test_host_json_is_read_with_defaults(tmp_path):
    """An app may leave out what it does not change."""
    (tmp_path / "host.json").write_text('{"extensions": {"blobs": {"maxDegreeOfParallelism": 2}}}')
    host_json = read_host_json(tmp_path)

    assert extension_number(host_json, "blobs.maxDegreeOfParallelism", 4) == 2
    assert extension_text(host_json, "http.routePrefix", "api") == "api"


def test_an_app_without_host_json_has_the_defaults(tmp_path):
    """The smallest app is one file."""
    assert read_host_json(tmp_path) == {}


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_damaged_host_json_stops_the_start(tmp_path, content):
    """The real host does not start either."""
    (tmp_path / "host.json").write_text(content)

    with pytest.raises(StartupError, match=r"host\.json"):
        read_host_json(tmp_path)


def test_values_of_the_wrong_kind_stop_the_start():
    """A parallelism of 0 would mean that no blob is ever handed over."""
    host_json = {"extensions": {"blobs": {"maxDegreeOfParallelism": 0}, "http": {"routePrefix": 1}}}

    with pytest.raises(StartupError, match="it must be 1 or more"):
        extension_number(host_json, "blobs.maxDegreeOfParallelism", 4)
    with pytest.raises(StartupError, match="it must be a text"):
        extension_text(host_json, "http.routePrefix", "api")
