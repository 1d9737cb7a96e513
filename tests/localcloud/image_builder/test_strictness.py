"""Which templates are accepted: the specification's, the recorded ones, those people publish."""

import json
import re
from collections import Counter

import pytest

from localcloud.image_builder import unmarshal, validation
from localcloud.image_builder.api_versions import NAMES, ApiVersion
from localcloud.image_builder.exceptions import ArmError
from localcloud.image_builder.schema import fields_of
from tests.localcloud.image_builder.cloud_on_a_desk import template_body
from tests.localcloud.image_builder.recordings import REAL, recordings

STRICT = ApiVersion("2025-10-01")
OLD = ApiVersion("2023-07-01")
# What an ARM deployment wraps around a template's body.
ENVELOPE = ("apiVersion", "dependsOn", "condition", "copy")

needs_real_material = pytest.mark.skipif(
    not REAL.exists(), reason="the published templates are not on this machine"
)


def verdict(body, version):
    """Return the first reason why a template is refused, in short; empty when it is accepted."""
    try:
        faults = validation.faults_of(unmarshal.read(body, "ImageTemplate", version), version)
    except ArmError as error:
        found = re.search(r"unknown field \"\w+\"|cannot unmarshal \w+", error.message)
        return found.group() if found else error.message
    return faults[0] if faults else ""


@needs_real_material
@pytest.mark.parametrize("version", ["2024-02-01", "2025-10-01"])
@pytest.mark.parametrize("system", ["Linux", "Windows"])
def test_the_examples_of_the_specification_are_accepted(version, system):
    """They use nearly every field there is."""
    path = REAL / "spec" / version / f"CreateImageTemplate{system}.json"
    body = json.loads(path.read_text())["parameters"]["parameters"]
    assert verdict(body, ApiVersion(version)) == ""


@needs_real_material
@pytest.mark.parametrize("change", ["Tags", "VmProfile", "ToRemoveIdentities"])
def test_the_updates_of_the_specification_are_accepted(change):
    """The three PATCH bodies of the examples."""
    path = REAL / "spec/2025-10-01" / f"UpdateImageTemplate{change}.json"
    body = json.loads(path.read_text())["parameters"]["parameters"]
    update = unmarshal.read(body, "ImageTemplateUpdateParameters", STRICT)
    assert validation.update_faults(update, STRICT) == []


@needs_real_material
def test_every_recorded_template_is_accepted_by_its_api_version():
    """The service answered 201 to all of these."""
    puts = [
        pair
        for _, pairs in recordings()
        for pair in pairs
        if pair.row["status"] == 201 and "/triggers/" not in pair.row["path"]
    ]
    refused = [v for p in puts if (v := verdict(p.row["request"], ApiVersion(p.api)))]
    assert (len(puts), refused) == (257, [])


@needs_real_material
def test_published_templates_are_refused_for_what_is_known_to_be_wrong_with_them():
    """The strict API refuses much of what people publish; each reason is counted."""
    texts = [path.read_text() for path in sorted((REAL / "templates/resource").iterdir())]
    bodies = [json.loads(re.sub(r"<(\w+)>", r"\1", text)) for text in texts]
    whole = Counter(verdict(body, STRICT) for body in bodies)
    reasons = Counter(
        verdict({k: v for k, v in body.items() if k not in ENVELOPE}, STRICT) for body in bodies
    )
    assert whole == {'unknown field "apiVersion"': 15}
    assert reasons == {
        "": 13,
        "'ImageTemplate': Missing field 'identity'": 1,
        'unknown field "script"': 1,
    }


@needs_real_material
def test_recorded_bodies_of_old_versions_are_refused_by_the_strict_one():
    """Lower-case types and `script` are no longer understood."""
    paths = sorted((REAL / "templates/recorded-put").iterdir())
    reasons = Counter(verdict(json.loads(path.read_text()), STRICT) for path in paths)
    assert reasons['unknown field "script"'] > 0
    assert reasons[""] > len(paths) / 2


