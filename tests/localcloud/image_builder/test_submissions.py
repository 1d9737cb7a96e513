"""What happens when a template is submitted: its files are downloaded, its names looked at."""

import hashlib

import pytest

from localcloud.image_builder.build_vm_protocol import BuildResult
from tests.localcloud.image_builder.cloud_on_a_desk import (
    GALLERY_IMAGE,
    GROUP,
    SUBSCRIPTION,
    TEMPLATES,
    MemoryFetcher,
    ScriptedBuildVm,
    open_desk,
    template_body,
)


async def test_files_are_downloaded_when_the_template_is_submitted(tmp_path):
    """A changed file needs a new template: the digest is the one of the submission."""
    url = "https://127.0.0.1/kilnlocal/kiln-staging/b1/install.sh?sig=secret"
    fetcher = MemoryFetcher({url: b"echo hello\n"})
    async with open_desk(tmp_path, fetcher=fetcher) as desk:
        path = await desk.create(customize=[{"type": "Shell", "scriptUri": url}])
        template = await desk.json("GET", path)
        assert len(fetcher.asked) == 1
        identity = next(iter(template["identity"]["userAssignedIdentities"].values()))
    assert fetcher.asked[0] == (url, identity["clientId"])
    digest = template["properties"]["customize"][0]["sha256Checksum"]
    assert digest == hashlib.sha256(b"echo hello\n").hexdigest()


async def test_the_script_of_a_workload_is_downloaded_like_any_other(tmp_path):
    """Its digest is filled in, too, and the run has its time for it."""
    url = "https://127.0.0.1/kilnlocal/kiln-staging/b1/load.sh"
    workload = {"state": "Enabled", "scriptUri": url}
    step = {"type": "Shell", "inline": ["true"]}
    async with open_desk(tmp_path, fetcher=MemoryFetcher({url: b"load\n"})) as desk:
        path = await desk.create(
            optimize={"workload": workload},
            customize=[step],
            validate={"inVMValidations": [step]},
        )
        properties = (await desk.json("GET", path))["properties"]
        await desk.call("POST", f"{path}/run")
        seen = set()
        for _ in range(40):
            seen.add((await desk.run_status(path)).get("runSubState"))
            desk.wait(seconds=30)
    digest = hashlib.sha256(b"load\n").hexdigest()
    assert properties["optimize"]["workload"] == workload | {"sha256Checksum": digest}
    assert "sha256Checksum" not in properties["customize"][0]
    assert "Optimizing" in seen


async def test_a_file_that_cannot_be_downloaded_fails_the_template(tmp_path):
    """AIB's own text names the file, and never its SAS; the failed template keeps the name."""
    url = "https://127.0.0.1/kilnlocal/kiln-staging/gone.zip?sig=secret"
    step = {"type": "File", "sourceUri": url, "destination": "/tmp/gone.zip"}  # noqa: S108 - in the image
    async with open_desk(tmp_path, fetcher=MemoryFetcher()) as desk:
        path = await desk.create(customize=[step])
        properties = (await desk.json("GET", path))["properties"]
        run = await desk.call("POST", f"{path}/run")
        again = await desk.call("PUT", path, template_body())
    message = properties["provisioningError"]["message"]
    assert properties["provisioningState"] == "Failed"
    assert message.startswith("Downloading external file (https://127.0.0.1/")
    assert "[attempt 1 of 10] failed" in message
    assert "secret" not in message
    assert (run.status, again.status) == (409, 409)


async def test_a_second_template_on_a_staging_group_fails_until_the_first_is_gone(tmp_path):
    """The group is the first one's, failed run or not; a template that failed has none."""
    own = f"/subscriptions/{SUBSCRIPTION}/resource"
    groups = [f"{own}Groups/own", f"{own}groups/OWN"]
    async with open_desk(tmp_path) as desk:
        paths = [
            await desk.create(name, stagingResourceGroup=group)
            for name, group in zip("abc", [*groups, groups[0]], strict=True)
        ]
        first, second, third = [(await desk.json("GET", path))["properties"] for path in paths]
        await desk.call("DELETE", paths[0])
        desk.wait(minutes=3)
        await desk.let_tasks_run()
        again = await desk.create("d", stagingResourceGroup=groups[0])
        fourth = (await desk.json("GET", again))["properties"]
    assert first["provisioningState"] == fourth["provisioningState"] == "Succeeded"
    assert second["provisioningError"] == third["provisioningError"]
    assert second["provisioningError"]["provisioningErrorCode"] == "ServerError"
    assert second["provisioningError"]["message"].startswith("Internal error occurred.")


async def test_templates_keep_their_files_apart(tmp_path):
    """Files are neither mixed nor deleted with those of another template."""
    urls = ["https://127.0.0.1/a.sh", "https://127.0.0.1/b.sh"]
    fetcher = MemoryFetcher({url: url.encode() for url in urls})
    vm = ScriptedBuildVm([BuildResult(succeeded=True)] * 2)
    async with open_desk(tmp_path, fetcher=fetcher, build_vm=vm) as desk:
        for name, url in zip("ab", urls, strict=True):
            path = await desk.create(name, customize=[{"type": "Shell", "scriptUri": url}])
            await desk.call("POST", f"{path}/run")
        await desk.let_tasks_run()
        files = [downloads[0].content_path for _, downloads in vm.seen]
        assert [file.read_text() for file in files] == urls
        desk.wait(minutes=20)
        await desk.call("DELETE", path)
        desk.wait(minutes=3)
        await desk.let_tasks_run()
        assert [file.exists() for file in files] == [True, False]


