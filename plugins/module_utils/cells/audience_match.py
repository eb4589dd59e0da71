# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a granted audience is allowed by a client's list, as the OAuth library in Cells decides (row A3).

That library is ory/fosite, its DefaultAudienceMatchingStrategy of v0.47.0; audience_match.json in tests/vectors says
what the real one answers. URLs are parsed by the rules of Go's net/url, which differ from urllib.parse's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_USERINFO = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_PORT = re.compile(r"(?::[0-9]*)?")
# ASCII characters that Go takes in a host as they are.
_HOST = re.compile(rb"""(?:[A-Za-z0-9\-_.~!$&'()*+,;=:\[\]<>"\x80-\xff]|%[0-9A-Fa-f]{2})*""")


class GoUrl(NamedTuple):
    """The parts of a URL that are compared; the path with its percent-encoding undone."""

    scheme: str
    host: bytes
    path: bytes


def audience_match(client_audience: Sequence[str] | None, granted_audience: Sequence[str] | None) -> str | None:
    """Return None if the client's list allows every granted audience, else the server's hint, one sentence.

    If nothing is granted, it passes. Otherwise, each audience must have exactly the scheme, host and port of a listed
    URL, and a path that is equal to the listed one or below it. If a listed URL does not parse, all audiences are
    refused.
    """
    for granted in granted_audience or []:
        try:
            wanted = parse_url(granted)
        except ValueError:
            return f"Unable to parse requested audience '{granted}'."
        found = False
        for listed in client_audience or []:
            try:
                allowed = parse_url(listed)
            except ValueError:
                return f"Unable to parse whitelisted audience '{listed}'."
            found = found or _covers(allowed, wanted)
        if not found:
            return f"Requested audience '{granted}' has not been whitelisted by the OAuth 2.0 Client."
    return None


def _covers(allowed: GoUrl, wanted: GoUrl) -> bool:
    if (allowed.scheme, allowed.host) != (wanted.scheme, wanted.host):
        return False
    folder = allowed.path.rstrip(b"/")
    if wanted.path in (allowed.path, folder):
        return True
    start = wanted.path[: len(folder) + 1]
    return len(wanted.path) > len(folder) and start.rstrip(b"/") + b"/" == folder + b"/"


def parse_url(value: str) -> GoUrl:
    """Split a URL into its parts like Go's url.Parse. Raises ValueError if that fails."""
    rest, _hash, fragment = value.partition("#")
    if any(character < " " or character == "\x7f" for character in rest):
        raise ValueError("control character")
    if fragment:
        _unescaped(fragment)
    if rest == "*":
        return GoUrl("", b"", b"*")
    scheme, rest = _split_scheme(rest)
    rest = rest.partition("?")[0]
    if not rest.startswith("/"):
        if scheme:
            return GoUrl(scheme, b"", b"")
        if ":" in rest.partition("/")[0]:
            raise ValueError("first path segment with a colon")
    host = b""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        host = _host(authority)
        rest = slash + path
    return GoUrl(scheme, host, _unescaped(rest))


def _split_scheme(value: str) -> tuple[str, str]:
    if value.startswith(":"):
        raise ValueError("no scheme before the colon")
    found = _SCHEME.match(value)
    if not found:
        return "", value
    return found[0][:-1].lower(), value[found.end() :]


def _host(authority: str) -> bytes:
    userinfo, at, host = authority.rpartition("@")
    if at:
        if not _USERINFO.fullmatch(userinfo):
            raise ValueError("account")
        _unescaped(userinfo)
    if "[" in host:
        closing = host.rfind("]")
        if closing < 0 or not _PORT.fullmatch(host[closing + 1 :]):
            raise ValueError("bracket or port")
        zone = host[:closing].find("%25")
        if zone >= 0:
            return _host_text(host[:zone]) + _unescaped(host[zone:closing]) + _host_text(host[closing:])
    elif ":" in host and not _PORT.fullmatch(host[host.rfind(":") :]):
        raise ValueError("port")
    return _host_text(host)


def _host_text(host: str) -> bytes:
    raw = _bytes(host)
    # Only bytes outside ASCII, and the percent sign, may stand percent-encoded in a host.
    if not _HOST.fullmatch(raw) or any(found[1][:1] < b"8" and found[1] != b"25" for found in _PERCENT.finditer(raw)):
        raise ValueError("host")
    return _unescaped(host)


def _unescaped(text: str) -> bytes:
    raw = _bytes(text)
    if raw.count(b"%") != len(_PERCENT.findall(raw)):
        raise ValueError("percent sign without two hexadecimal digits")
    return _PERCENT.sub(lambda found: bytes.fromhex(found[1].decode()), raw)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
