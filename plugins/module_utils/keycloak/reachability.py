# Copyright: (c) 2026, the cellsops.sso developers
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a host can reach Keycloak as Cells does: the discovery document, trusted by the certificates of the host.

Runs on the Cells host, so it needs nothing but Python's standard library.
"""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from typing import Any

from ansible_collections.cellsops.sso.plugins.module_utils.transport import base_url

DOCUMENT = "/.well-known/openid-configuration"
LARGEST = 1_000_000
"""Bytes of a discovery document that are read at most."""


def reach(issuer: str, timeout: float) -> dict[str, Any]:
    """Return whether this host reaches an issuer's discovery document (OpenID Connect Discovery 1.0, section 4).

    timeout: seconds. Returns url, reachable (whether the document is there, from a trusted server, and names the
    issuer), problem ("", certificate, no_answer, status, no_document or issuer), message (one line, "" if all is well),
    seconds (how long it took), skew_seconds (the server's clock minus this host's; None without a Date header).
    Raises InvalidInput for an issuer that is no URL.
    """
    url = f"{base_url(issuer, 'issuer')}{DOCUMENT}"
    begin = time.monotonic()
    problem, message, date = "", "", ""
    try:
        content, date = _get(url, timeout)
        problem, message = _compare(content, issuer)
    except urllib.error.HTTPError as error:
        problem, message, date = "status", f"HTTP {error.code}", error.headers.get("Date") or ""
    except OSError as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ssl.SSLError):
            problem, message = "certificate", _certificate(reason)
        else:
            problem, message = "no_answer", f"no answer: {reason}"
    return {
        "url": url,
        "reachable": not problem,
        "problem": problem,
        "message": f"GET {url}: {message}" if message else "",
        "seconds": round(time.monotonic() - begin, 3),
        "skew_seconds": _skew(date),
    }


def _get(url: str, timeout: float) -> tuple[bytes, str]:
    """Return content and Date header of an answer, with the certificates that the host trusts."""
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - base_url took it
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    with opener.open(request, timeout=timeout) as answer:
        return answer.read(LARGEST), answer.headers.get("Date") or ""


def _compare(content: bytes, issuer: str) -> tuple[str, str]:
    """Return problem and message of a document that should name the issuer."""
    try:
        named = json.loads(content)["issuer"]
    except (ValueError, KeyError, TypeError):
        return "no_document", "the answer is not a discovery document"
    if named != issuer:
        return "issuer", f"the document names the issuer {named}, not {issuer}"
    return "", ""


def _certificate(error: ssl.SSLError) -> str:
    words = getattr(error, "verify_message", "") or str(error)
    return f"the certificate is not trusted on this host: {words}"


def _skew(date: str) -> float | None:
    """Return the seconds by which a Date header is ahead of this host's clock; None if there is none."""
    try:
        return round(parsedate_to_datetime(date).timestamp() - time.time(), 1)
    except (TypeError, ValueError, IndexError):
        return None
