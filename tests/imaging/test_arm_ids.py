"""Resource ids decide where an image goes, so each kind has to be exactly of its form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.arm_ids import ArmIdKind, arm_id_problem, parse_arm_id

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/my-group_(1).x"
COMPUTE = f"{GROUP}/providers/Microsoft.Compute"
GOOD = {
    ArmIdKind.IMAGE: f"{COMPUTE}/images/app_1.2-x",
    ArmIdKind.GALLERY_IMAGE: f"{COMPUTE}/galleries/my_gallery.1/images/web-app.v2",
    ArmIdKind.GALLERY_VERSION: f"{COMPUTE}/galleries/g/images/i/versions/1.20.300",
    ArmIdKind.SUBNET: f"{GROUP}/providers/Microsoft.Network/virtualNetworks/net/subnets/default",
    ArmIdKind.IDENTITY: f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/aib",
    ArmIdKind.RESOURCE_GROUP: GROUP,
    ArmIdKind.IMAGE_TEMPLATE: (
        f"{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates/t_1.2-x"
    ),
}


@pytest.mark.parametrize("kind", ArmIdKind)
def test_an_id_of_the_kind_is_accepted_in_any_case(kind: ArmIdKind) -> None:
    """Azure compares ids without case and writes them in several ways itself."""
    assert arm_id_problem(kind, GOOD[kind]) is None
    assert arm_id_problem(kind, GOOD[kind].lower()) is None
    assert arm_id_problem(kind, GOOD[kind].upper()) is None


@pytest.mark.parametrize("kind", ArmIdKind)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("my-group", ".."),
        ("my-group", "%2e%2e"),
        ("my-group", "a\x00b"),
        ("my-group", "a\n"),
        ("my-group", "a b"),
        ("my-group", "gr\u00fcn"),
        ("subscriptions", "\u017fubscriptions"),
        ("/resourceGroups", "//resourceGroups"),
        ("00000001", "0000000g"),
        ("/subscriptions", "https://management.azure.com/subscriptions"),
        ("/subscriptions", "subscriptions"),
    ],
)
def test_a_part_that_does_not_belong_there_is_refused(kind: ArmIdKind, old: str, new: str) -> None:
    """Traversal, escapes and look-alikes could lead into another subscription."""
    assert arm_id_problem(kind, GOOD[kind].replace(old, new, 1)) is not None


@pytest.mark.parametrize("kind", ArmIdKind)
@pytest.mark.parametrize("tail", ["/", "/more", "?api-version=1", "#", "\n", " ", ".."])
def test_nothing_may_follow_an_id(kind: ArmIdKind, tail: str) -> None:
    """A query or a child would change what Azure does."""
    assert arm_id_problem(kind, GOOD[kind] + tail) is not None


@pytest.mark.parametrize("kind", ArmIdKind)
@pytest.mark.parametrize("other", ArmIdKind)
def test_an_id_of_another_kind_is_refused(kind: ArmIdKind, other: ArmIdKind) -> None:
    """A managed image's id as a gallery target fails in Azure an hour later."""
    is_both = (kind, other) == (ArmIdKind.GALLERY_IMAGE, ArmIdKind.GALLERY_VERSION)
    assert (arm_id_problem(kind, GOOD[other]) is None) == (kind is other or is_both)


@pytest.mark.parametrize("kind", ArmIdKind)
def test_an_id_does_not_end_with_a_dot(kind: ArmIdKind) -> None:
    """Azure drops it from names; only AIB's own rule for templates allows it (swagger)."""
    allowed = kind is ArmIdKind.IMAGE_TEMPLATE
    assert (arm_id_problem(kind, f"{GOOD[kind]}.") is None) == allowed


def test_latest_is_a_version_to_read_and_not_to_write() -> None:
    """A source may be the latest version; a target cannot be."""
    latest = GOOD[ArmIdKind.GALLERY_VERSION].replace("1.20.300", "latest")
    assert arm_id_problem(ArmIdKind.GALLERY_VERSION, latest) is None
    assert arm_id_problem(ArmIdKind.GALLERY_IMAGE, latest) is not None


