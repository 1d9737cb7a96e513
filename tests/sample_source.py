"""The marketplace image that sample recipes and templates begin from."""

UBUNTU = {
    "type": "PlatformImage",
    "publisher": "Canonical",
    "offer": "ubuntu-24_04-lts",
    "sku": "server",
    "version": "latest",
}
