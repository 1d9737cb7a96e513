"""Names, case and kinds of values that the strict API refuses."""

import pytest

from tests.imaging.template_files.templates import (
    GROUP,
    IDENTITY,
    IMAGE,
    properties_of,
    refusal,
    repaired,
    target,
    template,
)

LATEST = f"{GROUP}/providers/Microsoft.Compute/galleries/g/images/i/versions/latest"
URL = "https://scripts.example/install.sh"
REGIONS = [{"name": "westeurope"}, {"name": "westus2"}]
WANTED = target(targetRegions=REGIONS)
VALIDATE = {"inVMValidations": [{"type": "Shell", "inline": ["true"]}]}
STEP = {"type": "PowerShell", "inline": ["x"]}

GALLERY_SOURCE = {"type": "SharedImageVersion", "imageVersionId": LATEST}
BOUGHT = {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "latest"}
PLAN = {"name": "n", "product": "p", "publisher": "q"}
PLAN_INFO = {"planName": "n", "planProduct": "p", "planPublisher": "q"}
REPAIRED = [
    (
        {"customize": [{"type": "shell", "script": URL}]},
        {"customize": [{"type": "Shell", "scriptUri": URL}]},
    ),
    (
        {"customize": [{"type": "Shell", "inline": "ls -l"}]},
        {"customize": [{"type": "Shell", "inline": ["ls -l"]}]},
    ),
    (
        {"customize": {"type": "Shell", "inline": ["x"]}},
        {"customize": [{"type": "Shell", "inline": ["x"]}]},
    ),
    (
        {"customize": [STEP | {"validExitCodes": "0, 3010"}]},
        {"customize": [STEP | {"validExitCodes": [0, 3010]}]},
    ),
    (
        {"customize": [STEP | {"validExitCodes": 0}]},
        {"customize": [STEP | {"validExitCodes": [0]}]},
    ),
    (
        {"customize": [STEP | {"runElevated": "True"}]},
        {"customize": [STEP | {"runElevated": True}]},
    ),
    ({"customize": [STEP | {"runAsAdmin": None}]}, {"customize": [STEP]}),
    ({"customise": [STEP]}, {"customize": [STEP]}),
    ({"buildTimeoutInMinutes": "120"}, {"buildTimeoutInMinutes": 120}),
    ({"buildTimeoutInMinutes": 120.0}, {"buildTimeoutInMinutes": 120}),
    ({"vmProfile": {"osDiskSizeGb": "127"}}, {"vmProfile": {"osDiskSizeGB": 127}}),
    ({"vmprofile": {"vmsize": "Standard_D2s_v3"}}, {"vmProfile": {"vmSize": "Standard_D2s_v3"}}),
    (
        {"vmProfile": {"userAssignedIdentities": IDENTITY}},
        {"vmProfile": {"userAssignedIdentities": [IDENTITY]}},
    ),
    (
        {"vmProfile": {"userAssignedIdentities": {IDENTITY: {}}}},
        {"vmProfile": {"userAssignedIdentities": [IDENTITY]}},
    ),
    (
        {"optimize": {"vmboot": {"state": "enabled"}}},
        {"optimize": {"vmBoot": {"state": "Enabled"}}},
    ),
    ({"errorHandling": []}, {}),
    (
        {"errorHandling": {"onCustomizerError": "Abort"}},
        {"errorHandling": {"onCustomizerError": "abort"}},
    ),
    ({"autoRun": {"state": "Disabled"}}, {}),
    ({"autoRun": {"state": "disabled"}}, {}),
    ({"build_timeout_in_minutes": 120}, {"buildTimeoutInMinutes": 120}),
    (
        {"customize": [STEP | {"valid_exit_codes": [0], "Run-Elevated": True}]},
        {"customize": [STEP | {"validExitCodes": [0], "runElevated": True}]},
    ),
    (
        {"customize": [{"type": "Shell", "uri": URL}, {"type": "Shell", "script_uri": URL}]},
        {"customize": [{"type": "Shell", "scriptUri": URL}] * 2},
    ),
    (
        {"customize": [{"types": "PowerShel ", "inline": ["x"]}, {"type": "Powershell"} | STEP]},
        {"customize": [STEP, STEP]},
    ),
    ({"stagingResourceGroup": ""}, {}),
    ({"stagingResourceGroup": GROUP[1:]}, {"stagingResourceGroup": GROUP}),
    ({"provisioningState": "Succeeded", "lastRunStatus": {}}, {}),
    (
        {"validate": {"InVMValidations": [{"type": "shell", "inline": "true"}]}},
        {"validate": VALIDATE},
    ),
    (
        {"distribute": target(replicationRegions=["westeurope", "West US 2"])},
        {"distribute": WANTED},
    ),
    ({"distribute": target(replicationRegions="westeurope, westus2,")}, {"distribute": WANTED}),
    (
        {"distribute": target(replicationRegions=["westeurope", "westus2", "westeurope"])},
        {"distribute": WANTED},
    ),
    ({"distribute": target(targetRegions=REGIONS, replicationRegions=[])}, {"distribute": WANTED}),
    ({"distribute": target(targetRegions=REGIONS, versioning=None)}, {"distribute": WANTED}),
    ({"distribute": target(targetRegions=REGIONS)[0]}, {"distribute": WANTED}),
    (
        {"distribute": target(replicationRegions=["westus"], storageAccountType="standard_zrs")},
        {
            "distribute": target(
                targetRegions=[{"name": "westus", "storageAccountType": "Standard_ZRS"}]
            )
        },
    ),
    (
        {
            "distribute": [
                {
                    "type": "managedImage",
                    "imageId": IMAGE,
                    "location": "East US",
                    "runOutputName": "o",
                    "aritfactTags": {"a": 1},
                }
            ]
        },
        {
            "distribute": [
                {
                    "type": "ManagedImage",
                    "imageId": IMAGE,
                    "location": "eastus",
                    "runOutputName": "o",
                    "artifactTags": {"a": "1"},
                }
            ]
        },
    ),
    (
        {"distribute": [{"Type": "VHD", "runOutputName": "o", "tags": {"hot": True}}]},
        {"distribute": [{"type": "VHD", "runOutputName": "o", "artifactTags": {"hot": "true"}}]},
    ),
    ({"source": {"type": "SharedImage", "imageId": LATEST}}, {"source": GALLERY_SOURCE}),
    ({"source": BOUGHT | {"plan": PLAN}}, {"source": BOUGHT | {"planInfo": PLAN_INFO}}),
    ({"source": BOUGHT, "planInfo": PLAN_INFO}, {"source": BOUGHT | {"planInfo": PLAN_INFO}}),
    ({"distribute": target(targetRegions=["westeurope", "West US 2"])}, {"distribute": WANTED}),
    (
        {"distribute": target(replicationRegions=["westeurope", "", "westus2"])},
        {"distribute": WANTED},
    ),
    (
        {
            "distribute": target(
                targetRegions=REGIONS, replicationRegions=["West US 2", "westeurope"]
            )
        },
        {"distribute": WANTED},
    ),
    ({"source": BOUGHT | {"version": "Latest"}}, {"source": BOUGHT}),
    ({"source": GALLERY_SOURCE | {"imageVersionId": f" {LATEST}/ "}}, {"source": GALLERY_SOURCE}),
    ({"customize": {}}, {"customize": []}),
    (
        {"customize": [{"type": "Shell", "scriptUri": URL, "inline": []}]},
        {"customize": [{"type": "Shell", "scriptUri": URL}]},
    ),
    ({"distribute": target(targetRegions="westeurope, West US 2")}, {"distribute": WANTED}),
    (
        {"distribute": target(targetRegions=[{"name": "westus", "regionalReplicaCount": 2}])},
        {"distribute": target(targetRegions=[{"name": "westus", "replicaCount": 2}])},
    ),
    (
        {
            "source": {
                "type": "sharedImageVersion",
                "imageVersionID": LATEST,
            }
        },
        {
            "source": {
                "type": "SharedImageVersion",
                "imageVersionId": LATEST,
            }
        },
    ),
]


