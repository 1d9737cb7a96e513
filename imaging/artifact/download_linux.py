"""How a Linux build VM fetches an archive that is too big for AIB to bring.

The VM shows its own identity: a token from the instance metadata endpoint (IMDS), never in the
template, on a command line or in the log. Or the address is signed, and the signature is in the
template only. Works with one of curl, wget, python3; a broken download goes on where it stopped;
each attempt takes a fresh token.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from imaging.artifact.placement import StagedArtifact
from imaging.quoting import shell_quoted

# Bearer tokens need 2017-11-09 or later (authorize-with-azure-active-directory).
STORAGE_API_VERSION = "2021-12-02"
_IMDS = "http://169.254.169.254/metadata/identity/oauth2/token"

_START = r"""
kiln_private=$(mktemp -d)
trap 'rm -rf "$kiln_private"' EXIT
kiln_have() {
  if [ -f "$kiln_archive" ]; then wc -c < "$kiln_archive" | tr -d ' '; else echo 0; fi
}
"""

_BY_IDENTITY = r"""
kiln_header() {
  sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p' "$kiln_private/answer" > "$kiln_private/token"
  [ -s "$kiln_private/token" ] || { head -c 300 "$kiln_private/answer" >&2; return 1; }
  sed "s/.*/header = $1/" "$kiln_private/token" > "$kiln_private/options"
}
kiln_curl() {
  curl -sS --noproxy '*' --max-time 30 -H 'Metadata: true' \
    -o "$kiln_private/answer" "$kiln_token_url" || return 1
  kiln_header '"Authorization: Bearer &"' || return 1
  curl -f -sS --connect-timeout 30 --speed-limit 1024 --speed-time 60 -C - \
    -K "$kiln_private/options" -H "x-ms-version: $kiln_api" -o "$kiln_archive" "$kiln_url"
}
kiln_wget() {
  wget -nv --no-proxy -t 1 -T 30 --header='Metadata: true' \
    -O "$kiln_private/answer" "$kiln_token_url" || return 1
  kiln_header 'Authorization: Bearer &' || return 1
  WGETRC="$kiln_private/options" wget -nv -c -t 1 -T 60 --header="x-ms-version: $kiln_api" \
    -O "$kiln_archive" "$kiln_url"
}
kiln_fetcher='
import json, os, shutil, sys
from urllib.request import ProxyHandler, Request, build_opener, urlopen
token_url, url, api, path = sys.argv[1:]
direct = build_opener(ProxyHandler(dict()))
question = Request(token_url, headers=dict(Metadata="true"))
token = json.load(direct.open(question, timeout=30))["access_token"]
have = os.path.getsize(path) if os.path.exists(path) else 0
blob = Request(url)
blob.add_header("Authorization", "Bearer " + token)
blob.add_header("x-ms-version", api)
blob.add_header("Range", "bytes=%d-" % have)
with urlopen(blob, timeout=60) as answer:
    with open(path, "ab" if answer.status == 206 else "wb") as file:
        shutil.copyfileobj(answer, file, 1 << 20)
'
kiln_python() {
  python3 -c "$kiln_fetcher" "$kiln_token_url" "$kiln_url" "$kiln_api" "$kiln_archive"
}
"""

# wget says the address of what it fetches, unless it is quiet: a signature must not be logged.
_BY_SIGNATURE = r"""
kiln_curl() {
  curl -f -sS --connect-timeout 30 --speed-limit 1024 --speed-time 60 -C - \
    -H "x-ms-version: $kiln_api" -o "$kiln_archive" "$kiln_url"
}
kiln_wget() {
  wget -q -c -t 1 -T 60 --header="x-ms-version: $kiln_api" -O "$kiln_archive" "$kiln_url"
}
kiln_fetcher='
import os, shutil, sys
from urllib.request import Request, urlopen
url, api, path = sys.argv[1:]
have = os.path.getsize(path) if os.path.exists(path) else 0
blob = Request(url)
blob.add_header("x-ms-version", api)
blob.add_header("Range", "bytes=%d-" % have)
with urlopen(blob, timeout=60) as answer:
    with open(path, "ab" if answer.status == 206 else "wb") as file:
        shutil.copyfileobj(answer, file, 1 << 20)
'
kiln_python() {
  python3 -c "$kiln_fetcher" "$kiln_url" "$kiln_api" "$kiln_archive"
}
"""

_LOOP = r"""
kiln_fetch() {
  if command -v curl >/dev/null 2>&1; then kiln_curl
  elif command -v wget >/dev/null 2>&1; then kiln_wget
  else kiln_python
  fi
}
kiln_attempt=1
while [ "$(kiln_have)" -lt "$kiln_size" ]; do
  if [ "$kiln_attempt" -gt 10 ]; then
    echo "kiln: the build VM cannot fetch the artifact; $kiln_hint" >&2
    exit 1
  fi
  [ "$kiln_attempt" -eq 1 ] || sleep $((kiln_attempt * 5))
  kiln_fetch || echo "kiln: attempt $kiln_attempt to fetch the artifact failed" >&2
  kiln_attempt=$((kiln_attempt + 1))
done
"""

_ROLE_HINT = "may its identity read the blob (Storage Blob Data Reader)?"
_SIGNATURE_HINT = "is its signature (artifact.access sas) out of date, or the network closed?"


def token_url(identity_id: str) -> str:
    """Write the address at which a VM gets a storage token of one of its identities.

    Args:
        identity_id: resource id of the identity.
    """
    query = {
        "api-version": "2018-02-01",
        "resource": "https://storage.azure.com/",
        "msi_res_id": identity_id,
    }
    return f"{_IMDS}?{urlencode(query, quote_via=quote, safe='')}"


def download_lines(artifact: StagedArtifact, identity_id: str | None) -> list[str]:
    """Make the lines that fetch an archive to `$kiln_archive`.

    Args:
        artifact: what to fetch.
        identity_id: resource id of an identity that the build VM has; None where the artifact's
            address is signed.
    """
    hint = _SIGNATURE_HINT if identity_id is None else _ROLE_HINT
    lines = [
        f"kiln_url={shell_quoted(artifact.address)}",
        f"kiln_size={artifact.size_bytes}",
        f"kiln_api={STORAGE_API_VERSION}",
        f"kiln_hint={shell_quoted(hint)}",
    ]
    if identity_id is not None:
        lines.append(f"kiln_token_url={shell_quoted(token_url(identity_id))}")
    way = _BY_SIGNATURE if identity_id is None else _BY_IDENTITY
    return lines + [line for part in (_START, way, _LOOP) for line in part.strip("\n").split("\n")]
