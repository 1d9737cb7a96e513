"""The host's keys."""

import json

import pytest
from aiohttp.test_utils import make_mocked_request

from localcloud.functions_host.faults import StartupError
from localcloud.functions_host.keys import load_keys


def test_keys_are_made_once_and_kept(tmp_path):
    """Links and webhooks hold them; a restart must not change them."""
    assert load_keys(tmp_path) == load_keys(tmp_path)


def test_nobody_else_may_read_the_keys(tmp_path):
    """The master key opens everything."""
    load_keys(tmp_path)

    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_the_file_has_the_form_that_others_read(tmp_path):
    """The command line and the demo take the function key from it."""
    load_keys(tmp_path)

    content = json.loads((tmp_path / "keys.json").read_text())
    assert set(content) == {"master", "function", "systemKeys"}
    assert set(content["systemKeys"]) == {"blobs_extension", "durabletask_extension"}


@pytest.mark.parametrize(
    ("given", "asked", "opens"),
    [
        ("function", ["function"], True),
        ("master", ["function"], True),
        ("master", [], True),
        ("function", [], False),
        ("function", ["blobs_extension"], False),
        ("blobs_extension", ["blobs_extension"], True),
        ("durabletask_extension", ["blobs_extension"], False),
        ("", ["function"], False),
        ("ünlike", ["function"], False),
    ],
)
def test_a_key_opens_its_own_doors(tmp_path, given, asked, opens):
    """A leaked webhook key must not start builds."""
    keys = load_keys(tmp_path)
    known = {"function": keys.function, "master": keys.master, **keys.system}
    request = make_mocked_request("GET", "/", {"x-functions-key": known.get(given, given)})

    assert keys.opens(request, *asked) is opens


def test_a_folder_that_takes_no_keys_stops_the_start(tmp_path):
    """A full disk, or one that is read only, is told with the file that it stopped."""
    with pytest.raises(StartupError, match=r"keys\.json cannot be read or written \(No such file"):
        load_keys(tmp_path / "nowhere")


def test_damaged_keys_stop_the_start(tmp_path):
    """New keys in silence would break what holds the old ones."""
    (tmp_path / "keys.json").write_text("{}")

    with pytest.raises(StartupError, match="delete it to get new keys"):
        load_keys(tmp_path)
