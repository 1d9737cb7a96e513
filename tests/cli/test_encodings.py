"""Files as other shells write them."""

import json

import pytest

from cli.__main__ import main
from tests.cli.pipelines import task_file
from tests.imaging.template_files.templates import template


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_template_is_repaired_whatever_shell_wrote_it(tmp_path, capsys, encoding):
    """The `>` of Windows PowerShell writes UTF-16, and exports are often made with it."""
    file = tmp_path / "export.json"
    file.write_text(json.dumps(template()), encoding=encoding)
    assert main(["recipe", "repair", str(file)]) == 0
    assert json.loads(capsys.readouterr().out) == template()


@pytest.mark.parametrize("content", [b"\x80abc", b"\xff\xfe\x00", b"a: \xe9"])
@pytest.mark.parametrize(
    "command", [["recipe", "check"], ["recipe", "render"], ["recipe", "repair"], ["import-task"]]
)
def test_a_file_that_is_no_text_is_refused_by_every_command_alike(
    tmp_path, capsys, content, command
):
    """Exit code 1 is the file's mistake, 2 the caller's; scripts tell them apart."""
    file = tmp_path / "webapp.json"
    file.write_bytes(content)
    assert main([*command, str(file)]) == 1
    said = capsys.readouterr().err
    assert "UTF-8" in said
    assert said.count("\n") == 1


def test_a_message_moves_no_cursor(tmp_path, capsys):
    """A stranger's file may hold what a terminal obeys."""
    text = task_file(packagePath="QQQ").replace("QQQ", '"/tmp/\\e[31m*"')
    (tmp_path / "p.yml").write_text(text)
    assert main(["import-task", str(tmp_path / "p.yml")]) == 1
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "x1b[31m" in said or "u001b[31m" in said