@pytest.mark.parametrize("name", ["vmboot", "VMBoot"])
def test_strict_names_are_case_sensitive_and_the_refusal_is_the_services(name):
    """The text of the release notes of May 2024, type by type."""
    body = template_body(optimize={name: {"state": "Enabled"}})
    with pytest.raises(ArmError) as refusal:
        unmarshal.read(body, "ImageTemplate", ApiVersion("2024-02-01"))
    optimize = "unmarshalling type *v2024_02_01.ImageTemplatePropertiesOptimize"
    assert refusal.value.message.startswith(
        "Unmarshalling entity encountered error: unmarshalling type *v2024_02_01.ImageTemplate: "
        "struct field Properties: unmarshalling type *v2024_02_01.ImageTemplateProperties: struct "
        f'field Optimize: {optimize}: {optimize}, unknown field "{name}". There is an issue'
    )


def test_old_versions_take_names_in_any_case_and_drop_what_they_do_not_know():
    """Up to 2023-07-01 the service was forgiving."""
    body = template_body()
    body["Extra"] = 1
    body["properties"]["distribute"][0]["type"] = "sharedImage"
    body["properties"]["distribute"][0]["ArtifactTags"] = {"a": "b"}
    read = unmarshal.read(body, "ImageTemplate", OLD)
    assert validation.faults_of(read, OLD) == []
    assert "Extra" not in read
    assert read["properties"]["distribute"][0]["artifactTags"] == {"a": "b"}


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"buildTimeoutInMinutes": "60"}, "cannot unmarshal string"),
        ({"customize": {}}, "cannot unmarshal object"),
        ({"customize": ["x"]}, "cannot unmarshal string"),
        ({"customize": [{"type": "Shell", "inline": "echo"}]}, "cannot unmarshal string"),
        ({"vmProfile": {"osDiskSizeGB": True}}, "cannot unmarshal bool"),
        ({"vmProfile": 1}, "cannot unmarshal number"),
        ({"additionalDataDisks": [{"size": 1}]}, 'unknown field "size"'),
        ({"managedResourceTags": {"a": 1}}, "cannot unmarshal number"),
        (
            {"customize": [{"type": "PowerShell", "inline": ["x"], "validExitCodes": [1 << 31]}]},
            "cannot unmarshal number",
        ),
        (
            {"optimize": {"vmBoot": {"state": "On"}}},
            "Field 'optimize.vmBoot.state' has a bad value",
        ),
        (
            {"errorHandling": {"onCustomizerError": "Abort"}},
            "Field 'errorHandling.onCustomizerError' has a bad value: 'Abort'",
        ),
        (
            {"customize": [{"type": "WindowsUpdate", "updateLimit": -1}]},
            "Field 'customize[0].updateLimit' has a bad value: '-1'",
        ),
        ({"buildTimeoutInMinutes": 961}, "Field 'buildTimeoutInMinutes' has a bad value: '961'"),
        ({"distribute": []}, "Field 'distribute' has a bad value: '[]'"),
        ({"source": {"type": "ISO"}}, "Field 'source.type' has a bad value: 'ISO'"),
        ({"source": {"type": "ManagedImage"}}, "Missing field 'properties.source.imageId'"),
        ({"customize": [{"type": "Shell"}]}, "exactly one of 'scriptUri' and 'inline'"),
        ({"customize": [{"type": "File"}]}, "'sourceUri' and 'destination' must be given"),
        (
            {"customize": [{"type": "PowerShell", "inline": ["x"], "runAsSystem": True}]},
            "'runAsSystem' needs 'runElevated'",
        ),
        (
            {"vmProfile": {"vnetConfig": {"containerInstanceSubnetId": "/s"}}},
            "'containerInstanceSubnetId' needs 'subnetId'",
        ),
        (
            {
                "vmProfile": {
                    "vnetConfig": {
                        "containerInstanceSubnetId": "/a",
                        "subnetId": "/b",
                        "proxyVmSize": "x",
                    }
                }
            },
            "'proxyVmSize' must be empty",
        ),
    ],
)
def test_bad_values_are_refused_by_name(properties, reason):
    """Who reads the refusal must know which field it is about."""
    assert reason in verdict(template_body(**properties), STRICT)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"runOutputName": "a b"}, "distribute[0].runOutputName"),
        ({"galleryImageId": "/nowhere"}, "distribute[0].galleryImageId"),
        ({"targetRegions": [{"name": "westeurope"}]}, "only one of 'targetRegions'"),
        ({"versioning": {"scheme": "Newest"}}, "versioning.scheme"),
        ({"versioning": {"scheme": "latest"}}, "versioning.scheme' has a bad value: 'latest'"),
        ({"versioning": {"scheme": "Latest", "major": -2}}, "versioning.major"),
        ({"versioning": {"scheme": "Source", "major": 1}}, 'unknown field "major"'),
        ({"versioning": {}}, "distribute[0].versioning.scheme' has a bad value: ''"),
        ({"storageAccountType": "LRS"}, "distribute[0].storageAccountType"),
        (
            {"replicationRegions": None, "targetRegions": [{"name": "a", "replicaCount": 0}]},
            "distribute[0].targetRegions[0].replicaCount",
        ),
        ({"type": "Disk"}, "Field 'distribute[0].type' has a bad value: 'Disk'"),
    ],
)
def test_bad_targets_are_refused_by_name(target, reason):
    """A target that cannot work must not cost a run."""
    body = template_body()
    body["properties"]["distribute"][0] |= target
    assert reason in verdict(body, STRICT)