@pytest.mark.parametrize("group", ["mine", "/subscriptions/s/resourceGroups/../../../etc"])
async def test_a_staging_group_that_is_none_fails_the_template(tmp_path, group):
    """Nothing is written or deleted by a name that somebody thought of."""
    async with open_desk(tmp_path) as desk:
        path = await desk.create(stagingResourceGroup=group)
        properties = (await desk.json("GET", path))["properties"]
    assert properties["provisioningState"] == "Failed"
    assert properties["provisioningError"]["provisioningErrorCode"] == "BadStagingResourceGroup"


async def test_a_wrong_checksum_fails_the_template(tmp_path):
    """What was approved must be what is built; the text names the file, and never its SAS."""
    url = "https://127.0.0.1/a.sh?sig=secret"
    step = {"type": "Shell", "scriptUri": url, "sha256Checksum": "0" * 64}
    async with open_desk(tmp_path, fetcher=MemoryFetcher({url: b"x"})) as desk:
        path = await desk.create(customize=[step])
        properties = (await desk.json("GET", path))["properties"]
    assert properties["provisioningState"] == "Failed"
    assert "'https://127.0.0.1/a.sh'" in properties["provisioningError"]["message"]


def gallery_target(**regions):
    """Return a target in the local gallery, which lies in westeurope."""
    target = {"type": "SharedImage", "runOutputName": "image", "galleryImageId": GALLERY_IMAGE}
    return [target | regions]


@pytest.mark.parametrize(
    ("api", "regions", "code"),
    [
        ("2025-10-01", {"targetRegions": [{"name": "eastus"}]}, "BadSharedImageDistribute"),
        ("2024-02-01", {"replicationRegions": ["eastus"]}, "BadSharedImageDistribute"),
        ("2025-10-01", {"targetRegions": [{"name": "eastus"}, {"name": "West Europe"}]}, None),
        ("2025-10-01", {}, None),
        ("2023-07-01", {"targetRegions": [{"name": "eastus"}]}, None),
    ],
)
async def test_one_of_the_regions_must_be_the_gallerys(tmp_path, api, regions, code):
    """The page on image templates says so; a run of many minutes would end in it."""
    async with open_desk(tmp_path) as desk:
        path = await desk.create(api=api, distribute=gallery_target(**regions))
        error = (await desk.json("GET", path))["properties"].get("provisioningError") or {}
    assert error.get("provisioningErrorCode") == code
    assert ("westeurope" in error.get("message", "")) == (code is not None)


async def test_a_gallery_that_was_put_has_its_own_region(tmp_path):
    """The region is that of the gallery, not the local cloud's."""
    gallery = f"{GROUP}/providers/Microsoft.Compute/galleries/kilnlocal"
    async with open_desk(tmp_path) as desk:
        await desk.call("PUT", gallery, {"location": "eastus"}, "2024-03-03")
        path = await desk.create(distribute=gallery_target(replicationRegions=["eastus"]))
        properties = (await desk.json("GET", path))["properties"]
    assert properties["provisioningState"] == "Succeeded"


@pytest.mark.parametrize(
    ("api", "image", "code"),
    [
        ("2025-10-01", f"{GROUP}/providers/Microsoft.Compute/images/far", "BadManagedImageSource"),
        ("2025-10-01", f"{GROUP}/providers/Microsoft.Compute/images/near", None),
        ("2025-10-01", f"{GROUP}/providers/Microsoft.Compute/images/unknown", None),
        (
            "2024-02-01",
            "/subscriptions/other/resourceGroups/g/providers/Microsoft.Compute/images/base",
            "BadManagedImageSource",
        ),
        (
            "2023-07-01",
            "/subscriptions/other/resourceGroups/g/providers/Microsoft.Compute/images/base",
            None,
        ),
    ],
)
async def test_a_managed_image_lies_where_the_template_does(tmp_path, api, image, code):
    """AIB starts from managed images of the template's own subscription and region only."""
    images = f"{GROUP}/providers/Microsoft.Compute/images"
    async with open_desk(tmp_path) as desk:
        for name, region in (("far", "eastus"), ("near", "West Europe")):
            await desk.call("PUT", f"{images}/{name}", {"location": region}, "2024-03-03")
        path = await desk.create(api=api, source={"type": "ManagedImage", "imageId": image})
        error = (await desk.json("GET", path))["properties"].get("provisioningError") or {}
    assert error.get("provisioningErrorCode") == code


@pytest.mark.parametrize(("network", "status"), [("other", 400), ("ONE", 201)])
async def test_both_subnets_are_of_one_network(tmp_path, network, status):
    """Container group and build VM could not reach each other; ids are the same in any case."""
    networks = f"{GROUP}/providers/Microsoft.Network/virtualNetworks"
    subnets = {
        "subnetId": f"{networks}/one/subnets/vms",
        "containerInstanceSubnetId": f"{networks.lower()}/{network}/subnets/aci",
    }
    async with open_desk(tmp_path) as desk:
        body = template_body(vmProfile={"vnetConfig": subnets})
        answer = await desk.call("PUT", f"{TEMPLATES}/t1", body)
        text = await answer.text()
    assert answer.status == status, text
    assert ("must be of the network of 'subnetId'" in text) == (status == 400)
