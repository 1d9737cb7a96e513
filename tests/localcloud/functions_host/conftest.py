"""What the host's tests share."""

import sys

import pytest

from localcloud.functions_host.console import Console
from localcloud.functions_host.invocation import Invoker
from tests.localcloud.functions_host.blob_fakes import FakeAccount
from tests.localcloud.functions_host.blob_room import Room
from tests.localcloud.functions_host.host_process import HostProcess


@pytest.fixture(autouse=True)
def _strict_typing(monkeypatch):
    """Azure's setting of the app; without it the SDK warns, and warnings are errors."""
    monkeypatch.setenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")


@pytest.fixture
def app_folder(tmp_path, monkeypatch):
    """A folder for a test's app; nothing of it stays on the import path."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


@pytest.fixture
def invoker():
    """What runs functions, with two threads."""
    made = Invoker(Console(), threads=2)
    yield made
    made.close()


@pytest.fixture
def new_host(tmp_path):
    """A maker of host processes on one folder; all are gone after the test."""
    made = []

    def make(**options):
        host = HostProcess(tmp_path / "host", **options)
        made.append(host)
        return host

    yield make
    for host in made:
        host.close()


@pytest.fixture
def host(new_host):
    """A host that serves the fixture app."""
    return new_host().start()


@pytest.fixture
def account():
    """Storage."""
    return FakeAccount()


@pytest.fixture
async def room(app_folder, invoker, account):
    """The blob triggers under test."""
    made = Room(app_folder, invoker, account)
    yield made
    await made.close()
