r"""The steps that bring an archive into a Windows build VM, check and unpack it.

Windows PowerShell 5.1, nothing to install. .NET's own classes instead of Expand-Archive and
Invoke-WebRequest, which end at 2 GB or hold everything in memory; tar.exe is part of Windows since
Server 2019. AIB's folder for its own scripts, C:\Windows\Temp, always exists.
"""

from __future__ import annotations

import ntpath

from imaging.artifact.download_linux import STORAGE_API_VERSION, token_url
from imaging.artifact.placement import Placement
from imaging.artifact.script import ArtifactScript, lines_of
from imaging.quoting import powershell_quoted

_TEMPORARY = "C:\\Windows\\Temp"

# A trap makes every error end the step with code 1, whatever the caller does with exceptions.
_STRICT = r"""
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
trap { Write-Output ('kiln: ' + $_); exit 1 }
"""

_TLS = r"""
$known = [Net.ServicePointManager]::SecurityProtocol
[Net.ServicePointManager]::SecurityProtocol = $known -bor [Net.SecurityProtocolType]::Tls12
function Get-KilnArtifact([long] $have) {
"""

# Windows PowerShell has no -NoProxy; an empty proxy in a session is its counterpart.
_ASK_IMDS = r"""
  $direct = New-Object Microsoft.PowerShell.Commands.WebRequestSession
  $direct.Proxy = New-Object Net.WebProxy
  $metadata = @{ Metadata = 'true' }
  $answer = Invoke-RestMethod -UseBasicParsing -TimeoutSec 30 -WebSession $direct `
    -Headers $metadata -Uri $kilnTokenUrl
"""

_OPEN = r"""
  $request = [Net.WebRequest]::Create($kilnUrl)
  $request.AllowAutoRedirect = $false
"""

_SHOW_IDENTITY = r"""
  $request.Headers.Add('Authorization', 'Bearer ' + $answer.access_token)
"""

_DOWNLOAD = r"""
  $request.Headers.Add('x-ms-version', $kilnApi)
  if ($have -gt 0) { $request.AddRange($have) }
  $response = $request.GetResponse()
  try {
    $file = [IO.File]::Open($kilnArchive, [IO.FileMode]::Append)
    try { $response.GetResponseStream().CopyTo($file, 1MB) } finally { $file.Dispose() }
  } finally { $response.Dispose() }
}
for ($attempt = 1; ; $attempt++) {
  $have = [long] 0
  if ([IO.File]::Exists($kilnArchive)) { $have = (New-Object IO.FileInfo $kilnArchive).Length }
  if ($have -ge $kilnSize) { break }
  if ($attempt -gt 10) {
    throw $kilnHint
  }
  if ($attempt -gt 1) { Start-Sleep -Seconds ($attempt * 5) }
  try { Get-KilnArtifact $have } catch { Write-Output ('kiln: attempt ' + $attempt + ': ' + $_) }
}
"""

_ROLE_HINT = "may its identity read it (Storage Blob Data Reader)?"
_SIGNATURE_HINT = "is its signature (artifact.access sas) out of date, or the network closed?"

_VERIFY = r"""
if ((Get-FileHash -Algorithm SHA256 -LiteralPath $kilnArchive).Hash -ne $kilnSha256) {
  throw 'the artifact in the build VM is not the one that was uploaded'
}
"""

_FOLDER = r"""
[IO.Directory]::CreateDirectory($kilnFolder) | Out-Null
"""

# The encoding is for names without the mark of UTF-8, as `zip` of Linux and macOS writes them.
_UNZIP = r"""
Add-Type -AssemblyName System.IO.Compression
Add-Type -AssemblyName System.IO.Compression.FileSystem
$read = [IO.Compression.ZipArchiveMode]::Read
$zip = [IO.Compression.ZipFile]::Open($kilnArchive, $read, [Text.Encoding]::UTF8)
try {
  foreach ($entry in $zip.Entries) {
    $path = [IO.Path]::GetFullPath([IO.Path]::Combine($kilnFolder, $entry.FullName))
    if (-not $path.StartsWith($kilnFolder + '\', [StringComparison]::OrdinalIgnoreCase)) {
      throw ('entry outside of the folder: ' + $entry.FullName)
    }
    [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($path)) | Out-Null
    if ($path.EndsWith('\')) { continue }
    [IO.Compression.ZipFileExtensions]::ExtractToFile($entry, $path, $true)
  }
} finally { $zip.Dispose() }
"""

_UNTAR = r"""
& "$env:SystemRoot\System32\tar.exe" -x -z -f $kilnArchive -C $kilnFolder
if ($LASTEXITCODE -ne 0) { throw ('tar.exe ended with code ' + $LASTEXITCODE) }
"""

_SAY = r"""
Write-Output ('kiln: the artifact is in ' + $kilnFolder)
"""

# Move-Item would read a destination with [ ] as a pattern.
_KEEP = r"""
[IO.Directory]::CreateDirectory($kilnBeside) | Out-Null
if ($kilnKept -ne $kilnArchive) {
  if ([IO.File]::Exists($kilnKept)) { [IO.File]::Delete($kilnKept) }
  [IO.File]::Move($kilnArchive, $kilnKept)
}
"""

_DROP = r"""
Remove-Item -Force -LiteralPath $kilnArchive
"""


def _names(placement: Placement, archive: str) -> list[str]:
    return [
        *lines_of(_STRICT),
        f"$kilnArchive = {powershell_quoted(archive)}",
        f"$kilnFolder = {powershell_quoted(placement.folder)}",
        f"$kilnBeside = {powershell_quoted(ntpath.dirname(placement.folder))}",
        f"$kilnKept = {powershell_quoted(placement.kept_archive)}",
        f"$kilnSha256 = '{placement.artifact.sha256}'",
    ]


def _fetch(placement: Placement) -> list[str]:
    identity_id = placement.access.identity_id
    hint = _SIGNATURE_HINT if identity_id is None else _ROLE_HINT
    source = [
        f"$kilnUrl = {powershell_quoted(placement.artifact.address)}",
        f"$kilnSize = [long] {placement.artifact.size_bytes}",
        f"$kilnApi = '{STORAGE_API_VERSION}'",
        f"$kilnHint = 'the VM cannot fetch the artifact; {hint}'",
    ]
    if identity_id is None:
        return source + [line for part in (_TLS, _OPEN, _DOWNLOAD) for line in lines_of(part)]
    source.append(f"$kilnTokenUrl = {powershell_quoted(token_url(identity_id))}")
    parts = (_TLS, _ASK_IMDS, _OPEN, _SHOW_IDENTITY, _DOWNLOAD)
    return source + [line for part in parts for line in lines_of(part)]


def _removal(placement: Placement) -> list[str]:
    paths = f"{powershell_quoted(placement.folder)}, {powershell_quoted(placement.kept_archive)}"
    remove = "if (Test-Path -LiteralPath $path) { Remove-Item -Recurse -Force -LiteralPath $path }"
    return [*lines_of(_STRICT), f"foreach ($path in @({paths})) {{ {remove} }}"]


WINDOWS_SCRIPT = ArtifactScript(
    step={"type": "PowerShell", "runElevated": True},
    archive=f"{_TEMPORARY}\\kiln-artifact",
    names=_names,
    fetch=_fetch,
    removal=_removal,
    verify=_VERIFY,
    folder=_FOLDER,
    unpack={"zip": _UNZIP, "tar.gz": _UNTAR},
    ready=_SAY,
    keep=_KEEP,
    drop=_DROP,
)
