"""The local cloud as a whole: it starts, stays on this machine, explains failures, and goes."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from localcloud.client import CallError
from localcloud.cloud import CloudOptions, LocalCloud
from localcloud.errors import LocalCloudError, StartError, StateError
from localcloud.processes import inherited_environment
from tests.localcloud.running_processes import processes_of

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.local_cloud


@pytest.fixture
def broken_app(tmp_path: Path) -> Path:
    """An app that cannot be imported."""
    folder = tmp_path / "app"
    folder.mkdir()
    shutil.copy(ROOT / "local.settings.sample.json", folder)
    shutil.copy(ROOT / "host.json", folder)
    (folder / "function_app.py").write_text("raise RuntimeError('broken on purpose')\n")
    return folder


def test_every_listener_is_on_loopback(local_cloud: LocalCloud) -> None:
    """Anything else would offer forged tokens and storage keys to the network."""
    listening = [
        connection.laddr.ip
        for part in (local_cloud.azurite, local_cloud.control_plane, local_cloud.host)
        for connection in psutil.Process(part.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) == 7
    assert set(listening) == {"127.0.0.1"}


def test_the_host_serves_the_functions_of_the_app(local_cloud: LocalCloud) -> None:
    """The host that is up must be the one with this app."""
    url = f"{local_cloud.endpoints.host_url}/admin/host/status"
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert b"build_image" in answer.read()


def test_the_recipes_of_the_examples_are_there(local_cloud: LocalCloud) -> None:
    """The first upload works without putting a recipe first."""
    assert "webapp.json" in local_cloud.storage.names("kiln-recipes")


def test_a_build_that_nobody_started_is_not_found(local_cloud: LocalCloud) -> None:
    """Commands say so, instead of showing an error of the HTTP API."""
    assert local_cloud.build("0" * 32) is None


def test_resource_manager_tells_its_calls_and_takes_faults(local_azure: LocalCloud) -> None:
    """Tests count side effects there, and let things fail."""
    planned = local_azure.plan_fault({"match": {"call": "run"}, "answer": {"status": 504}})
    assert planned["id"] in [plan["id"] for plan in local_azure.faults()]
    local_azure.clear_faults()
    assert local_azure.faults() == []
    assert isinstance(local_azure.journal(), list)


def test_a_fault_plan_that_is_wrong_is_refused_with_the_reason(local_azure: LocalCloud) -> None:
    """A misspelt plan would never be met, and the test of it pass for nothing."""
    with pytest.raises(CallError, match="HTTP 400") as refused:
        local_azure.plan_fault({"match": {"call": "run"}, "answr": {}})
    assert "answr" in str(refused.value)


def test_the_host_can_be_killed_and_started_again(tmp_path: Path) -> None:
    """Crash tests live on it; keys and address must stay the same."""
    with LocalCloud(tmp_path, ROOT, 200) as cloud:
        key = cloud.endpoints.function_key
        cloud.host.kill()
        assert cloud.host.exit_code == -signal.SIGKILL
        cloud.host.start()
        assert cloud.endpoints.function_key == key
        assert cloud.build("0" * 32) is None
    assert processes_of(tmp_path) == []


def test_resource_manager_begins_when_storage_answers(tmp_path: Path) -> None:
    """What was cut off begins again at once: without storage, its downloads would all fail."""
    cloud = LocalCloud(tmp_path, ROOT)
    cloud.state.write()
    cloud.control_plane.launch()
    with pytest.raises(StartError, match="did not answer"):
        cloud.control_plane.wait_until_ready(timeout_seconds=3)
    cloud.start_azure()
    cloud.stop()
    assert processes_of(tmp_path) == []


def test_an_app_that_does_not_load_is_explained_and_nothing_is_left(
    tmp_path: Path, broken_app: Path
) -> None:
    """The reason must be in the error, and the other parts must not stay behind."""
    cloud = LocalCloud(tmp_path / "cloud", broken_app)
    with pytest.raises(StartError, match=r"Functions host ended with code 1[\s\S]*on purpose"):
        cloud.start()
    assert processes_of(tmp_path / "cloud") == []


def test_a_taken_port_is_named_with_the_flag_to_change_it(tmp_path: Path) -> None:
    """7071 is Core Tools' port too, so this will happen."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        cloud = LocalCloud(tmp_path, ROOT, options=CloudOptions(host_port=port))
        with pytest.raises(StateError, match=f"port {port} is taken; choose another with --port"):
            cloud.start()


def test_it_refuses_to_run_in_azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There, every token that it makes would be a forgery next to real data."""
    monkeypatch.setenv("WEBSITE_INSTANCE_ID", "abc")
    with pytest.raises(LocalCloudError, match="this is Azure"):
        LocalCloud(tmp_path, ROOT)


def test_a_killed_owner_takes_its_cloud_along(tmp_path: Path) -> None:
    """A test run that is killed must leave neither ports nor memory taken."""
    owner = f"""
import os
from pathlib import Path
from localcloud.cloud import LocalCloud
cloud = LocalCloud(Path({str(tmp_path)!r}), Path({str(ROOT)!r}))
cloud.start_azure()
print("up", flush=True)
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run(
        [sys.executable, "-c", owner], cwd=ROOT, capture_output=True, text=True, check=False
    )
    # The output ends when the guard, which inherited it, has done its work.
    assert ended.stdout == "up\n"
    assert processes_of(tmp_path) == []


def test_a_developers_own_sign_in_does_not_reach_the_processes() -> None:
    """The app must sign in as the local identity, or fail; never as a person."""
    inherited = inherited_environment(
        {"AZURE_CLIENT_SECRET": "s", "IDENTITY_ENDPOINT": "e", "ARM_ENDPOINT": "a", "PATH": "/bin"}
    )
    assert inherited.keys() == {"PATH", "PYTHONUNBUFFERED", "NO_PROXY", "no_proxy"}
