"""Every limit of a recipe and of an image template, once, with its source beside it.

Sources are pages of learn.microsoft.com by name (image-builder-json = "Create an Azure Image
Builder template"), `swagger` = the public REST specification, API version 2025-10-01 unless said,
or `Kiln` for a choice of our own. The limits on archives are in `imaging/archives`, the name rules
of resource ids in `imaging/arm_ids.py`.
"""

from __future__ import annotations

from typing import Final

# Names. Kiln: a recipe is a blob and the first folder of its uploads.
RECIPE_NAME_PATTERN: Final = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}"
# "Naming and referencing containers, blobs, and metadata" (REST reference of Blob Storage):
# metadata is compared without case and has names of letters, digits and underscores.
BLOB_NAME_MAX_LENGTH: Final = 1024
PARAMETER_NAME_PATTERN: Final = r"[a-z][a-z0-9_]{0,63}"

# The same: 3 to 63 lower-case letters, digits and single hyphens. RFC 1035: 253 characters a host.
CONTAINER_NAME_PATTERN: Final = r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*"
HOST_NAME_MAX_LENGTH: Final = 253

# Kiln: the body of an HTTP start names things, and holds none.
START_BODY_MAX_BYTES: Final = 64 * 1024
# Kiln: faults of a recipe that a report or an answer has room for.
FAULTS_SHOWN_MAX: Final = 100

# Recipe file. Kiln: a recipe is read whole and kept in reports; nobody needs more.
RECIPE_MAX_BYTES: Final = 64 * 1024
RECIPE_MAX_DEPTH: Final = 16
# Kiln: a value is a name, a version, a number; what is longer belongs into the artifact.
PARAMETER_VALUE_MAX_LENGTH: Final = 256
PARAMETERS_MAX: Final = 32
# Kiln: what every JSON reader keeps exactly (RFC 8259, section 6), and some digits more.
INTEGER_PATTERN: Final = r"-?(?:0|[1-9][0-9]{0,17})"
NUMBER_MAX_LENGTH: Final = 20
PATTERN_MAX_LENGTH: Final = 200
# Kiln: half a recipe; a longer script belongs into a file that `scriptUri` names.
INLINE_MAX_BYTES: Final = 32 * 1024

# swagger: buildTimeoutInMinutes 0..960, 0 = 240. image-builder-troubleshoot: 1..5 always fail,
# because AIB's own token check wants more than 5 minutes.
BUILD_TIMEOUT_DEFAULT_MINUTES: Final = 240
BUILD_TIMEOUT_MIN_MINUTES: Final = 6
BUILD_TIMEOUT_MAX_MINUTES: Final = 960
# image-builder-json: "for Windows, we don't recommend less than 60 minutes".
BUILD_TIMEOUT_WINDOWS_ADVISED_MINUTES: Final = 60

# image-builder-json, File customizer: "suitable for small file downloads, < 20 MB".
FILE_CUSTOMIZER_MAX_BYTES: Final = 20_000_000
# Kiln: how long a signature lives. AIB reads sources while it makes the template: recorded PUTs
# took up to 1,821 s, and Kiln waits 45 min. A build VM reads them in the run: that begins up to 45
# min (the template) and 60 min (an outage at its start) later, and its VM is there and has read
# the archive within an hour, unless other steps come first, which may use up the whole run.
SAS_MINUTES_FOR_PUT: Final = 60
SAS_MINUTES_UNTIL_RUN: Final = 45 + 60
SAS_MINUTES_FOR_FIRST_STEP: Final = 60
# image-builder-json, File customizer: Linux files only below /tmp.
LINUX_FILE_ROOT: Final = "/tmp/"  # noqa: S108 - AIB allows no other place

# swagger: names of templates, run outputs and triggers. Kiln: not `.` or `..`, which lead elsewhere
# in the path of a request.
NAME_PATTERN: Final = r"(?!\.{1,2}$)[A-Za-z0-9\-_.]{1,64}"

# Azure's regions and VM sizes have such names; what is no name at all is refused, no more.
REGION_PATTERN: Final = r"[A-Za-z][A-Za-z0-9 ]{2,49}"
VM_SIZE_PATTERN: Final = r"[A-Za-z][A-Za-z0-9_-]{2,63}"
# No Marketplace image has such characters in publisher, offer or SKU; placeholders have.
MARKETPLACE_NAME_PATTERN: Final = r"[^$%@<>{}\[\]()#]+"
# image-builder-json: versions of Marketplace images; checksums in lower case.
PLATFORM_VERSION_PATTERN: Final = r"[0-9]+\.[0-9]+\.[0-9]+|latest"
SHA256_PATTERN: Final = r"[0-9a-f]{64}"

# image-builder-json, restartTimeout: magnitude and unit, as 5m or 2h.
RESTART_TIMEOUT_PATTERN: Final = r"[1-9][0-9]{0,4}[smh]"
# swagger: DistributeVersionerLatest.major; -1 is the same as leaving it out.
VERSION_MAJOR_MIN: Final = -1
# swagger: replicaCount >= 1; the highest number is a quota of the subscription.
REPLICAS_MIN: Final = 1
# swagger: every whole number is an int32. Windows shows exit codes above it as negative numbers.
WHOLE_NUMBER_MAX: Final = (1 << 31) - 1
# image-builder-json of October 2023, "location"; AIB comes to more regions, so this is advice only.
_REGIONS = (
    "eastus eastus2 westcentralus westus westus2 westus3 southcentralus northeurope westeurope "
    "southeastasia australiasoutheast australiaeast uksouth ukwest brazilsouth canadacentral "
    "centralindia centralus francecentral germanywestcentral japaneast northcentralus norwayeast "
    "switzerlandnorth jioindiawest uaenorth eastasia koreacentral southafricanorth qatarcentral "
    "swedencentral polandcentral usgovarizona usgovvirginia chinanorth3"
)
KNOWN_REGIONS: Final = frozenset(_REGIONS.split(" "))

# image-builder-json: exactly one user-assigned identity on a template.
TEMPLATE_IDENTITIES: Final = 1

# swagger: osDiskSizeGB >= 0, 0 = the source's. 4095: terraform-provider-azurerm#9202 (tried).
OS_DISK_MAX_GB: Final = 4095
# A managed disk other than Ultra has 1 to 32,767 GB: terraform-provider-azurerm#7689.
DATA_DISK_MIN_GB: Final = 1
DATA_DISK_MAX_GB: Final = 32_767

# tag-resources: 50 tags; names to 512, values to 256 characters; names without <>%&\?/.
TAGS_MAX: Final = 50
TAG_NAME_MAX_LENGTH: Final = 512
TAG_VALUE_MAX_LENGTH: Final = 256
TAG_NAME_FORBIDDEN: Final = "<>%&\\?/"
# Kiln's own tags on each template, by which it knows what is its own.
KILN_TAG_PREFIX: Final = "kiln-"
KILN_TAGS: Final = 2

# Kiln: nobody's folder is longer, and Windows paths end at 260 characters.
FOLDER_MAX_LENGTH: Final = 128
