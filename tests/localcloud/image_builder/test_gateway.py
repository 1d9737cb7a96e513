"""What ARM looks at before AIB sees a call, the journal, and what is not simulated."""

import pytest

from tests.localcloud.image_builder.cloud_on_a_desk import (
    GROUP,
    TEMPLATES,
    open_desk,
    template_body,
    token,
)


@pytest.fixture
async def desk(tmp_path):
    """A simulator with short pages."""
    async with open_desk(tmp_path, page_size=2) as desk:
        yield desk


@pytest.mark.parametrize(
    ("bearer", "code"),
    [
        (None, "AuthenticationFailed"),
        ("nonsense", "InvalidAuthenticationToken"),
        ("a.!.c", "InvalidAuthenticationToken"),
        (token("https://storage.azure.com"), "InvalidAuthenticationTokenAudience"),
        (token(lifetime_seconds=-10), "ExpiredAuthenticationToken"),
    ],
    ids=["none", "nonsense", "no-json", "other-audience", "expired"],
)
async def test_a_call_without_a_good_token_is_refused(desk, bearer, code):
    """An app that forgets or mixes up its tokens must not pass here and fail in Azure."""
    desk.bearer = bearer
    response = await desk.call("GET", TEMPLATES)
    assert response.status == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert (await response.json())["error"]["code"] == code


@pytest.mark.parametrize(
    "audience", ["https://management.azure.com/", "https://management.core.windows.net"]
)
async def test_both_names_of_arm_are_good_audiences(desk, audience):
    """Old and new credentials ask for different resources."""
    desk.bearer = token(audience)
    assert (await desk.call("GET", TEMPLATES)).status == 200


@pytest.mark.parametrize(
    ("api", "code"), [(None, "MissingApiVersionParameter"), ("2031-01-01", "InvalidResourceType")]
)
async def test_the_api_version_must_be_known(desk, api, code):
    """A wrong version is a fault of the client, at once."""
    response = await desk.call("GET", TEMPLATES, api=api)
    assert (response.status, (await response.json())["error"]["code"]) == (400, code)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{GROUP}/exportTemplate"),
        ("GET", "/providers/Microsoft.VirtualMachineImages/operations"),
        ("PUT", f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"),
        ("POST", f"{TEMPLATES}/t1/runOutputs"),
    ],
)
async def test_what_is_not_simulated_says_so_loudly(desk, method, path):
    """A silent 404 would be taken for the service's answer."""
    response = await desk.call(method, path)
    error = (await response.json())["error"]
    assert (response.status, error["code"]) == (501, "NotSimulated")
    assert path in error["message"]


async def test_paths_are_compared_in_any_case(desk):
    """Old clients write imagetemplates."""
    await desk.create()
    assert (await desk.call("GET", f"{TEMPLATES}/T1".upper())).status == 200


async def test_errors_have_the_envelope_of_the_api_version(desk):
    """Clients read both; up to 2020-02-14 there is no `error` around it."""
    path = await desk.create(api="2020-02-14")
    old = await desk.json("PUT", path, template_body(), api="2020-02-14")
    new = await desk.json("PUT", path, template_body(), api="2021-10-01")
    assert (old["code"], new["error"]["code"]) == ("Conflict", "Conflict")


@pytest.mark.parametrize("name", ["a" * 65, "with space", "ä"])
async def test_names_outside_the_pattern_are_refused(desk, name):
    """The pattern of the swagger: 1 to 64 letters, digits, `-`, `_`, `.`."""
    response = await desk.call("PUT", f"{TEMPLATES}/{name}", template_body())
    assert response.status == 400


@pytest.mark.parametrize(
    "path", [f"{TEMPLATES}/t1", f"{GROUP}/providers/Microsoft.Compute/images/a"]
)
@pytest.mark.parametrize(
    "body", ["{", "[]", "", '{"a":' * 100_000], ids=["cut", "list", "none", "deep"]
)
async def test_a_body_that_is_no_object_is_refused(desk, path, body):
    """ARM answers before a provider sees it, however odd it is."""
    response = await desk.call("PUT", path, body)
    assert response.status == 400
    assert (await response.json())["error"]["code"] == "InvalidRequestContent"


async def test_a_template_needs_a_location(desk):
    """Its operations are found below it."""
    response = await desk.call("PUT", f"{TEMPLATES}/t1", template_body() | {"location": ""})
    assert response.status == 400
    assert (await response.json())["error"]["code"] == "LocationRequired"


async def test_lists_come_page_by_page(desk):
    """A client must follow nextLink, at both levels."""
    for name in ("a", "b", "c"):
        await desk.create(name)
    subscription = GROUP.partition("/resourceGroups")[0]
    everywhere = f"{subscription}/providers/Microsoft.VirtualMachineImages/imageTemplates"
    for path in (TEMPLATES, everywhere):
        first = await desk.json("GET", path)
        rest = await (
            await desk.client.get(
                first["nextLink"].partition(str(desk.client.port))[2],
                headers={"Authorization": f"Bearer {desk.bearer}"},
            )
        ).json()
        assert [t["name"] for t in first["value"] + rest["value"]] == ["a", "b", "c"]
        assert "nextLink" not in rest


async def test_a_list_of_another_group_is_empty(desk):
    """Templates of two builds in two groups do not mix."""
    await desk.create()
    other = TEMPLATES.replace("kiln-local", "other")
    assert await desk.json("GET", other) == {"value": []}


async def test_the_journal_holds_every_call_with_the_builds_tag(desk):
    """Tests count the side effects of one build."""
    path = await desk.create()
    await desk.call("POST", f"{path}/run")
    await desk.call("POST", f"{path}/run")
    runs = await desk.calls(call="run", template="t1")
    assert [(run["status"], run["tags"]) for run in runs] == [
        (202, {"kiln-build-id": "b1"}),
        (409, {"kiln-build-id": "b1"}),
    ]
    assert (await desk.client.get("/_localcloud/journal", params={"x": "1"})).status == 400


async def test_triggers_are_kept_and_shown(desk):
    """Create, look, list, delete: the calls of the client's `triggers` group."""
    path = await desk.create()
    trigger = f"{path}/triggers/source"
    bad = await desk.call("PUT", trigger, {"properties": {"kind": "Clock"}})
    created = await desk.call("PUT", trigger, {"properties": {"kind": "SourceImage"}})
    desk.wait(seconds=3)
    shown = await desk.json("GET", trigger)
    listed = await desk.json("GET", f"{path}/triggers")
    deleted = await desk.call("DELETE", trigger)
    desk.wait(seconds=3)
    assert [bad.status, created.status, deleted.status] == [400, 201, 202]
    assert shown["properties"]["status"]["code"] == "Healthy"
    assert listed["value"] == [shown]
    assert (await desk.call("GET", trigger)).status == 404
    assert (await desk.call("DELETE", trigger)).status == 204


async def test_operations_are_polled_with_a_long_signed_url(desk):
    """Clients must take the URL as it is: it is about 3 kB long."""
    path = await desk.create()
    response = await desk.call("POST", f"{path}/run")
    url = response.headers["Azure-AsyncOperation"]
    assert response.headers["Location"] == url
    assert 2500 < len(url) < 3500
    assert all(f"&{name}=" in url for name in "tcsh")
    assert "Retry-After" not in response.headers


async def test_an_unknown_operation_is_not_found(desk):
    """An operation of another subscription or of yesterday."""
    root = GROUP.partition("/resourceGroups")[0]
    path = f"{root}/providers/Microsoft.VirtualMachineImages/locations/westeurope/operations/x"
    assert (await desk.call("GET", path)).status == 404
