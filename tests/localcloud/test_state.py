"""What a local cloud remembers between `up` and `down`."""

from __future__ import annotations

import socket
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from localcloud.endpoints import choose_ports, is_port_free
from localcloud.errors import StateError
from localcloud.state import new_state, read_state

_APP = Path(__file__).parents[2]


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    """`down`, `status` and `env` know the cloud from this file only."""
    state = replace(new_state(tmp_path, _APP, 60), pids={"host": 1})
    state.write()
    assert read_state(tmp_path) == state


def test_the_state_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """It holds the keys of the local accounts."""
    new_state(tmp_path, _APP, 1).write()
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_a_directory_without_a_cloud_has_no_state(tmp_path: Path) -> None:
    """That is not an error: nothing was started there yet."""
    assert read_state(tmp_path) is None


def test_a_damaged_state_says_what_to_delete(tmp_path: Path) -> None:
    """Guessing on would start a second cloud on the data of the first."""
    (tmp_path / "state.json").write_text('{"ports": {}}')
    with pytest.raises(StateError, match=r"state\.json is no state .*delete it"):
        read_state(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_damaged_keys_say_what_to_delete(tmp_path: Path, content: str) -> None:
    """They are read by every command that speaks to the host."""
    state = new_state(tmp_path, _APP, 1)
    state.host_folder.mkdir()
    (state.host_folder / "keys.json").write_text(content)
    with pytest.raises(StateError, match=r"keys\.json is damaged .*delete it"):
        state.endpoints()


def test_keys_and_ports_are_kept_from_one_start_to_the_next(tmp_path: Path) -> None:
    """Builds that were interrupted hold URLs of before."""
    first = new_state(tmp_path, _APP, 60)
    first.write()
    second = new_state(tmp_path, _APP, 60)
    kept = ("ports", "account_keys", "identity_header")
    assert [getattr(second, name) for name in kept] == [getattr(first, name) for name in kept]


@pytest.mark.parametrize("speed", [0.5, 1, 10, 200])
def test_the_clock_stands_still_while_the_cloud_is_stopped(tmp_path: Path, speed: float) -> None:
    """At speed 60, a night is a month: builds that are stopped would all run out of time."""
    now, hour = datetime.now(UTC), timedelta(hours=1)
    an_hour_running = replace(
        new_state(tmp_path, _APP, 60),
        clock_started_utc=(now - 12 * hour).isoformat(),
        clock_shown_utc=now.isoformat(),
        stopped_utc=(now - 11 * hour).isoformat(),
    )
    an_hour_running.write()
    again = new_state(tmp_path, _APP, speed)
    passed = again.clock().now() - now
    assert timedelta(hours=60) <= passed < timedelta(hours=61)
    assert again.stopped_utc is None


def test_the_clock_of_a_cloud_that_died_has_gone_on(tmp_path: Path) -> None:
    """Nobody knows when it stopped; a clock that went back would let builds wait for hours."""
    started_utc = datetime.now(UTC) - timedelta(hours=1)
    died = replace(new_state(tmp_path, _APP, 60), clock_started_utc=started_utc.isoformat())
    died.write()
    before = died.clock().now()
    assert timedelta(0) <= new_state(tmp_path, _APP, 1).clock().now() - before < timedelta(hours=1)


def test_a_chosen_port_that_another_part_had_moves_that_part(tmp_path: Path) -> None:
    """Two parts on one port do not start."""
    first = new_state(tmp_path, _APP, 1)
    first.write()
    ports = new_state(tmp_path, _APP, 1, host_port=first.ports.blob).ports
    assert ports.host == first.ports.blob
    assert ports.blob != first.ports.blob


def test_other_ports_are_chosen_where_an_old_one_is_taken(tmp_path: Path) -> None:
    """Another program may have come in between."""
    first = new_state(tmp_path, _APP, 1)
    first.write()
    with socket.create_server(("127.0.0.1", first.ports.blob)):
        assert new_state(tmp_path, _APP, 1).ports.blob != first.ports.blob


def test_a_process_number_that_now_belongs_to_another_is_not_ours(tmp_path: Path) -> None:
    """`down` must never stop a stranger."""
    state = replace(new_state(tmp_path, _APP, 1), pids={"host": 1, "azurite": 2**22 + 1})
    assert state.running_pids() == {}


def test_ports_are_all_different_and_free() -> None:
    """Two listeners on one port would be a failure that shows itself once a month."""
    ports = list(vars(choose_ports()).values())
    assert len(set(ports)) == len(ports)
    assert all(is_port_free(port) for port in ports)


def test_the_port_that_people_address_can_be_given() -> None:
    """Pipelines and bookmarks name it."""
    assert choose_ports(7071).host == 7071
