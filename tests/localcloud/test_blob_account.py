"""The cloud's own way to storage."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.blob_account import BlobAccount
from localcloud.endpoints import choose_ports
from localcloud.errors import StorageError


def test_storage_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    """Commands show the text of our own errors; the SDK's would be a page of stack."""
    (tmp_path / "bundle.pem").touch()
    url = f"https://127.0.0.1:{choose_ports().blob}/kilnlocal"
    account = BlobAccount(url, "a2V5", tmp_path / "bundle.pem")
    with pytest.raises(StorageError, match="is the local cloud up"):
        account.names("kiln-builds")
    account.close()