@pytest.mark.parametrize(("written", "meant"), REPAIRED)
def test_what_has_one_meaning_is_repaired_and_said(written, meant):
    """The live service refuses each of these; people should not have to find out one by one."""
    whole = template(**written)
    found = repaired(whole)
    expected = template(**meant)["properties"]
    assert found.document["properties"] == expected
    assert found.repairs
    assert all(repair.path.startswith("properties.") for repair in found.repairs)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (
            {"customize": [STEP | {"valid_exit_codes": 0, "validexitcodes": 1}]},
            "validexitcodes: is not known; write 'validExitCodes'",
        ),
        ({"customize": [{"type": "ShellScript", "inline": ["x"]}]}, 'type: is "ShellScript"'),
        (
            {"source": {"type": "ISO", "sourceURI": URL, "sha256Checksum": "0" * 64}},
            "ISO sources were removed",
        ),
        ({"customize": [{"type": "Shell", "inline": ["x"], "scriptUri": URL}]}, "customize[0]"),
        ({"customize": [{"type": "Chef", "inline": ["x"]}]}, "customize[0].type"),
        ({"somethingElse": 1}, "properties.somethingElse"),
        ({"buildTimeoutInMinutes": "two hours"}, "buildTimeoutInMinutes"),
        ({"buildTimeoutInMinutes": 961}, "is 961"),
        (
            {"distribute": target(replicationRegions=["westus"], targetRegions=REGIONS)},
            "must not stand beside",
        ),
        ({"distribute": target(tags={"a": "b"}, artifactTags={"c": "d"})}, "distribute[0].tags"),
        ({"distribute": target(runOutputName="<runOutputName>")}, "--set runOutputName=…"),
        ({"distribute": []}, "at least one"),
        ({"customize": [{"type": "Shell", "scriptUri": "<a> and <b>"}]}, "<a>, <b>"),
    ],
)
def test_what_is_ambiguous_or_impossible_is_refused(written, why):
    """Kiln never guesses where an image goes or what runs in it."""
    assert why in refusal(template(**written))


