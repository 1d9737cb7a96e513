"""Follows a build to its end and shows what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape

from localcloud.client import CloudClient
from localcloud.commands.build_view import BuildView, duration, has_ended
from localcloud.errors import LocalCloudError

_LOOK_SECONDS = 0.2
_CLAIM_SECONDS = 60.0


def find_build(client: CloudClient, blob_name: str, timeout_seconds: float = _CLAIM_SECONDS) -> str:
    """Return the id of the build that an upload started.

    Raises:
        LocalCloudError: no build claimed the upload in time.
    """
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        for build_id, claim in client.claims().items():
            artifact = claim["request"]["artifact"]
            if artifact and artifact["blob_name"] == blob_name:
                return build_id
        time.sleep(_LOOK_SECONDS)
    raise LocalCloudError(
        f"no build started for '{blob_name}' within {timeout_seconds:.0f} s; "
        f"see {client.state.logs / 'host.log'}"
    )


def follow(client: CloudClient, build_id: str, console: Console) -> dict[str, Any]:
    """Show a build until it has ended, and return its last document.

    Raises:
        LocalCloudError: there is no such build, or the host does not answer.
    """
    view = BuildView(client.state.clock())
    if not console.is_terminal:
        return _look_until_the_end(client, build_id, view, lambda: _print_news(view, console))
    with Live(view, console=console, refresh_per_second=12):
        return _look_until_the_end(client, build_id, view, lambda: None)


def show_end(document: dict[str, Any], console: Console) -> None:
    """Print the log lines, and the image or the reason why there is none."""
    console.print()
    for line in document.get("log") or []:
        console.print(f"  [dim]│[/] {escape(line)}", soft_wrap=True)
    console.print()
    for warning in document.get("warnings") or []:
        console.print(f"  [yellow]![/] {escape(warning)}", soft_wrap=True)
    if document.get("error"):
        _show_error(document["error"], console)
    else:
        for image in document["images"]:
            shown = f"image  [bold]{escape(image['uri'])}[/]"
            console.print(f"  [green]✓[/] {shown}", soft_wrap=True)
        if not document["images"]:
            console.print("  [green]✓[/] the source is valid; no image was to be made")
    console.print(f"  [dim]took {duration(document['elapsedSeconds'])} on the cloud's clock[/]")


def _show_error(error: dict[str, Any], console: Console) -> None:
    """Print why a build failed; the faults of a recipe one by one."""
    details = error.get("details") or []
    told = error["message"] if len(details) < 2 else f"{len(details)} faults"  # noqa: PLR2004
    console.print(f"  [red]✗[/] [bold]{escape(error['code'])}[/]: {escape(told)}", soft_wrap=True)
    if told != error["message"]:
        for fault in details:
            line = ": ".join(part for part in (fault["target"], fault["message"]) if part)
            console.print(f"      {escape(line)}", soft_wrap=True)


def _look_until_the_end(
    client: CloudClient, build_id: str, view: BuildView, after_look: Callable[[], None]
) -> dict[str, Any]:
    while True:
        document = client.build(build_id)
        if document is None:
            raise LocalCloudError(
                f"there is no build '{build_id}'; `python -m localcloud builds` lists them"
            )
        view.update(document)
        after_look()
        if has_ended(document):
            return document
        time.sleep(_LOOK_SECONDS)


def _print_news(view: BuildView, console: Console) -> None:
    line = view.news()
    if line:
        console.print(escape(line), soft_wrap=True)
