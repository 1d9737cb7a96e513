"""The `sudo` of the local build VM: hands its command to the supervisor, which runs it as root.

There are no set-user-id programs inside. This file is copied there and must not import anything of
ours. Like the real one (Ubuntu's sudoers) it resets the environment and the search path, so that a
script which relies on an exported variable fails here too.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping

SOCKET_PATH = "/run/build-vm/sudo.sock"
SECURE_PATH = (
    "/run/build-vm/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin"
)

_FLAGS = frozenset("nEHSkKbPA")
_KEPT_NAMES = frozenset(
    {"TERM", "LANG", "LANGUAGE", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"}
)
_LONG_FLAGS = {
    "--non-interactive": "n",
    "--preserve-env": "E",
    "--set-home": "H",
    "--stdin": "S",
    "--login": "i",
    "--shell": "s",
    "--validate": "v",
}


class Refused(Exception):  # noqa: N818 - it names the event
    """The command line asks for something that this sudo does not know."""


class Request:
    """What a command line of sudo asks for."""

    def __init__(self) -> None:
        self.user = "root"
        self.flags: set[str] = set()
        self.variables: dict[str, str] = {}
        self.command: list[str] = []


def read_command_line(arguments: list[str]) -> Request:
    """Return what `arguments` (without the program's name) ask for.

    Raises:
        Refused: an option is not known here.
    """
    request = Request()
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        option = rest.pop(0)
        if option == "--":
            break
        _read_option(request, option, rest)
    while rest and "=" in rest[0].split("/")[0] and not rest[0].startswith("="):
        name, _, value = rest.pop(0).partition("=")
        request.variables[name] = value
    request.command = rest
    return request


def _read_option(request: Request, option: str, rest: list[str]) -> None:
    if option.startswith("--"):
        name, _, value = option.partition("=")
        if name == "--user":
            request.user = value or _value_of(option, rest)
        elif name in _LONG_FLAGS:
            request.flags.add(_LONG_FLAGS[name])
        else:
            raise Refused(f"option {name} is not available in the local build VM")
        return
    for position, letter in enumerate(option[1:], start=2):
        if letter in "ug":
            value = option[position:] or _value_of(option, rest)
            request.user = value if letter == "u" else request.user
            return
        if letter not in _FLAGS | set("isv"):
            raise Refused(f"option -{letter} is not available in the local build VM")
        request.flags.add(letter)


def _value_of(option: str, rest: list[str]) -> str:
    if not rest:
        raise Refused(f"option {option} needs a value")
    return rest.pop(0)


def environment_for(request: Request, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the command, reset as Ubuntu's sudoers does."""
    everything = "E" in request.flags
    kept = {
        name: value
        for name, value in inherited.items()
        if everything or name in _KEPT_NAMES or name.startswith("LC_")
    }
    home = "/root" if request.user == "root" else f"/home/{request.user}"
    if not everything or request.flags & {"H", "i"}:
        kept |= {"HOME": home}
    kept |= {
        "PATH": SECURE_PATH,
        "USER": request.user,
        "LOGNAME": request.user,
        "SHELL": "/bin/bash",
        "SUDO_USER": inherited.get("USER", "packer"),
        "SUDO_COMMAND": " ".join(request.command),
    }
    return kept | request.variables


def command_for(request: Request) -> list[str]:
    """Return the words to execute; `-i` and `-s` put a shell around them."""
    if not request.flags & {"i", "s"}:
        return request.command
    shell = ["/bin/bash", "-l"] if "i" in request.flags else ["/bin/bash"]
    return [*shell, "-c", 'exec "$@"', *shell[:1], *request.command] if request.command else shell


def main(arguments: list[str]) -> int:
    """Run the command as root and return its exit code; 1 as sudo does when it cannot."""
    try:
        request = read_command_line(arguments)
    except Refused as refusal:
        sys.stderr.write(f"sudo: {refusal}\n")
        return 1
    command = command_for(request)
    if not command:
        return 0 if "v" in request.flags else 1
    content = {
        "command": command,
        "environment": environment_for(request, os.environ),
        "folder": "/root" if "i" in request.flags else os.getcwd(),  # noqa: PTH109 - text wanted
        "user": request.user,
    }
    return _ask(json.dumps(content).encode())


def _ask(content: bytes) -> int:
    # The request goes by an open file: a command line may be longer than a packet.
    file = os.memfd_create("sudo")
    with os.fdopen(os.dup(file), "wb") as writer:
        writer.write(content)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as channel:
        channel.connect(SOCKET_PATH)
        socket.send_fds(channel, [b"{}"], [file, 0, 1, 2])
        answer = channel.recv(16)
    return int(answer or b"1")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
