"""An app of odd orchestrators: each one shows a sentence of the engine's acceptance list."""

from tests.localcloud.durable.quirk_app import children, events, outputs, retries, steps, timers
from tests.localcloud.durable.quirk_app.app import app
from tests.localcloud.durable.sdk_functions import index

__all__ = ["app_functions", "children", "events", "outputs", "retries", "steps", "timers"]

app_functions = index(app)
