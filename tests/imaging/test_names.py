"""Names are the ground of idempotency."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.names import (
    build_id_of_upload,
    build_id_without_artifact,
    is_blob_name,
    is_recipe_name,
    key_name,
    recipe_of_upload,
    template_name,
)

URL = "https://account.blob.core.windows.net/imagebuilder-vststask/webapp/18-1/a.zip"
AIB_NAME = re.compile(r"^[A-Za-z0-9-_.]{1,64}$")  # swagger of API 2025-10-01


def test_the_same_upload_has_the_same_build_id_however_its_etag_is_quoted():
    """Event Grid, the blob service and the SDK quote ETags differently."""
    assert build_id_of_upload(URL, '"0x8D1"') == build_id_of_upload(URL, "0x8D1")


def test_new_content_under_the_same_name_is_a_new_build():
    """An overwritten upload has a new ETag."""
    assert build_id_of_upload(URL, "0x8D1") != build_id_of_upload(URL, "0x8D2")


def test_the_same_upload_for_another_recipe_is_another_build():
    """A caller may build one artifact with two recipes."""
    assert build_id_of_upload(URL, "0x8D1", "hardened") != build_id_of_upload(URL, "0x8D1")


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.text())
def test_parts_cannot_be_shifted_into_one_another(url: str, etag: str, other: str, recipe: str):
    """Joined without a separator, two different uploads could share an id."""
    one, two = (url, etag.strip('"'), recipe), (url + other, etag.strip('"'), recipe)
    same = build_id_of_upload(*one) == build_id_of_upload(*two)
    assert same == (one == two)


@settings(deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_a_build_id_may_be_an_instance_id_of_durable_functions(url: str, etag: str):
    r"""Durable refuses `/`, `\`, `#`, `?`, control characters and a leading `@`."""
    assert re.fullmatch(r"[0-9a-f]{32}", build_id_of_upload(url, etag))


def test_builds_without_an_artifact_never_share_an_id():
    """Nothing says that two such requests mean the same."""
    assert build_id_without_artifact() != build_id_without_artifact()


def test_a_key_is_stored_by_its_digest_only():
    """A caller may have put something into it that should not be stored."""
    assert "release-42" not in key_name("release-42")


@settings(deadline=None)
@given(st.datetimes(datetime(2001, 9, 10), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_a_template_is_named_as_the_old_task_named_it(now: datetime):
    """Scripts look for `t_` and 13 digits; AIB refuses other characters."""
    name = template_name("0a1b2c3d4e5f", now)
    assert re.fullmatch(r"t_\d{13}_0a1b2c", name)
    assert AIB_NAME.fullmatch(name)


def test_the_first_folder_of_an_upload_names_its_recipe():
    """It is all that an uploader chooses."""
    assert recipe_of_upload("webapp/18-1/a.zip") == "webapp"
    assert recipe_of_upload("a.zip") == ""


def test_a_recipe_name_cannot_leave_its_container_folder():
    """It becomes part of a blob's name."""
    for hostile in ("", "..", ".", "a/b", "a\\b", "a b", "a\n", "-a", "x" * 65, "ä"):
        assert not is_recipe_name(hostile), hostile
    for usual in ("webapp", "_webapp", "Web.App-1_2", "x" * 64):
        assert is_recipe_name(usual), usual


@pytest.mark.parametrize("name", ["", "..", "../x.zip", "a/../b/x.zip", "a/./x.zip", "x" * 1025])
def test_a_name_that_a_client_would_change_names_no_blob(name: str):
    """A URL with dots in its path leads to another container."""
    assert not is_blob_name(name)


@pytest.mark.parametrize("name", ["a.zip", "a/..b/x.zip", "a/.../x.zip", ".hidden/ü .zip"])
def test_dots_inside_a_name_are_fine(name: str):
    """People have such folders."""
    assert is_blob_name(name)
