"""`vmProfile` and `additionalDataDisks`: the VM that builds (swagger 2025-10-01)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from imaging import limits
from imaging.recipe.field_types import IdentityId, SubnetId, VmSize
from imaging.recipe.strict_model import StrictModel


class VnetConfig(StrictModel):
    """The network of the build VM."""

    subnet_id: SubnetId | None = None
    """Subnet of the build VM and of the validation VM."""
    container_instance_subnet_id: SubnetId | None = None
    """Subnet of AIB's container instance: in the same network, delegated to container groups."""
    proxy_vm_size: VmSize | None = None
    """Size of AIB's proxy VM; not together with containerInstanceSubnetId."""


class VmProfile(StrictModel):
    """The VM that builds."""

    vm_size: VmSize | None = None
    """Size; Standard_D1_v2 (Gen1) or Standard_D2ds_v4 (Gen2) if left out."""
    os_disk_size_gb: Annotated[int, Field(ge=0, le=limits.OS_DISK_MAX_GB)] | None = Field(
        default=None, alias="osDiskSizeGB"
    )
    """Size of the OS disk in GB; 0 means the source's; it can only grow."""
    user_assigned_identities: list[IdentityId] | None = None
    """Identities of the build VM; AIB's identity needs Managed Identity Operator on each."""
    vnet_config: VnetConfig | None = None
    """The network of the build VM."""


class DataDisk(StrictModel):
    """A data disk that the image gets, new in API version 2025-10-01."""

    size_gb: Annotated[int, Field(ge=limits.DATA_DISK_MIN_GB, le=limits.DATA_DISK_MAX_GB)] = Field(
        alias="sizeGB"
    )
    """Size in GB."""
