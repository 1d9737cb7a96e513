"""`demo`: the whole of Kiln in one command, on this machine: a zip goes in, an image comes out."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
import zipfile
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from localcloud.cloud import CloudOptions, LocalCloud
from localcloud.commands.following import find_build, follow, show_end
from localcloud.commands.parsing import Subparsers, add_command
from localcloud.commands.up import speed, warn_of_steps_not_executed
from localcloud.commands.upload import artifact_name
from localcloud.errors import LocalCloudError
from localcloud.processes import PROJECT_ROOT

_DEFAULT_SPEED = 240.0
_EXAMPLES = PROJECT_ROOT / "examples"
_RECIPE = "webapp"


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        subparsers,
        "demo",
        "build an image from examples/webapp in a local cloud of its own, and watch it\n\n"
        "Starts Azurite, a simulated Azure Resource Manager and the Functions host with the app,\n"
        "uploads a zip, follows the build, and stops everything again.",
        """
python -m localcloud demo
python -m localcloud demo --speed 20     # slow enough to read along
""",
    )
    parser.add_argument(
        "--speed",
        type=speed,
        default=_DEFAULT_SPEED,
        metavar="N",
        help=f"how many times faster than real time the clock runs (default: {_DEFAULT_SPEED:g})",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, console: Console) -> int:
    """Run the demo; return the exit code."""
    began = time.monotonic()
    console.print("[bold]A zip becomes a VM image, on this machine[/]\n")
    directory = Path(tempfile.mkdtemp(prefix="kiln-demo-"))
    try:
        state = _build(directory, args.speed, console)
    except KeyboardInterrupt:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    except LocalCloudError:
        _keep_logs(directory, console)
        raise
    if state != "Succeeded":
        _keep_logs(directory, console)
        return 1
    shutil.rmtree(directory)
    console.print(f"  [dim]and {time.monotonic() - began:.0f} s on yours; everything is stopped[/]")
    return 0


def _keep_logs(directory: Path, console: Console) -> None:
    """Say where they are; without any, nothing is kept."""
    logs = directory / "logs"
    if logs.exists():
        console.print(f"\n  [dim]logs: {logs}[/]", soft_wrap=True)
    else:
        shutil.rmtree(directory, ignore_errors=True)


def _build(directory: Path, clock_speed: float, console: Console) -> str:
    options = CloudOptions(recipes=_EXAMPLES / "recipes")
    cloud = LocalCloud(directory, PROJECT_ROOT, clock_speed, options)
    began = time.monotonic()
    with console.status("Starting the local cloud…"):
        cloud.start()
    try:
        parts = f"storage, Resource Manager and Functions host, in {time.monotonic() - began:.1f} s"
        console.print(f"  [green]✓[/] local cloud  {parts}")
        warn_of_steps_not_executed(cloud, console)
        blob_name = _upload_example(cloud, directory, console)
        with console.status("Waiting for the blob trigger…"):
            build_id = find_build(cloud, blob_name)
        console.print(f"  [green]✓[/] build        {build_id}\n", soft_wrap=True)
        document = follow(cloud, build_id, console)
        show_end(document, console)
        return str(document["state"])
    finally:
        with console.status("Stopping…"):
            cloud.stop()


def _upload_example(cloud: LocalCloud, directory: Path, console: Console) -> str:
    path = zip_folder(_EXAMPLES / _RECIPE, directory / f"{_RECIPE}.zip")
    blob_name = artifact_name(_RECIPE, "1-1", path)
    cloud.upload(path, blob_name)
    intake = cloud.container("ARTIFACTS_CONTAINER")
    console.print(f"  [green]✓[/] upload       {escape(f'{intake}/{blob_name}')}", soft_wrap=True)
    return blob_name


def zip_folder(folder: Path, target: Path) -> Path:
    """Zip the contents of a folder, as the pipeline task does, and return the zip's path."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(folder).as_posix())
    return target
