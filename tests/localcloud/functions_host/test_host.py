"""The host as a process: start, service, end, crash."""

import json
import signal
import socket

import pytest

KEY_HEADER = "x-functions-key"


def test_the_status_lists_the_functions_in_order(host):
    """Whoever starts a host waits for this answer; it needs no key."""
    status = host.ask("/admin/host/status").json()

    assert status["state"] == "Running"
    assert status["functions"][:3] == ["echo", "health", "for_admins"]
    assert len(status["functions"]) == 12


def test_the_public_doors_ask_for_keys(host):
    """The function key opens functions only; the Durable API has a key of its own."""
    management = "/runtime/webhooks/durabletask/instances"
    keys = host.keys

    assert host.ask("/api/echo/x").status == 401
    assert host.ask(f"/api/echo/x?code={keys['function']}").status == 200
    assert host.ask(f"{management}?code={keys['function']}").status == 401
    assert host.ask(management.upper()).status == 401
    assert host.ask(f"{management}?code={keys['systemKeys']['durabletask_extension']}").text == "[]"


def test_a_starter_runs_an_orchestration(host):
    """HTTP trigger, Durable client, orchestrator and activities work together."""
    started = host.ask("/api/start/Ann", "POST")
    instance_id = started.json()["id"]

    assert started.status == 202
    host.read_until("Executed 'Functions.say_nothing' (Succeeded")
    assert wait_for_output(host, instance_id) == "Hello, Ann"


def wait_for_output(host, instance_id):
    """Ask for the instance until it has ended; the request itself waits for changes."""
    path = f"/runtime/webhooks/durabletask/instances/{instance_id}"
    key = {KEY_HEADER: host.keys["systemKeys"]["durabletask_extension"]}
    while (answer := host.ask(path, headers=key)).status == 202:
        pass
    return answer.json()["output"]


def test_the_management_links_carry_the_public_address(host):
    """The SDK and operators follow them."""
    key = host.keys["systemKeys"]["durabletask_extension"]
    headers = {KEY_HEADER: key, "Content-Type": "application/json"}
    path = "/runtime/webhooks/durabletask/orchestrators/greet/one"

    links = host.ask(path, "POST", b'{"name": "Bo"}', headers).json()

    public = f"{host.origin}/runtime/webhooks/durabletask/instances/one?"
    assert links["statusQueryGetUri"].startswith(public)
    assert f"code={key}" in links["statusQueryGetUri"]


def test_a_timer_is_run_by_hand_with_the_master_key(host):
    """POST /admin/functions/<name>, as in Azure."""
    host.read_until("Executed 'Functions.swept'")
    path = "/admin/functions/swept"

    assert host.ask(path, "POST", b"{}").status == 401
    assert host.ask(path, "POST", b"{}", {KEY_HEADER: host.keys["master"]}).status == 202
    assert host.ask("/api/seen").json() == [["timer", False]] * 2


def test_the_validation_of_event_grid_is_answered(host):
    """The webhook is mounted where Event Grid's subscriptions point."""
    key = host.keys["systemKeys"]["blobs_extension"]
    event = {
        "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
        "data": {"validationCode": "7"},
    }

    answer = host.ask(
        f"/runtime/webhooks/blobs?functionName=Host.Functions.uploaded&code={key}",
        "POST",
        json.dumps([event]).encode(),
    )

    assert answer.json() == {"validationResponse": "7"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_host_cleanly(host, number):
    """Exit code 0, no stack trace, and storage that does not answer holds nothing up."""
    host.signal(number)

    code, output = host.wait()
    assert code == 0
    assert "host stopping" in output
    assert "Traceback" not in output


def test_a_port_in_use_is_named(new_host):
    """The commonest trouble of all gets one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, output = new_host().launch("--port", str(port)).wait()

    assert (code, output.count("\n")) == (1, 1)
    assert f"port {port} of 127.0.0.1 cannot be taken (Address already in use)" in output


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"WEBSITE_INSTANCE_ID": "7"}, "WEBSITE_INSTANCE_ID is set"),
        ({"PYTHON_THREADPOOL_THREAD_COUNT": "many"}, "THREAD_COUNT is 'many'"),
        ({"ARTIFACTS": ""}, "the connection ARTIFACTS needs the app setting"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(new_host, settings, message):
    """Before anything is served, with the way out and without a stack trace."""
    code, output = new_host(settings=settings).launch().wait()

    assert code == 1
    assert output.startswith("the host cannot start: ")
    assert message in output
    assert "Traceback" not in output


def test_a_killed_host_goes_on_where_it_was(new_host):
    """The answer of an activity that was stored is not asked for again."""
    first = new_host().start("--kill-at", "before:say_nothing")
    instance_id = first.ask("/api/start/Cy", "POST").json()["id"]
    code, output = first.wait()
    assert (code, "killing the host before say_nothing (time 1)" in output) == (
        -signal.SIGKILL,
        True,
    )

    second = new_host().start()

    assert wait_for_output(second, instance_id) == "Hello, Cy"
    second.signal(signal.SIGTERM)
    assert "Executing 'Functions.say_hello'" not in second.wait()[1]


def test_keys_outlive_the_process(new_host):
    """Subscriptions and bookmarks hold them."""
    first = new_host().start()
    keys = first.keys
    first.signal(signal.SIGTERM)
    first.wait()

    assert new_host().start().keys == keys


def test_a_second_host_on_the_same_folder_is_refused(host, new_host):
    """Two engines on one store would run every activity twice."""
    code, output = new_host().launch().wait()

    assert (code, "another host uses it" in output) == (1, True)


def test_a_folder_that_cannot_be_made_is_named(new_host):
    """With the option that chooses another one."""
    host = new_host()
    host.data.write_text("a file")

    code, output = host.launch().wait()

    assert (code, output.count("\n")) == (1, 1)
    assert "cannot be made (File exists); choose another one with --data" in output


@pytest.mark.parametrize("name", ["durable.sqlite", "blob_receipts.sqlite"])
def test_a_damaged_file_of_the_folder_is_named(new_host, name):
    """With the way out, and without a stack trace."""
    host = new_host()
    host.data.mkdir()
    (host.data / name).write_bytes(b"no database" * 500)

    code, output = host.launch().wait()

    assert code == 1
    assert f"{name} cannot be used (file is not a database)" in output
    assert "Traceback" not in output
