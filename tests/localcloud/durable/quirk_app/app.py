"""The app object and the activities of the quirk app."""

import threading
import time

import azure.durable_functions as df

app = df.DFApp()
gate = threading.Event()
_failed_once = set()


def orchestrator(code):
    """Register an orchestrator under its Python name."""
    return app.orchestration_trigger(context_name="context")(code)


@app.activity_trigger(input_name="x")
def act(x):
    """Return the input, or do what it says."""
    options = x if isinstance(x, dict) else {}
    if "sleep" in options:
        time.sleep(options["sleep"])
    if "waits" in options:
        gate.wait()
    if "fail" in options:
        raise RuntimeError(options["fail"])
    if "fail_once" in options and options["fail_once"] not in _failed_once:
        _failed_once.add(options["fail_once"])
        raise RuntimeError("once")
    return "x" * options["size"] if "size" in options else x


@app.activity_trigger(input_name="x")
def nothing(x):
    """Return None."""


@app.activity_trigger(input_name="x")
def wordless(x):
    """Raise an error without text."""
    raise ValueError
