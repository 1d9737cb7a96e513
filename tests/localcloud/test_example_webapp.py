"""The web app of the examples, which the demo puts into an image."""

from __future__ import annotations

import importlib.util
import json
import threading
import urllib.request
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "examples/webapp"


def test_the_example_serves_its_page_and_its_health() -> None:
    """An image whose app does not start is a poor example."""
    spec = importlib.util.spec_from_file_location("example_webapp", _FOLDER / "app.py")
    assert spec
    assert spec.loader
    app = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(app)
    with app.make_server(port=0) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        url = f"http://127.0.0.1:{server.server_port}"
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as health:
            assert json.load(health)["status"] == "ok"
        with urllib.request.urlopen(url, timeout=5) as page:
            assert b"It runs." in page.read()
        server.shutdown()
        serving.join()


def test_systemd_starts_what_the_recipe_installs() -> None:
    """The unit, the recipe and the folder have to agree on one path."""
    unit = (_FOLDER / "webapp.service").read_text()
    recipe = (_FOLDER.parent / "recipes/webapp.json").read_text()
    assert "ExecStart=/usr/bin/python3 /opt/webapp/app.py" in unit
    assert "/opt/webapp/" in recipe
