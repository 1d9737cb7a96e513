"""Files as other shells write them."""

import json

import pytest

from cli.__main__ import main
from tests.imaging.template_files.templates import template


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_template_is_repaired_whatever_shell_wrote_it(tmp_path, capsys, encoding):
    """The `>` of Windows PowerShell writes UTF-16, and exports are often made with it."""
    file = tmp_path / "export.json"
    file.write_text(json.dumps(template()), encoding=encoding)
    assert main(["recipe", "repair", str(file)]) == 0
    assert json.loads(capsys.readouterr().out) == template()