def test_the_parts_of_an_id_can_be_asked_for() -> None:
    """Rules on allowed subscriptions and groups need them."""
    parts = parse_arm_id(ArmIdKind.GALLERY_VERSION, GOOD[ArmIdKind.GALLERY_VERSION])
    assert parts is not None
    assert (parts.subscription_id, parts.resource_group) == (SUBSCRIPTION[15:], "my-group_(1).x")
    assert (parts.parent, parts.name, parts.version) == ("g", "i", "1.20.300")


def test_a_problem_shows_the_right_form() -> None:
    """The form is what people have to write."""
    assert arm_id_problem(ArmIdKind.RESOURCE_GROUP, "my-group") == (
        "it must be the id of a resource group: /subscriptions/<guid>/resourceGroups/<group>"
    )


@pytest.mark.parametrize(
    ("kind", "old", "new", "said"),
    [
        (ArmIdKind.SUBNET, "/net/", "/n/", "<network> in it is 'n'; that must have 2 to 64 "),
        (ArmIdKind.SUBNET, "default", "-a", "<subnet> in it is '-a'; that must have 1 to 80 "),
        (ArmIdKind.IDENTITY, "/aib", "/a", "<name> in it is 'a'; that must have 3 to 128 "),
        (ArmIdKind.IDENTITY, "/aib", "/aib ", "<name> in it is 'aib '; that must have 3 to"),
        (ArmIdKind.IMAGE, "0001/", "001/", "<guid> in it is '00000000-0000-0000-0000-00000000001'"),
        (ArmIdKind.IMAGE, "app_1.2-x", "a..b", "<name> in it is 'a..b'; that must not hold '..'"),
        (ArmIdKind.IMAGE, "app_1.2-x", "", "<name> in it is ''; that must have 1 to 80 letters"),
        (ArmIdKind.RESOURCE_GROUP, "_(1).x", ".", "<group> in it is 'my-group.'; that must have"),
        (ArmIdKind.GALLERY_IMAGE, "my_gallery", "my-g", "<gallery> in it is 'my-g.1'; that must"),
        (ArmIdKind.GALLERY_VERSION, "1.20.300", "1.20", "<x.y.z or latest> in it is '1.20'; that"),
    ],
)
def test_the_part_that_breaks_its_rule_is_named(
    kind: ArmIdKind, old: str, new: str, said: str
) -> None:
    """The id has the form that it should have, so showing the form again helps nobody."""
    problem = arm_id_problem(kind, GOOD[kind].replace(old, new))
    assert problem is not None
    assert problem.startswith(said)


def test_a_wrong_version_of_a_target_is_named() -> None:
    """A target may name its version or leave it to AIB."""
    problem = arm_id_problem(
        ArmIdKind.GALLERY_IMAGE, f"{GOOD[ArmIdKind.GALLERY_IMAGE]}/versions/latest"
    )
    assert (
        problem
        == "<x.y.z> in it is 'latest'; that must be three numbers up to 2147483647, as 1.0.0"
    )


@settings(deadline=None)
@given(st.text(st.characters(), max_size=80), st.sampled_from(ArmIdKind))
def test_no_text_at_all_breaks_the_check(text: str, kind: ArmIdKind) -> None:
    """Ids come from people."""
    accepted = parse_arm_id(kind, f"{GROUP}/{text}")
    assert accepted is None or text.isascii()


@pytest.mark.parametrize(
    ("old", "new"), [("0001", "0002"), ("my-group", "other"), ("/net/", "/other/")]
)
def test_subnets_of_one_network_agree_in_subscription_group_and_name(old: str, new: str) -> None:
    """AIB's two subnets must lie in one network, and names repeat in every group."""
    subnet = GOOD[ArmIdKind.SUBNET]
    own, same, other = (
        parse_arm_id(ArmIdKind.SUBNET, text)
        for text in (subnet, subnet.upper(), subnet.replace(old, new))
    )
    assert own
    assert same
    assert other
    assert own.network == same.network
    assert own.network != other.network


def test_a_version_has_numbers_that_compute_takes() -> None:
    """A gallery's numbers are 32-bit integers."""
    known = GOOD[ArmIdKind.GALLERY_VERSION]
    for kind in (ArmIdKind.GALLERY_VERSION, ArmIdKind.GALLERY_IMAGE):
        assert arm_id_problem(kind, known.replace("1.20.300", "2147483647.0.0")) is None
        problem = arm_id_problem(kind, known.replace("1.20.300", "2147483648.0.0"))
        assert "is '2147483648.0.0'; that must be three numbers up to 2147483647" in str(problem)
