# ruff: noqa: E501 - lists of lines read better in few long rows
"""Where in a command a parameter may stand: as an argument, never where its value chooses what runs."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from imaging.recipe.command_places import place_problems
from imaging.recipe.command_words import Dialect
from tests.imaging.recipe.documents import LINUX, WINDOWS, changed, faults

REFERENCE = "${{ parameters.v }}"
# @@ stands for the reference.
CHOOSING = {
    Dialect.SH: [
        "true; @@", "true && @@", "true || @@", "x | @@", "true & @@", "$(@@)", "echo $(@@)",
        'echo "$(@@)"', 'echo "${x:-$(@@)}"', "echo `id; @@`", "( @@ )", "{ @@; }", "if @@; then :; fi",
        "if x; then @@; fi", "if a; then b; else @@; fi", "for i in a; do @@; done", "while @@; do :; done",
        "case $x in a) @@;; esac", "! @@", "A=b @@", ">f @@", "sudo @@", "sudo -u root @@", 'sudo -E "@@" x',
        "exec @@", "env @@", "env A=b @@", "nohup @@", "time @@", "xargs @@", "x | xargs -n 1 @@", "eval @@",
        'eval "@@ x"', "timeout 5 @@", "nice -n 5 @@", "command @@", ". @@", "source @@", "true;@@", "x|@@", "/usr/bin/sudo -n -- @@", "env -i @@", "watch -n 5 @@", "trap @@ EXIT",
        "runuser -u app -- @@", "xargs -I {} @@ {}", "find . -exec @@ {} +",
        '"@@" x', "'@@' x", 'echo "a" ; @@', "echo 'a; b' ; @@", 'echo a\\"; @@', "sh @@", 'sh -c "@@"',
        "sudo bash -c 'true; @@'", "su -c @@", "sudo bash <<EOF\ntrue; @@\nEOF", "cat <<EOF\n$(@@)\nEOF",
    ],
    Dialect.POWERSHELL: [
        "& @@", '& "@@"', ". @@", "1; @@", "x | @@", "x && @@", "{ @@ }", "& { @@ }", "Start-Job { @@ }",
        "Invoke-Expression @@", "iex @@", "&@@", 'iex "1; @@"', "1;@@", 'iex "@@ x"', "Start-Process @@", "Start-Process -FilePath @@",
        "Start-Process -Wait @@", "$x = @@", "$x=@@", "[string]$x = @@", "@{ a = @@ }", "if (@@) { }",
        "if ($x) { @@ }", "if ($x) { 1 } @@", "@(@@)", "echo $(@@)", 'echo "a $(@@)"', "return @@", "cmd /c @@",
        'cmd /c "a & @@"', "powershell -Command @@", 'powershell -Command "& @@"',
    ],
    Dialect.CMD: ["a & @@", "a && @@", "a | @@", "call @@", "start /wait @@", 'start "" @@', "(@@)", "cmd /c @@", "a 'b & @@'"],
}  # fmt: skip
CHANGED = {
    Dialect.SH: [
        "echo `@@`", "echo @@>f", "echo @@>>f", "echo @@<f", "echo @@2>f", "a@@() { :; }", "FOO@@=x", "FOO@@+=x", "A@@[0]=x",
        "export FOO@@=x", "if x; then export F@@=x; fi", "sudo env F@@=x y", "cat f[@@]", "cat <<EOF\nE@@\nEOF",
        "cat <<-'EOF'\n\tE@@F\nEOF",
    ],
    Dialect.POWERSHELL: [
        "echo @@3>f", "echo @@>f", "$x.@@", "[IO.File]::@@('a')", "(Get-X).@@", "[@@]$x", "Foo@@('a')",
    ],
    Dialect.CMD: ["echo @@>f", "sort @@<f"],
}  # fmt: skip
HARMLESS = {
    Dialect.SH: [
        "echo @@", 'echo "a; @@"', "echo 'a; @@'", 'echo "a && @@" | tee x', "echo a \\; @@", "echo a#b; echo @@",
        "cd /opt/@@ && make", "/opt/@@/run", "python@@ -m venv", 'echo "@@">f', "echo @@ >f", "echo @@ 2>&1",
        "echo x>@@", "FOO=@@ cmd", 'FOO="@@"', "export FOO=@@", "echo FOO@@=x", "app --@@=x", "timeout @@ sleep 5",
        "sudo -u @@ id", "sudo /install @@", "sudo -- app @@", "xargs -n @@ echo", "[ @@ = x ]", '[ "$x" = @@ ]', "if [ @@ -gt 3 ]; then :; fi",
        "for i in @@ b; do :; done", "case @@ in a) :;; esac", "# a; @@", "echo $((@@ + 1))", "echo $((@@<5))",
        "cat <<EOF\nversion; @@ (a)>b\nEOF", 'python3 - <<EOF\nx = 1; y = "@@"\nEOF', 'echo "(@@)"',
        'echo "it\'s; @@"', "grep 'a|b' f | sed 's/x/@@/'", 'echo "${X:-@@}"', "exit @@", 'sh -c "echo a; echo @@"',
        "sh install.sh @@", "docker run -p @@:80 x", "awk '{ print \"@@\" }'", 'sed -i "s/(v)/@@(/" f',
    ],
    Dialect.POWERSHELL: [
        "echo @@", 'Write-Output "a; @@"', "Write-Output 'a; @@'", 'x; "@@" | Out-File a', '$x = "@@"', "$x = '@@'",
        'if ("@@" -eq "x") { }', "& app.exe @@", '& "C:\\x.exe" "@@"', 'Start-Process msiexec -ArgumentList "/i @@"',
        "Start-Process x @@", "Copy-Item C:\\app\\@@\\x .", "Copy-Item $env:TEMP\\app.@@ x", '"$x.@@"; 1',
        "choco install x --version=@@", "msiexec /i x A=@@", "@'\na; @@\n'@ | sc x", "# x; @@", "<# a; @@ #> echo 1",
        '[Environment]::SetEnvironmentVariable("A", "@@")', 'echo "@@">f', "echo @@ > f", "ForEach-Object { 1 } @@",
        "echo \u201ca; @@\u201d", "include:$_.Title -like '@@'",
    ],
    Dialect.CMD: ["shutdown /r /t @@", 'echo "a & @@"', "IsInstalled=@@", "echo @@ >f"],
}  # fmt: skip


def problems(dialect: Dialect, *lines: str) -> list[str]:
    """Say what is wrong with the places in the lines of one script."""
    written = [line.replace("@@", REFERENCE) for line in lines]
    return list(place_problems(written, dialect).values())


def rows(table: dict[Dialect, list[str]]) -> list[tuple[Dialect, str]]:
    """List a table of lines by their language."""
    return [(dialect, line) for dialect, lines in table.items() for line in lines]


@pytest.mark.parametrize(("dialect", "line"), rows(CHOOSING))
def test_a_parameter_never_chooses_what_runs(dialect: Dialect, line: str) -> None:
    """Whoever uploads would run any program, and be root where the line says sudo."""
    (problem,) = problems(dialect, line)
    assert "would choose the command" in problem


@pytest.mark.parametrize(("dialect", "line"), rows(CHANGED))
def test_what_stands_beside_a_parameter_makes_nothing_else_of_it(
    dialect: Dialect, line: str
) -> None:
    """`echo 7>file` writes nothing to the file, and `FOO7=x` sets another variable."""
    assert len(problems(dialect, line)) == 1


@pytest.mark.parametrize(("dialect", "line"), rows(HARMLESS))
def test_an_argument_or_a_text_may_be_a_parameter(dialect: Dialect, line: str) -> None:
    """Recipes that say nothing wrong must go on working."""
    assert problems(dialect, line) == []


def test_the_lines_of_a_step_are_one_script() -> None:
    """A quote that one line opens ends in another."""
    assert problems(Dialect.SH, "echo 'a", "b; @@ '") == []
    assert len(problems(Dialect.SH, "echo 'a", "b' ; @@ 'c'")) == 1
    assert problems(Dialect.SH, "cat > f <<END", "a; @@", "END", "echo @@") == []


def test_a_whole_number_may_be_assigned_in_powershell() -> None:
    """There a number is a value, and every other word without quotes is a command."""
    line = f"$wait = {REFERENCE}; 1"
    assert place_problems([line], Dialect.POWERSHELL, {"v"}) == {}
    assert len(place_problems([f"$wait = {REFERENCE}zip"], Dialect.POWERSHELL, {"v"})) == 1


def test_a_number_before_a_redirection_is_no_text_to_the_shell(tmp_path: Path) -> None:
    """This is why such a place is refused, as the shell itself shows it."""
    for line in ("echo 7>near", "echo 7 >apart", "echo '7'>quoted"):
        subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, check=True, capture_output=True)
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {"near": "", "apart": "7\n", "quoted": "7\n"}


SAID: list[tuple[dict[str, Any], str, str]] = [
    (LINUX, "true; @@", "has a parameter that would choose the command; write the command before it"),
    (LINUX, "echo @@>/etc/n", "has a parameter right before >, which takes a number for a stream; put a blank between, or the parameter into quotes"),
    (LINUX, "a@@() { :; }", "has a parameter right before (, which would name a function; write the name"),
    (LINUX, "FOO@@=x", "has a parameter that would name a variable; write the name"),
    (LINUX, "ls a[@@]", "has a parameter inside of [ ], where it may mean many; put it into quotes"),
    (LINUX, "cat <<EOF\nE@@\nEOF", "has a parameter that may become EOF, which ends the text; rename it"),
    (WINDOWS, "$x = @@", "has a parameter without quotes, which would choose the command; put it into quotes"),
    (WINDOWS, "[IO.File]::@@", "has a parameter right after [IO.File]::, which would choose what is called; write it"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "line", "said"), SAID)
def test_a_place_is_refused_with_its_reason_and_a_way_out(
    document: dict[str, Any], line: str, said: str
) -> None:
    """The author reads it at `recipe check`."""
    step = ["echo 1", line.replace("@@", REFERENCE)]
    declared = {"v": {"pattern": ".*", "default": "a"}}
    recipe = changed(document, ("parameters", declared), ("properties.customize.0.inline", step))
    assert faults(recipe) == [f"properties.customize[0].inline[1]: {said}"]


def test_a_filter_of_windows_updates_is_a_command() -> None:
    """PowerShell computes what stands behind `include:`."""
    step = {"type": "WindowsUpdate", "filters": [f"include:{REFERENCE}"]}
    declared = {"v": {"pattern": ".*", "default": "a"}}
    recipe = changed(WINDOWS, ("parameters", declared), ("properties.customize.0", step))
    assert "would choose the command" in faults(recipe)[0]


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("line", [
    "echo " + "@@ " * 1600, "$" * 32_000 + "@@", "1" * 32_000 + "@@", "<" * 32_000 + "@@", "$(" * 16_000 + "@@",
    '"$(' * 10_000 + "@@", "<<a\n" * 8000 + "@@", "`" * 32_000 + "@@", "{}" * 16_000 + "@@", "<<A " * 8000 + "\n@@",
    "sh -c '" * 4000 + "@@", "[" * 32_000 + "@@", " " * 32_000 + "@@", "@'\n" * 9000 + "@@", "sudo " * 6000 + "@@",
    "a" * 30_000 + "@@" + "=" * 2000, "echo [" + "@@ " * 1500, "$a." * 9000 + "@@", "<<" + "A" * 30_000 + "\n@@\n",
], ids=lambda line: repr(line[:8]))  # fmt: skip
def test_a_long_command_takes_no_long_time(dialect: Dialect, line: str) -> None:
    """A caller waits for the answer, and every other build of the host with it."""
    started = time.process_time()
    problems(dialect, line)
    assert time.process_time() - started < 2