@pytest.mark.parametrize("address", ["<iso>", "[parameters('iso')]"])
def test_nobody_is_sent_to_fill_in_what_cannot_be_kept(address):
    """A value for the address of an ISO would be for nothing: the source is refused as a whole."""
    source = {"type": "ISO", "sourceURI": address, "sha256Checksum": "<checksum>"}
    message = refusal(template(source=source))
    assert "has 1 fault: properties.source.type: " in message
    assert "ISO sources were removed" in message


@pytest.mark.parametrize(
    "open_value",
    ["<region>", "${REGION}", "[parameters('region')]", "[resourceGroup().location]"],
)
def test_what_is_open_is_named_once(open_value):
    """A rewritten place must not complain a second time under its new name."""
    message = refusal(template(distribute=target(replicationRegions=[open_value])))
    assert "has 1 fault: properties.distribute[0].replicationRegions[0]: " in message


def test_each_repair_says_place_before_and_after():
    """The list is what people review before they throw the old file away."""
    found = repaired(
        template(customize=[{"type": "shell", "script": URL}], buildTimeoutInMinutes="90")
    )
    assert {str(repair) for repair in found.repairs} == {
        'properties.buildTimeoutInMinutes: converted: "90" → 90',
        'properties.customize[0].type: right case: "shell" → "Shell"',
        "properties.customize[0].script: renamed: script → scriptUri",
    }


def test_tags_and_commands_stay_as_they_are():
    """A tag may be called location, and mean a shelf."""
    tags = {"location": "Shelf B", "sha256Checksum": "ABC", "clientId": "C", "note": f"{GROUP}/"}
    steps = [{"type": "Shell", "inline": [f" {GROUP}/ "]}]
    whole = template(customize=steps) | {"tags": tags}
    assert repaired(whole | {"apiVersion": "x"}).document == whole


def test_what_stands_in_properties_by_mistake_moves_out():
    """The service refuses it there, and it can belong to one place only."""
    found = repaired({"properties": template()["properties"] | {"location": "westeurope"}})
    assert found.document["location"] == "westeurope"
    assert "location" not in found.document["properties"]
    assert "properties.location: moved out" in str(found.repairs[0])


def test_placeholders_in_scripts_are_nobodys_business():
    """In a shell script angle brackets redirect."""
    steps = [{"type": "Shell", "inline": ["cat <input> output", "echo ${x} $(y) {z} __a__"]}]
    found = properties_of(template(customize=steps), x="1", y="1", z="1", a="1")
    assert found["customize"] == steps
