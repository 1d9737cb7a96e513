"""Output of a command is reported while it comes, and whole at the end."""

from __future__ import annotations

import asyncio
import os

from localcloud.build_vm.line_reader import LineReader


async def test_what_was_written_before_the_end_is_reported_at_the_end() -> None:
    """The last words of a failing command are in the pipe when its exit code arrives."""
    lines: list[tuple[str, str]] = []
    with LineReader(asyncio.get_running_loop(), "stderr", lambda *line: lines.append(line)) as pipe:
        os.write(pipe.write_end, b"one\r\ntwo\nthr\xc3\xa9e \xff")
    assert lines == [
        ("stderr", "one"),
        ("stderr", "two"),
        ("stderr", "thrée \N{REPLACEMENT CHARACTER}"),
    ]


async def test_lines_are_reported_while_the_command_runs() -> None:
    """People follow the log of a long step."""
    seen = asyncio.Event()
    with LineReader(asyncio.get_running_loop(), "stdout", lambda *_: seen.set()) as pipe:
        os.write(pipe.write_end, b"first\n")
        async with asyncio.timeout(10):
            await seen.wait()


async def test_an_endless_line_is_reported_in_parts() -> None:
    """A progress bar without line ends must not fill the memory."""
    parts: list[str] = []
    with LineReader(
        asyncio.get_running_loop(), "stdout", lambda _, part: parts.append(part)
    ) as pipe:
        for _ in range(4):
            os.write(pipe.write_end, b"#" * 40000)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
    assert len(parts) > 1
    assert "".join(parts) == "#" * 160000