def test_the_kind_of_an_identity_is_checked():
    """AIB takes user-assigned identities only."""
    body = template_body()
    body["identity"]["type"] = "SystemAssigned"
    assert verdict(body, STRICT) == "Field 'identity.type' has a bad value: 'SystemAssigned'"


@pytest.mark.parametrize("identities", [[], "aib", {"/aib": "x"}], ids=str)
def test_identities_are_a_map_of_objects(identities):
    """A list is what people write who know other templates."""
    body = template_body()
    body["identity"]["userAssignedIdentities"] = identities
    assert verdict(body, STRICT).startswith("cannot unmarshal")


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        ({"properties": {"vmProfile": {"osDiskSizeGB": -1}}}, "vmProfile.osDiskSizeGB"),
        (
            {"properties": {"vmProfile": {"vnetConfig": {"containerInstanceSubnetId": "/s"}}}},
            "'containerInstanceSubnetId' needs 'subnetId'",
        ),
        ({"identity": {"type": "SystemAssigned"}}, "identity.type"),
        (
            {"identity": {"type": "UserAssigned", "userAssignedIdentities": {"/a": {}, "/b": {}}}},
            "exactly one user-assigned identity",
        ),
    ],
    ids=str,
)
def test_bad_values_are_refused_in_an_update_too(update, reason):
    """What a PUT refuses must not come in by PATCH."""
    read = unmarshal.read(update, "ImageTemplateUpdateParameters", STRICT)
    assert reason in validation.update_faults(read, STRICT)[0]


def test_run_output_names_are_unique():
    """Two outputs of one name could not be told apart."""
    body = template_body()
    body["properties"]["distribute"] *= 2
    assert "'image' is used more than once" in verdict(body, STRICT)


@pytest.mark.parametrize("name", ["additionalDataDisks"])
def test_fields_of_a_later_version_are_unknown_before(name):
    """A recipe for 2025-10-01 does not pass as one for 2024-02-01."""
    assert name in fields_of("ImageTemplateProperties", "2025-10-01")
    assert name not in fields_of("ImageTemplateProperties", "2024-02-01")


def test_a_template_without_identity_is_refused_in_the_services_words():
    """The text of danielsollondon/azvmimagebuilder#39."""
    body = template_body()
    del body["identity"]
    assert verdict(body, STRICT) == "'ImageTemplate': Missing field 'identity'"


@pytest.mark.parametrize("version", NAMES)
@pytest.mark.parametrize(
    "odd",
    [
        {"properties": []},
        {"properties": {"source": "latest"}},
        {"properties": {"customize": {"type": "Shell"}}},
        {"tags": ["a"]},
        {"location": 5},
    ],
    ids=str,
)
def test_a_wrong_type_is_refused_by_every_version(version, odd):
    """Go's decoder takes no other type; what got through would break the simulator later."""
    with pytest.raises(ArmError) as refused:
        unmarshal.read(template_body() | odd, "ImageTemplate", ApiVersion(version))
    assert refused.value.status == 400
    assert "cannot unmarshal" in refused.value.message
