"""The security reviewer greps every stored byte and finds no secret."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import CloudOptions, LocalCloud
from tests.end_to_end.builds import FILES, build_of, call, make_zip, upload

pytestmark = pytest.mark.local_cloud
ROOT = Path(__file__).parents[2]
SECRETS = re.compile(
    rb"sig=|eyJ[A-Za-z0-9_-]{10,}|AccountKey|SharedAccessSignature|-----BEGIN [A-Z ]*PRIVATE"
    rb"|[?&]code=[A-Za-z0-9]|Bearer e|Basic [A-Za-z0-9]"
)
# The local cloud's own keys and certificate, readable by their owner only.
OWN_KEYS = {"state.json", "keys.json", "server.key", "server.pem", "bundle.pem", "ca.pem"}


# Signatures belong into templates, and this is where the simulated Azure keeps those.
OF_AZURE = "image-builder"
WEBAPP = json.loads((ROOT / "examples/recipes/webapp.json").read_text())
SIGNED = "https://a.blob.core.windows.net/c/b?sv=2026-01-01&sp=r&sig=abcdefghij%3D"
REFUSED = {"error": {"code": "ValidationFailed", "message": f"Field 'sourceUri' is bad: {SIGNED}"}}


def recipe(access: str, *commands: str) -> dict[str, Any]:
    """Return the web app's recipe with a way for its artifact, and other customizers."""
    changed: dict[str, Any] = json.loads(json.dumps(WEBAPP))
    changed["artifact"]["access"] = access
    # The longest there is: on this clock an hour is 6 s, and the build VM's work takes real ones.
    changed["properties"]["buildTimeoutInMinutes"] = 960
    if commands:
        customize = [{"type": "Shell", "name": "look", "inline": list(commands)}]
        changed["properties"]["customize"] = customize
    return changed


def builds(cloud: LocalCloud, folder: Path) -> dict[str, dict[str, Any]]:
    """Build on every way, to good ends and to bad ones; return what the API says of them."""
    small = make_zip(folder / "a.zip")
    large = make_zip(folder / "large.zip", {**FILES, "large.bin": os.urandom(21_000_000)})
    for access in ("service", "identity", "sas"):
        cloud.put_recipe(access, recipe(access))
    cloud.put_recipe("failing", recipe("sas", "env", "exit 3"))
    uploads = {
        "service": upload(cloud, small, "service"),
        "identity": upload(cloud, large, "identity"),
        "sas": upload(cloud, small, "sas"),
        "large sas": upload(cloud, large, "sas"),
        "failing": upload(cloud, small, "failing"),
        "bad zip": upload(cloud, make_zip(folder / "b.zip", {"../x": "y"}), "sas"),
    }
    done = {name: build_of(cloud, blob_name) for name, blob_name in uploads.items()}
    outcomes = {
        "refused": ("put_template", {"status": 400, "body": REFUSED}),
        "broken": ("put_template", {"provisioning": "Failed", "message": f"cannot read {SIGNED}"}),
        "run failed": ("run", {"run_state": "Failed", "message": f"cannot read ({SIGNED})"}),
    }
    for name, (call_name, answer) in outcomes.items():
        cloud.plan_fault({"match": {"call": call_name}, "answer": answer})
        done[name] = build_of(cloud, upload(cloud, small, "sas"))
        cloud.clear_faults()
    return done


@pytest.mark.timeout(180)
def test_no_stored_byte_holds_a_secret(tmp_path: Path):
    """Histories, claims, reports, logs and queues are read by more people than the key vault."""
    options = CloudOptions(recipes=ROOT / "examples/recipes")
    with LocalCloud(tmp_path / "cloud", ROOT, 600, options) as cloud:
        secrets = [cloud.endpoints.function_key, cloud.endpoints.identity_header]
        done = builds(cloud, tmp_path)
        body = {"recipe": "webapp", "artifact": done["service"]["artifact"]}
        answer = call(cloud, "POST", "/api/builds", body).text
    succeeded = {name for name, build in done.items() if build["state"] == "Succeeded"}
    assert succeeded == {"service", "identity", "sas", "large sas"}, done
    assert "https://a.blob.core.windows.net/c/b" in done["refused"]["error"]["message"]

    stored = [path for path in (tmp_path / "cloud").rglob("*") if path.is_file()]
    stored = [p for p in stored if p.name not in OWN_KEYS and OF_AZURE not in p.parts]
    assert any(b"build_image" in path.read_bytes() for path in stored), "nothing was scanned"
    for path in stored:
        content = path.read_bytes()
        found = SECRETS.search(content)
        assert not found, (
            f"{path.name}: …{content[max(0, found.start() - 80) : found.end() + 40]!r}"
        )
        for secret in secrets:
            assert secret.encode() not in content, path.name
    assert not SECRETS.search((json.dumps(done) + answer).encode())
